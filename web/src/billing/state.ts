/** What a subscription's state means for what people can do next. */
import type { Subscription } from './contract.ts'

/** Stripe still has it: it can be changed or must be paid, and a second one cannot be bought. */
export function isLive({ status }: Pick<Subscription, 'status'>): boolean {
  return ['trialing', 'active', 'past_due', 'unpaid', 'paused'].includes(status)
}

/** Paid for or on trial: the plan can be changed right away. */
export function isRunning({ status }: Pick<Subscription, 'status'>): boolean {
  return ['trialing', 'active', 'past_due'].includes(status)
}

/** The first payment came through, or the trial has begun. */
export function hasBegun({ status }: Pick<Subscription, 'status'>): boolean {
  return status === 'active' || status === 'trialing'
}

export type Notice = 'unpaid' | 'paused' | 'unfinished' | 'past_due' | 'canceling' | 'trial'

/** The one thing that people should know about, the gravest first. */
export function noticeOf(subscription: Pick<Subscription, 'status' | 'cancel_at' | 'trial_end'>): Notice | undefined {
  const { status, cancel_at, trial_end } = subscription
  if (status === 'unpaid' || status === 'paused' || status === 'past_due') return status
  if (status === 'incomplete') return 'unfinished'
  if (cancel_at && hasBegun(subscription)) return 'canceling'
  if (status === 'trialing' && trial_end) return 'trial'
  return undefined
}

/** Paid seats that nobody uses are kept; fewer than people who work here cannot be. */
export function seatsToStartWith({ seats }: Pick<Subscription, 'seats'>): number {
  return Math.max(seats.quantity ?? 1, seats.used, 1)
}
