/** What holds a running local Stripe: its options, and what can be done to it. */
import type { Chaos } from './core/chaos.ts'
import type { AccountSettings, World } from './world.ts'

export interface LocalStripeOptions {
  /** Any free one without it. */
  port?: number
  /** Of the loopback only. */
  host?: string
  /** Where the state is kept; without it, nowhere. */
  dataFile?: string
  /** The secret of every webhook endpoint that is made; random without it. */
  webhookSecret?: string
  /** How far the account's clock is ahead of the wall's. */
  offsetMs?: number
  settings?: Partial<AccountSettings>
  /** Milliseconds between the attempts of a delivery. */
  backoffMs?: readonly number[]
  log?: (line: string) => void
  /** Where browsers reach the hosted pages; without it, where the server listens. */
  publicUrl?: string
  /** A test breaks its contract on purpose; the tally of the run does not count that. */
  faulty?: boolean
}

export interface LocalStripe {
  readonly url: string
  readonly port: number
  readonly world: World
  readonly chaos: Chaos
  transact<T>(work: (world: World) => T): T
  /** Runs everything that falls due up to then, in order; the account's clock stands there afterwards and ticks on. */
  advanceTo(date: Date): Promise<void>
  failNextPayment(customerId: string): void
  /** Resolves when every delivery has been answered or has run out of attempts for now. */
  settled(): Promise<void>
  /** `faults`: where an answer or an event of ours would have broken the contract, and due work that failed. */
  stats(): { requests: number; answers: number; events: number; deliveries: number; faults: string[] }
  close(): Promise<void>
}
