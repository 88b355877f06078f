/** When something is next to be done about a subscription. */
import type { World } from '../world.ts'
import type { Subscription } from './objects.ts'
import { SECONDS_TO_PAY, TRIAL_NOTICE_DAYS } from './quirks.ts'
import { DAY } from './time.ts'

const KINDS = [
  'subscription.cycle',
  'subscription.upcoming',
  'subscription.trial_will_end',
  'subscription.cancel',
  'subscription.incomplete_expiry',
  'subscription.pending_update_expiry',
  'subscription.resume_collection',
] as const

type DueKind = (typeof KINDS)[number]

export function scheduleFor(world: World, subscription: Readonly<Subscription>, kind: DueKind, at: number): void {
  world.schedule({ kind, subject: subscription.id, at }, subscription)
}

/** When the first of its items' periods ends. */
export const nextPeriodEnd = (subscription: Readonly<Subscription>): number =>
  Math.min(...subscription.items.data.map((item) => item.current_period_end))

export const lastPeriodEnd = (subscription: Readonly<Subscription>): number =>
  Math.max(...subscription.items.data.map((item) => item.current_period_end))

/** The renewal or the end, and what is announced before it. Called after every change of a subscription. */
export function planAhead(world: World, subscription: Readonly<Subscription>): void {
  forget(world, subscription.id, ['subscription.cycle', 'subscription.upcoming', 'subscription.cancel'])
  if (!['trialing', 'active', 'past_due', 'unpaid'].includes(String(subscription.status))) return
  const [now, ends, { cancel_at }] = [world.now(subscription), nextPeriodEnd(subscription), subscription]
  const isLast = cancel_at !== null && cancel_at <= ends
  if (cancel_at !== null) scheduleFor(world, subscription, 'subscription.cancel', Math.max(cancel_at, now))
  if (isLast) return
  scheduleFor(world, subscription, 'subscription.cycle', ends)
  const upcoming = ends - world.settings.upcomingDays * DAY
  if (upcoming > now) scheduleFor(world, subscription, 'subscription.upcoming', upcoming)
}

/** The trial's end is announced three days before; of a trial shorter than that, at once. */
export function announceTrialEnd(world: World, subscription: Readonly<Subscription>): void {
  if (subscription.trial_end === null) return
  const at = subscription.trial_end - TRIAL_NOTICE_DAYS * DAY
  if (at > world.now(subscription)) scheduleFor(world, subscription, 'subscription.trial_will_end', at)
  else world.emit('customer.subscription.trial_will_end', subscription)
}

export function expectFirstPayment(world: World, subscription: Readonly<Subscription>): void {
  scheduleFor(world, subscription, 'subscription.incomplete_expiry', subscription.created + SECONDS_TO_PAY)
}

export function forget(world: World, id: string, kinds: readonly DueKind[] = KINDS): void {
  for (const kind of kinds) world.unschedule(kind, id)
}
