/** Subscription schedules: phases of items, one after the other, such as a downgrade at the end of the period. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { endSubscription, isEnded } from './end.ts'
import { invalid, notSimulated } from './faults.ts'
import type { SubscriptionSchedule } from './objects.ts'
import { mergeMetadata } from './params.ts'
import { currentPhase, type Phase, phaseParams, phasesFrom } from './phases.ts'
import { updateSubscription } from './update.ts'

const DEFAULTS: SubscriptionSchedule['default_settings'] = {
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: 'automatic',
  billing_thresholds: null,
  collection_method: 'charge_automatically',
  default_payment_method: null,
  description: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    days_until_due: null,
    description: null,
    footer: null,
    issuer: { type: 'self' },
  },
  on_behalf_of: null,
  transfer_data: null,
}

export function createSchedule(
  world: World,
  params: Stripe.SubscriptionScheduleCreateParams,
): Stored<'subscription_schedule'> {
  if (!params.from_subscription)
    throw notSimulated('a schedule that is not made from a subscription', 'from_subscription')
  if (params.phases) throw invalid('You cannot set `phases` if `from_subscription` is set.', 'phases')
  const subscription = world.need('subscription', params.from_subscription, 'from_subscription')
  if (subscription.schedule || isEnded(subscription)) {
    throw invalid(
      'You cannot migrate a subscription that is already attached to a schedule or has ended.',
      'from_subscription',
    )
  }
  const phase = currentPhase(subscription)
  const schedule = world.save('subscription_schedule', {
    id: world.newId('sub_sched_'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: subscription.billing_mode,
    canceled_at: null,
    completed_at: null,
    created: world.now(subscription),
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
    customer: subscription.customer,
    customer_account: null,
    default_settings: DEFAULTS,
    end_behavior: params.end_behavior ?? 'release',
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    pause_schedules: [],
    phases: [phase],
    released_at: null,
    released_subscription: null,
    status: 'active',
    subscription: subscription.id,
    test_clock: subscription.test_clock,
  })
  world.emit('subscription_schedule.created', schedule)
  world.update('subscription', subscription.id, { schedule: schedule.id }, 'customer.subscription.updated')
  expectPhaseEnd(world, schedule)
  return schedule
}

function expectPhaseEnd(world: World, schedule: Stored<'subscription_schedule'>): void {
  const at = schedule.current_phase?.end_date
  if (at !== undefined) world.schedule({ kind: 'subscription_schedule.phase', subject: schedule.id, at }, schedule)
}

function mustBeActive(schedule: Stored<'subscription_schedule'>): void {
  if (schedule.status === 'active' || schedule.status === 'not_started') return
  throw invalid(`You cannot change a subscription schedule that is currently in the \`${schedule.status}\` status.`)
}

export function updateSchedule(
  world: World,
  id: string,
  params: Stripe.SubscriptionScheduleUpdateParams,
): Stored<'subscription_schedule'> {
  const schedule = world.need('subscription_schedule', id, 'schedule')
  mustBeActive(schedule)
  const now = world.now(schedule)
  const phases = params.phases ? phasesFrom(world, schedule, params.phases) : schedule.phases
  const current = phases.find((phase) => phase.start_date <= now && phase.end_date > now)
  if (!current) throw invalid('The current phase must be among the phases.', 'phases')
  const after = world.update(
    'subscription_schedule',
    id,
    {
      phases,
      current_phase: { start_date: current.start_date, end_date: current.end_date },
      metadata: mergeMetadata(schedule.metadata, params.metadata),
      ...(params.end_behavior && { end_behavior: params.end_behavior }),
    },
    'subscription_schedule.updated',
  )
  expectPhaseEnd(world, after)
  enter(world, after, current)
  return after
}

function enter(world: World, schedule: Stored<'subscription_schedule'>, phase: Phase): void {
  const subscription = world.need('subscription', schedule.subscription ?? '')
  updateSubscription(world, subscription.id, phaseParams(world, subscription, phase))
}

/** The phase that begins at a moment, by a subscription's schedule. */
export function phaseAt(world: World, schedule: string | null, at: number): Phase | undefined {
  const found = world.table('subscription_schedule').get(schedule ?? '')
  return found?.status === 'active' ? found.phases.find(({ start_date }) => start_date === at) : undefined
}

/** Goes on to the next phase, or leaves the subscription after the last. */
export function phaseDue(world: World, id: string | null): void {
  const schedule = world.table('subscription_schedule').get(id ?? '')
  const current = schedule?.current_phase
  if (schedule?.status !== 'active' || !current || current.end_date > world.now(schedule)) return
  const next = schedule.phases.find(({ start_date }) => start_date === current.end_date)
  if (next) {
    const current_phase = { start_date: next.start_date, end_date: next.end_date }
    const after = world.update('subscription_schedule', schedule.id, { current_phase }, 'subscription_schedule.updated')
    expectPhaseEnd(world, after)
    enter(world, after, next)
    return
  }
  if (schedule.end_behavior !== 'cancel') {
    releaseSchedule(world, schedule.id)
    return
  }
  const completed = { status: 'completed', completed_at: world.now(schedule), current_phase: null } as const
  world.update('subscription_schedule', schedule.id, completed, 'subscription_schedule.completed')
  endSubscription(world, schedule.subscription as string)
}

/** The subscription stays as it is, without the schedule. */
export function releaseSchedule(world: World, id: string): Stored<'subscription_schedule'> {
  const schedule = world.need('subscription_schedule', id, 'schedule')
  mustBeActive(schedule)
  world.unschedule('subscription_schedule.phase', id)
  const { subscription } = schedule
  const released = {
    status: 'released',
    current_phase: null,
    released_at: world.now(schedule),
    released_subscription: subscription,
    subscription: null,
  } as const
  const after = world.update('subscription_schedule', id, released, 'subscription_schedule.released')
  if (subscription) world.update('subscription', subscription, { schedule: null }, 'customer.subscription.updated')
  return after
}

/** Ends the subscription with the schedule. */
export function cancelSchedule(world: World, id: string): Stored<'subscription_schedule'> {
  const schedule = world.need('subscription_schedule', id, 'schedule')
  mustBeActive(schedule)
  endSubscription(world, schedule.subscription as string, { reason: 'cancellation_requested' })
  return world.need('subscription_schedule', id)
}
