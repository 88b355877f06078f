/** What a change is called, on the button that makes it and afterwards. */
import type { Change, Interval, PlanKey, PlanOffer, Preview, Subscription } from './contract.ts'
import { dayOf } from './days.ts'
import { money } from './money.ts'
import { seatCount } from './words.ts'

const intervalWords: Record<Interval, string> = { month: 'monthly payment', year: 'yearly payment' }

/** Only what differs from what the organisation has; undefined when nothing does. */
export function changeTo(
  subscription: Pick<Subscription, 'plan' | 'interval' | 'seats'>,
  wanted: { plan: PlanKey; interval: Interval; quantity: number },
): Change | undefined {
  const change: Change = {
    ...(wanted.plan !== subscription.plan && { plan: wanted.plan }),
    ...(wanted.interval !== subscription.interval && { interval: wanted.interval }),
    ...(wanted.quantity !== subscription.seats.quantity && { quantity: wanted.quantity }),
  }
  return Object.keys(change).length > 0 ? change : undefined
}

/** "change to Pro", "change to yearly payment", "add 2 seats" */
export function deedOf(change: Change, plan: Pick<PlanOffer, 'name'>, before: number): string {
  if (change.plan) return `change to ${plan.name}`
  if (change.interval) return `change to ${intervalWords[change.interval]}`
  const more = (change.quantity ?? before) - before
  return more > 0 ? `add ${seatCount(more)}` : `give up ${seatCount(-more)}`
}

/** "Pay $58.00 and change to Pro", "Change to Starter on 12 December". */
export function buttonWords(deed: string, { total, currency, effective, effective_at }: Preview): string {
  const capital = deed.charAt(0).toUpperCase() + deed.slice(1)
  if (effective === 'period_end') return `${capital} on ${dayOf(effective_at)}`
  return total > 0 ? `Pay ${money(total, currency)} and ${deed}` : capital
}
