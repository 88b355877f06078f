/** Changes that wait for the end of the period: at Stripe, a schedule of two phases that then lets go. */
import type { Stripe } from '../stripe/client.ts'
import { idOf } from '../stripe/view.ts'
import { isFinal, isMisfit, Outdated } from '../stripe/write.ts'
import type { Terms } from './decision.ts'

type Phase = Stripe.SubscriptionScheduleUpdateParams.Phase

export interface Later {
  subscription: string
  /** The one that manages the subscription already. */
  schedule: string | null
  terms: Terms
}

export async function scheduleChange(
  stripe: Stripe,
  { subscription, schedule, terms }: Later,
  key: (part: string) => string,
): Promise<void> {
  const found = schedule
    ? await stripe.subscriptionSchedules.retrieve(schedule)
    : await stripe.subscriptionSchedules.create(
        { from_subscription: subscription },
        { idempotencyKey: key('schedule') },
      )
  const present = presentPhase(found)
  const { price, quantity, startsPeriod } = terms
  const next: Phase = {
    items: [{ price, quantity }],
    start_date: present.end_date as number,
    duration: { interval: terms.interval, interval_count: 1 },
    proration_behavior: 'none',
    ...(startsPeriod && { billing_cycle_anchor: 'phase_start' as const }),
    ...(present.discounts && { discounts: present.discounts }),
  }
  try {
    await stripe.subscriptionSchedules.update(
      found.id,
      { end_behavior: 'release', proration_behavior: 'none', phases: [present, next] },
      { idempotencyKey: key('phases') },
    )
  } catch (error) {
    // Made for this alone: left behind, it would keep the subscription from being ended at Stripe.
    if (!schedule && isFinal(error)) await releaseSchedule(stripe, found.id, key)
    throw error
  }
}

/** That it was let go already, elsewhere, or has come to its end, is as good. */
export async function releaseSchedule(stripe: Stripe, schedule: string, key: (part: string) => string): Promise<void> {
  try {
    await stripe.subscriptionSchedules.release(schedule, {}, { idempotencyKey: key('release') })
  } catch (error) {
    if (!isMisfit(error)) throw error
    const { status } = await stripe.subscriptionSchedules.retrieve(schedule)
    if (status === 'active' || status === 'not_started') throw error
  }
}

/** Gives what waits for the end of the period at least so many seats, and what runs now exactly so many. */
export async function scheduleSeats(
  stripe: Stripe,
  schedule: string,
  seats: { now: number; later: number },
  key: (part: string) => string,
): Promise<void> {
  const found = await stripe.subscriptionSchedules.retrieve(schedule)
  const { start_date: since } = found.current_phase ?? { start_date: 0 }
  const phases = found.phases
    .filter(({ start_date: start }) => start >= since)
    .map((phase, at) => restated(phase, { quantity: at === 0 ? seats.now : seats.later, isPresent: at === 0 }))
  await stripe.subscriptionSchedules.update(
    schedule,
    { end_behavior: 'release', proration_behavior: 'create_prorations', phases },
    { idempotencyKey: key('seats') },
  )
}

/** An update names every phase in full, or what it leaves out is lost. */
function presentPhase({ id, phases, current_phase: current }: Stripe.SubscriptionSchedule): Phase {
  const phase = phases.find(({ start_date: start }) => start === current?.start_date)
  if (!phase) throw new Outdated(`Schedule ${id} has no present phase.`)
  return restated(phase, { isPresent: true })
}

function restated(
  phase: Stripe.SubscriptionSchedule.Phase,
  { quantity, isPresent }: { quantity?: number; isPresent: boolean },
): Phase {
  const { billing_cycle_anchor: anchor } = phase
  return {
    items: phase.items.map((item) => ({ price: idOf(item.price), quantity: quantity ?? item.quantity ?? 1 })),
    start_date: phase.start_date,
    end_date: phase.end_date,
    proration_behavior: phase.proration_behavior,
    ...(phase.trial_end && { trial_end: phase.trial_end }),
    // A phase that has begun must not begin its period, and charge for it, once more.
    ...(anchor && !isPresent && { billing_cycle_anchor: anchor }),
    ...(phase.discounts.length > 0 && { discounts: phase.discounts.map(restatedDiscount) }),
  }
}

function restatedDiscount({ discount, coupon, promotion_code: code }: Stripe.SubscriptionSchedule.Phase.Discount) {
  if (discount) return { discount: idOf(discount) }
  return code ? { promotion_code: idOf(code) } : { coupon: coupon ? idOf(coupon) : '' }
}
