/** What a run of tests wants to know of all its local Stripes: how much they held against the contract, and what broke it. */
import { appendFileSync } from 'node:fs'

export interface Tally {
  requests: number
  answers: number
  events: number
  faults: readonly string[]
}

/** A line for each local Stripe that ends, where LOCAL_STRIPE_TALLY names a file. */
export function keepTally({ requests, answers, events, faults }: Tally): void {
  const path = process.env.LOCAL_STRIPE_TALLY
  if (path) appendFileSync(path, `${JSON.stringify({ requests, answers, events, faults })}\n`)
}
