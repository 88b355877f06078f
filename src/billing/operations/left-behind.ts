/**
 * What is still to be written of an operation that nobody finished, but that Stripe has carried out: without the number
 * of seats that an owner asked and paid for, the next count of members would give them back.
 */
import type { Tx } from '#platform/db/database.ts'
import { isAt, type Target } from '../change/decision.ts'
import { setChosenSeats } from '../checkout/queries.ts'
import { currentSubscription, type Subscription } from '../sync/queries.ts'

/** What steps may hold for this. */
export interface Asked {
  target: Target
  /** Whether the number of seats was asked for, rather than kept. */
  asksSeats: boolean
}

export async function keepWhatWasAsked(tx: Tx, tenantId: string, step: unknown): Promise<void> {
  const { target, asksSeats } = step as Partial<Asked>
  if (!target || !asksSeats) return
  const current = await currentSubscription(tx, tenantId)
  if (current && (isAt(current, target) || isAhead(current, target))) {
    await setChosenSeats(tx, tenantId, target.quantity)
  }
}

function isAhead(current: Subscription, { plan, interval, quantity }: Target): boolean {
  const { scheduled_plan, scheduled_interval, scheduled_quantity } = current
  return scheduled_plan === plan && scheduled_interval === interval && scheduled_quantity === quantity
}
