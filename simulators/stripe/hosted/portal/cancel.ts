/** Ending a subscription, and taking that back. */
import type Stripe from 'stripe'
import { cancelSubscription, updateSubscription } from '../../engine/index.ts'
import { StripeFault, type World } from '../../world.ts'
import { isEnding, type Portal, periodEnd, subscriptionOf } from './access.ts'
import { dropSchedule } from './schedule.ts'

type Feedback = Stripe.SubscriptionUpdateParams.CancellationDetails['feedback']

export const REASONS: Readonly<Record<string, string>> = {
  too_expensive: 'It costs too much',
  missing_features: 'Something that I need is missing',
  switched_service: 'I found something else',
  unused: 'I do not use it enough',
  customer_service: 'The support was not good enough',
  too_complex: 'It is hard to use',
  low_quality: 'The quality was not good enough',
  other: 'Another reason',
}

export function cancelPlan(world: World, portal: Portal, id: string, why: { feedback: string; comment: string }): void {
  const { enabled, mode, proration_behavior, cancellation_reason } = portal.features.subscription_cancel
  const subscription = subscriptionOf(world, portal, id)
  if (!enabled || isEnding(subscription)) throw new StripeFault(400, { message: 'This plan cannot be cancelled here.' })
  const options: readonly string[] = cancellation_reason.options
  const details = {
    ...(options.includes(why.feedback) ? { feedback: why.feedback as Feedback } : {}),
    ...(why.comment.trim() ? { comment: why.comment.trim().slice(0, 500) } : {}),
  }
  const reason = Object.keys(details).length > 0 ? { cancellation_details: details } : {}
  dropSchedule(world, subscription)
  if (mode === 'immediately') {
    const prorate = proration_behavior !== 'none'
    cancelSubscription(world, id, { ...reason, prorate, invoice_now: proration_behavior === 'always_invoice' })
    return
  }
  const flexible = subscription.billing_mode.type === 'flexible'
  const end = flexible ? { cancel_at: periodEnd(subscription) } : { cancel_at_period_end: true }
  updateSubscription(world, id, { ...end, ...reason })
}

/** Takes back whichever of the two was set. */
export function keepPlan(world: World, portal: Portal, id: string): void {
  const subscription = subscriptionOf(world, portal, id)
  if (!isEnding(subscription)) return
  const undo = subscription.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: '' as const }
  updateSubscription(world, id, undo)
}
