import { refusalFor } from '#platform/http/faults.ts'
import { refusalOf } from './client.ts'
import { ForeignCustomer } from './foreign.ts'

/** Stripe, our key or the database is away: the same for everybody, nobody's own fault, and over some time. */
export function isOutage(error: unknown): boolean {
  if (error instanceof ForeignCustomer) return false
  return refusalFor(refusalOf(error)).refusal.status === 503
}
