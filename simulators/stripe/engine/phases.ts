/** The phases of a schedule: read from parameters, made from a subscription, and turned into changes of one. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { lastPeriodEnd, nextPeriodEnd } from './due.ts'
import { invalid } from './faults.ts'
import { priceFor, recurrenceOf } from './items.ts'
import type { Subscription, SubscriptionSchedule } from './objects.ts'
import { mergeMetadata } from './params.ts'
import type { UpdateParams } from './plan.ts'
import { addIntervals, type Recurrence } from './time.ts'

export type Phase = SubscriptionSchedule['phases'][number]
type PhaseParams = NonNullable<Stripe.SubscriptionScheduleUpdateParams['phases']>[number]
type Behaviour = Phase['proration_behavior']

interface PhaseInput {
  start: number
  end: number
  currency: string
  items: { price: string; quantity?: number | undefined; metadata?: Record<string, string> }[]
  metadata?: Record<string, string>
  behaviour?: Behaviour
  anchor?: Phase['billing_cycle_anchor']
  discounts?: Phase['discounts']
}

const phaseOf = (input: PhaseInput): Phase => ({
  add_invoice_items: [],
  application_fee_percent: null,
  billing_cycle_anchor: input.anchor ?? null,
  billing_thresholds: null,
  collection_method: null,
  currency: input.currency,
  default_payment_method: null,
  default_tax_rates: [],
  description: null,
  discounts: input.discounts ?? [],
  end_date: input.end,
  invoice_settings: null,
  items: input.items.map(({ price, quantity, metadata = {} }) => ({
    billing_thresholds: null,
    discounts: [],
    metadata,
    plan: price,
    price,
    ...(quantity !== undefined && { quantity }),
    tax_rates: [],
  })),
  metadata: input.metadata ?? {},
  on_behalf_of: null,
  proration_behavior: input.behaviour ?? 'create_prorations',
  start_date: input.start,
  transfer_data: null,
  trial_end: null,
})

export const currentPhase = (subscription: Readonly<Subscription>): Phase =>
  phaseOf({
    start: Math.min(...subscription.items.data.map((item) => item.current_period_start)),
    end: lastPeriodEnd(subscription),
    currency: subscription.currency,
    items: subscription.items.data.map(({ price, quantity }) => ({ price: price.id, quantity })),
  })

function endOf(world: World, given: PhaseParams, start: number, now: number): number {
  if (given.end_date === 'now') return now
  if (given.end_date !== undefined) return given.end_date
  const { duration } = given
  const recurrence: Recurrence = duration
    ? { interval: duration.interval as Recurrence['interval'], interval_count: duration.interval_count ?? 1 }
    : recurrenceOf(priceFor(world, given.items[0] ?? {}))
  return addIntervals(start, recurrence, 1)
}

export function phasesFrom(
  world: World,
  schedule: Stored<'subscription_schedule'>,
  given: readonly PhaseParams[],
): Phase[] {
  const now = world.now(schedule)
  const currency = schedule.phases[0]?.currency ?? 'usd'
  let next = schedule.current_phase?.start_date ?? now
  return given.map((phase, at) => {
    const start = typeof phase.start_date === 'number' ? phase.start_date : phase.start_date === 'now' ? now : next
    const end = endOf(world, phase, start, now)
    if (end <= start) throw invalid('The end of a phase must be after its start.', `phases[${at}][end_date]`)
    next = end
    const items = phase.items.map((item) => {
      const price = priceFor(world, item, currency).id
      return { price, quantity: item.quantity ?? 1, metadata: mergeMetadata({}, item.metadata) }
    })
    const discounts = (phase.discounts || []).map(({ coupon = null, discount = null, promotion_code = null }) => ({
      coupon,
      discount,
      promotion_code,
    }))
    const { proration_behavior: behaviour, billing_cycle_anchor: anchor } = phase
    const metadata = mergeMetadata({}, phase.metadata)
    return phaseOf({
      start,
      end,
      currency,
      items,
      metadata,
      discounts,
      ...(behaviour && { behaviour }),
      ...(anchor && { anchor }),
    })
  })
}

/** The parameters that lead a subscription into a phase: same price, same item; the others change in order. */
export function phaseParams(world: World, subscription: Readonly<Subscription>, phase: Phase): UpdateParams {
  const left = [...subscription.items.data]
  const same = new Map(
    phase.items
      .map((item) => [item, left.findIndex(({ price }) => price.id === item.price)] as const)
      .map(([item, at]) => [item, left[at]]),
  )
  const free = left.filter((item) => ![...same.values()].includes(item))
  const items: NonNullable<UpdateParams['items']> = phase.items.map((item) => {
    const own = same.get(item) ?? free.shift()
    return {
      ...(own && { id: own.id }),
      price: item.price,
      ...(item.quantity !== undefined && { quantity: item.quantity }),
    }
  })
  for (const { id } of free) items.push({ id, deleted: true })
  const isOver = nextPeriodEnd(subscription) <= world.now(subscription)
  const [before, after] = [subscription.items.data[0]?.price, world.table('price').get(phase.items[0]?.price ?? '')]
  const sameRhythm = before && after && JSON.stringify(recurrenceOf(before)) === JSON.stringify(recurrenceOf(after))
  const restarts = !sameRhythm || phase.billing_cycle_anchor === 'phase_start'
  const discounts = phase.discounts.map(({ coupon, discount, promotion_code }) => ({
    ...(coupon && { coupon }),
    ...(discount && { discount }),
    ...(promotion_code && { promotion_code }),
  }))
  return {
    items,
    proration_behavior: isOver ? 'none' : phase.proration_behavior,
    ...(restarts && { billing_cycle_anchor: { type: 'now' } }),
    ...(discounts.length > 0 && { discounts }),
    ...(Object.keys(phase.metadata ?? {}).length > 0 && { metadata: phase.metadata }),
  }
}
