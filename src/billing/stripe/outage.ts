import { refusalFor } from '#platform/http/faults.ts'
import { refusalOf } from './client.ts'

/** Stripe, our key or the database is away: the same for everybody, nobody's own fault, and over some time. */
export function isOutage(error: unknown): boolean {
  return refusalFor(refusalOf(error)).refusal.status === 503
}
