/** Decides, on what stands in the database, what a change of the subscription has to do. */
import type { Tx } from '#platform/db/database.ts'
import { Refusal } from '#platform/errors.ts'
import { countActiveMembers } from '#tenants'
import { lastChangeAt } from '../operations/queries.ts'
import { assertForSale, assertSeatsForMembers, assertSeatsInPlan } from '../sale.ts'
import type { PriceOf } from '../stripe/write.ts'
import { changeableOr409 } from '../subscription/current.ts'
import { currentSubscription, type Subscription } from '../sync/queries.ts'
import { type Effective, effectiveOf, isAt, type Target, type Terms, targetOf, termsOf, type Wish } from './decision.ts'

export interface ChangeInput extends Wish {
  /** From a preview, so that exactly what it showed is charged. Unix seconds. */
  prorationDate?: number | undefined
}

export interface Decision {
  current: Subscription
  target: Target
  effective: Effective
  /** Undefined when the subscription is there already. */
  terms: Terms | undefined
}

const PREVIEW_SECONDS = 600
/** Stripe's clock and ours need not agree to the second. */
const SKEW_SECONDS = 5

export async function decideChange(
  tx: Tx,
  tenantId: string,
  input: ChangeInput,
  priceOf: PriceOf,
  now: Date,
): Promise<Decision> {
  const current = changeableOr409(await currentSubscription(tx, tenantId))
  const members = await countActiveMembers(tx, tenantId)
  const target = targetOf(current, input, members)
  assertForSale(target.plan)
  assertSeatsInPlan(target.plan, input.quantity)
  assertSeatsForMembers(target.quantity, members)
  const effective = effectiveOf(current, target)
  if (isAt(current, target)) return { current, target, effective, terms: undefined }
  const changedAt = await lastChangeAt(tx, tenantId, current.stripe_subscription_id)
  const at = changedAt && changedAt > now ? changedAt : now
  const terms = termsOf(current, target, priceOf(target.plan, target.interval), at)
  const { prorationDate } = input
  if (prorationDate === undefined || effective === 'period_end') return { current, target, effective, terms }
  assertRecent(prorationDate, { ...current, changedAt }, now)
  return { current, target, effective, terms: { ...terms, prorationDate } }
}

/** Prorated to before the last change, seats would be credited for a time in which they were not paid for, or not at all. */
function assertRecent(
  prorationDate: number,
  { current_period_start: start, current_period_end: end, changedAt }: Subscription & { changedAt: Date | null },
  now: Date,
) {
  const isOvertaken = changedAt !== null && prorationDate < Math.floor(changedAt.getTime() / 1000)
  const age = now.getTime() / 1000 - prorationDate
  const inPeriod = prorationDate * 1000 >= start.getTime() && prorationDate * 1000 < end.getTime()
  if (age <= PREVIEW_SECONDS && age >= -SKEW_SECONDS && inPeriod && !isOvertaken) return
  throw new Refusal(422, 'PREVIEW_EXPIRED', 'The preview is too old to be charged. Ask for a new one.', {
    details: [
      { field: 'proration_date', message: 'is not of the last ten minutes, or the subscription was changed since' },
    ],
  })
}
