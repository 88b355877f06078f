/**
 * What a wish comes to: from when on it holds, and what Stripe is asked for. Pure, and the same for the preview and for
 * the change, so that what is shown is what is charged.
 */
import { type Interval, type PaidPlanKey, type PlanKey, planKeys, plans } from '../plans.ts'
import type { Stripe } from '../stripe/client.ts'
import type { Subscription } from '../sync/queries.ts'

export interface Wish {
  plan?: PlanKey | undefined
  interval?: Interval | undefined
  quantity?: number | undefined
}

export interface Target {
  plan: PaidPlanKey
  interval: Interval
  quantity: number
}

export type Effective = 'now' | 'period_end'

/** Seats that were not asked for by number stay, as far as the plan has room, and are never fewer than members. */
export function targetOf(
  current: Pick<Subscription, 'plan' | 'interval' | 'quantity'>,
  wish: Wish,
  members: number,
): Target {
  const plan = (wish.plan ?? current.plan) as PaidPlanKey
  const kept = Math.min(current.quantity, plans[plan].limits.seats ?? current.quantity)
  return {
    plan,
    interval: wish.interval ?? (current.interval as Interval),
    quantity: wish.quantity ?? Math.max(kept, members),
  }
}

export function isAt(current: Pick<Subscription, 'plan' | 'interval' | 'quantity'>, target: Target): boolean {
  return current.plan === target.plan && current.interval === target.interval && current.quantity === target.quantity
}

/** What was paid for is kept: a lower plan and a shorter interval wait for the end of the period. Nobody pays for a trial. */
export function effectiveOf(current: Pick<Subscription, 'plan' | 'interval' | 'status'>, target: Target): Effective {
  if (current.status === 'trialing') return 'now'
  const isLower = planKeys.indexOf(target.plan) < planKeys.indexOf(current.plan as PlanKey)
  const isShorter = current.interval === 'year' && target.interval === 'month'
  return isLower || isShorter ? 'period_end' : 'now'
}

/** All that decides about money. Plain, because it is kept until Stripe has done it. */
export interface Terms {
  price: string
  interval: Interval
  quantity: number
  item: string
  /** The trial goes on, and nothing is charged. */
  isTrial: boolean
  /** The plan is one that nobody tries for free. */
  endsTrial: boolean
  /** The full price of another interval starts a period of its own. */
  startsPeriod: boolean
  /** Unix seconds. Stripe takes none where a period starts. */
  prorationDate: number
}

/** A price that was bought stays bought while plan and interval stay, also when it is no longer sold. */
export function termsOf(current: Subscription, target: Target, priceId: string, now: Date): Terms {
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000)
  const [start, end] = [seconds(current.current_period_start), seconds(current.current_period_end)]
  const isTrying = current.status === 'trialing'
  const endsTrial = isTrying && plans[target.plan].trialDays === 0
  return {
    price: current.plan === target.plan && current.interval === target.interval ? current.price_id : priceId,
    interval: target.interval,
    quantity: target.quantity,
    item: current.item_id,
    isTrial: isTrying && !endsTrial,
    endsTrial,
    startsPeriod: endsTrial || (!isTrying && current.interval !== target.interval),
    prorationDate: Math.min(Math.max(seconds(now), start), end - 1),
  }
}

export type UpdateTerms = Pick<
  Stripe.SubscriptionUpdateParams,
  'items' | 'proration_behavior' | 'proration_date' | 'billing_cycle_anchor' | 'trial_end'
>

export function updateOf({
  price,
  quantity,
  item,
  isTrial,
  endsTrial,
  startsPeriod,
  prorationDate,
}: Terms): UpdateTerms {
  const items = [{ id: item, price, quantity }]
  if (isTrial) return { items, proration_behavior: 'none' }
  if (endsTrial) return { items, proration_behavior: 'always_invoice', trial_end: 'now' }
  if (startsPeriod) return { items, proration_behavior: 'always_invoice', billing_cycle_anchor: { type: 'now' } }
  return { items, proration_behavior: 'always_invoice', proration_date: prorationDate }
}
