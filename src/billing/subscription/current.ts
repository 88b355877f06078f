/** The subscription that is asked about, as fresh as a decision about money needs it. */
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import type { Billing } from '../context.ts'
import { isLive } from '../policy.ts'
import { isMisfit } from '../stripe/write.ts'
import type { Subscription } from '../sync/queries.ts'
import { syncTenant } from '../sync/sync.ts'
import { isSyncedSince } from './queries.ts'

/** What is younger need not be read again. */
const FRESH_SECONDS = 2

/** Reads Stripe, unless that was done a moment ago. */
export async function freshen(billing: Billing, tenantId: string): Promise<void> {
  const isFresh = await inTenant(billing.db, { tenantId }, (tx) => isSyncedSince(tx, tenantId, FRESH_SECONDS))
  if (!isFresh) await syncTenant(billing, tenantId)
}

/**
 * Our copy may be older than what was done a moment ago in the portal, or by another process. Where Stripe refuses what
 * was decided on it, Stripe is read, and whoever asked gets what follows from that.
 */
export async function orDecidedAgain<T>(billing: Billing, tenantId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isMisfit(error)) throw error
    await syncTenant(billing, tenantId)
    return work()
  }
}

export function liveOr409(current: Subscription | undefined): Subscription {
  if (current && isLive(current.status)) return current
  throw new Refusal(409, 'NO_SUBSCRIPTION', 'There is no subscription. Choose a plan first.')
}

/** One that is paid for and goes on. */
export function changeableOr409(current: Subscription | undefined): Subscription {
  const live = liveOr409(current)
  if (live.status !== 'active' && live.status !== 'trialing') {
    throw new Refusal(409, 'SUBSCRIPTION_NOT_ACTIVE', 'A payment is open. Pay it first, then change the subscription.')
  }
  if (live.cancel_at) {
    throw new Refusal(409, 'CANCELLATION_SCHEDULED', 'The subscription is about to end. Resume it, then change it.')
  }
  return live
}
