/** Cancelling, at once or on a date, with what is still to be invoiced before the end. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { advanceInvoice } from './collect.ts'
import { composeInvoice } from './compose.ts'
import { endSubscription, isEnded } from './end.ts'
import { missing } from './faults.ts'
import { issueInvoice, pendingInvoiceItems } from './invoices.ts'
import { isMetered } from './items.ts'
import { lineOfInvoiceItem } from './lines.ts'
import type { Invoice, InvoiceItem, Subscription } from './objects.ts'
import { cleared } from './params.ts'
import { creditsFor, prorationItems } from './proration.ts'
import { keepInvoiceItems } from './update.ts'
import { usageLine } from './usage.ts'

/** The last invoice: what waits for one, and what metered items used until now. Null when there is nothing to say. */
export function composeLastInvoice(
  world: World,
  subscription: Readonly<Subscription>,
  { at, reason, credits = [] }: { at: number; reason: Invoice['billing_reason']; credits?: readonly InvoiceItem[] },
): Invoice | null {
  const waiting = [...pendingInvoiceItems(world, subscription.customer, subscription.id), ...credits]
  const metered = subscription.items.data.filter(({ price }) => isMetered(price))
  const usage = metered.map((item) => {
    const period = { start: item.current_period_start, end: Math.min(at, item.current_period_end) }
    return usageLine(world, item, subscription.customer, period)
  })
  const lines = [...waiting.map((item) => lineOfInvoiceItem(world, item)), ...usage.filter(({ amount }) => amount > 0)]
  if (lines.length === 0) return null
  return composeInvoice(world, {
    customer: world.need('customer', subscription.customer),
    subscription,
    lines,
    applied: [],
    billing_reason: reason,
    at,
    currency: subscription.currency,
  })
}

function invoiceNow(world: World, subscription: Stored<'subscription'>, reason: Invoice['billing_reason']): void {
  const draft = composeLastInvoice(world, subscription, { at: world.now(subscription), reason })
  if (!draft) return
  issueInvoice(world, draft)
  world.update('subscription', subscription.id, { latest_invoice: draft.id })
  advanceInvoice(world, draft.id)
}

/** Prorations that no invoice has taken are dropped, as when nothing had been changed. */
function dropPendingProrations(world: World, subscription: Stored<'subscription'>): void {
  for (const item of pendingInvoiceItems(world, subscription.customer, subscription.id)) {
    if (!item.proration) continue
    world.remove('invoiceitem', item.id)
    world.emit('invoiceitem.deleted', item)
  }
}

/** What the time that is not used is worth. */
export function unusedTime(world: World, subscription: Readonly<Subscription>, at: number): InvoiceItem[] {
  const customer = world.need('customer', subscription.customer)
  const credits = subscription.items.data.flatMap((item) => creditsFor(world, item, at))
  return prorationItems(world, customer, credits, at)
}

export function cancelSubscription(
  world: World,
  id: string,
  params: Omit<Stripe.SubscriptionCancelParams, 'expand'> = {},
): Stored<'subscription'> {
  const subscription = world.need('subscription', id)
  if (isEnded(subscription)) throw missing('subscription', id)
  if (!params.invoice_now) dropPendingProrations(world, subscription)
  if (params.prorate) keepInvoiceItems(world, unusedTime(world, subscription, world.now(subscription)))
  if (params.invoice_now) invoiceNow(world, subscription, 'subscription_update')
  const { comment, feedback } = params.cancellation_details ?? {}
  // Its last invoice may have ended it, when nobody could pay that.
  const current = world.need('subscription', id)
  if (isEnded(current)) return current
  return endSubscription(world, id, {
    reason: 'cancellation_requested',
    ...(comment !== undefined && { comment: cleared(comment) }),
    ...(feedback !== undefined && { feedback: cleared(feedback) }),
  })
}

/** The date has come at which it was to end. */
export function endAtDate(world: World, id: string): void {
  const subscription = world.table('subscription').get(id)
  if (!subscription || isEnded(subscription)) return
  invoiceNow(world, subscription, 'subscription_cycle')
  if (!isEnded(world.need('subscription', id))) endSubscription(world, id)
}
