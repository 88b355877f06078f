/** A paused subscription goes on, in a new period that is paid first. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { unusedTime } from './cancel.ts'
import { attemptPayment } from './collect.ts'
import { composeInvoice } from './compose.ts'
import { runningDiscounts } from './discounts.ts'
import { planAhead } from './due.ts'
import { cardError, invalid } from './faults.ts'
import { finalizeInvoice, issueInvoice } from './invoices.ts'
import { itemList, recurrenceOf } from './items.ts'
import { periodLines } from './plan.ts'
import { pause } from './renewal.ts'
import { periodAt } from './time.ts'
import { keepInvoiceItems } from './update.ts'

export function pauseSubscription(
  world: World,
  id: string,
  params: Stripe.SubscriptionPauseParams = {},
): Stored<'subscription'> {
  const subscription = world.need('subscription', id)
  if (!['active', 'trialing', 'past_due'].includes(String(subscription.status))) {
    throw invalid(`You cannot pause a subscription with the status ${subscription.status}.`)
  }
  if (params.bill_for?.unused_time_from?.type === 'now') {
    keepInvoiceItems(world, unusedTime(world, subscription, world.now(subscription)))
  }
  return pause(world, subscription, 'pause_requested')
}

export function resumeSubscription(
  world: World,
  id: string,
  params: Stripe.SubscriptionResumeParams = {},
): Stored<'subscription'> {
  const subscription = world.need('subscription', id)
  if (subscription.status !== 'paused') throw invalid('You can only resume a paused subscription.')
  const now = world.now(subscription)
  const anchor = params.billing_cycle_anchor?.type === 'unchanged' ? subscription.billing_cycle_anchor : now
  const items = subscription.items.data.map((item) => {
    if (anchor !== now && item.current_period_end > now) return item
    const { start, end } = periodAt(anchor, recurrenceOf(item.price), now)
    return { ...item, current_period_start: start, current_period_end: end }
  })
  const begun = items.filter((item, at) => item !== subscription.items.data[at])
  const resumed = { ...subscription, items: itemList(id, items), billing_cycle_anchor: anchor }
  if (begun.length > 0) {
    const draft = composeInvoice(world, {
      customer: world.need('customer', subscription.customer),
      subscription: resumed,
      lines: periodLines(world, subscription, begun),
      applied: runningDiscounts(world, subscription.discounts, now),
      billing_reason: 'subscription_update',
      at: now,
      currency: subscription.currency,
    })
    const invoice = issueInvoice(world, draft)
    finalizeInvoice(world, invoice.id)
    const attempt = attemptPayment(world, invoice.id)
    const mayFail = params.payment_behavior === 'resume_on_payment_attempt'
    // Undone with everything before it.
    if (attempt.kind === 'failed' && !mayFail) throw cardError(attempt.decline)
    resumed.latest_invoice = invoice.id
  }
  const changes = { ...resumed, status: 'active', status_details: undefined } as const
  const after = world.update('subscription', id, changes, 'customer.subscription.resumed')
  planAhead(world, after)
  return after
}
