/**
 * From the objects of the SDK to the facts we keep. The only place that knows where Stripe puts what: periods stand on
 * items, an invoice's subscription below its parent, a scheduled end in one of two fields.
 */
import { type Interval, intervals, lookupKey, type PaidPlanKey, paidPlanKeys } from '../plans.ts'
import type { Stripe } from './client.ts'

export interface PriceFacts {
  id: string
  lookupKey: string | null
  /** Set when prices are pushed; an archived price, which has lost its lookup key, keeps them. */
  plan: string | undefined
  interval: string | undefined
}

export interface ScheduledFacts {
  priceId: string
  quantity: number
  at: Date
}

export interface SubscriptionFacts {
  id: string
  customerId: string
  status: string
  price: PriceFacts
  /** As the price says, whatever the plan. */
  interval: Interval
  itemId: string
  itemCount: number
  quantity: number
  currency: string
  unitAmount: number
  periodStart: Date
  periodEnd: Date
  trialStart: Date | null
  trialEnd: Date | null
  /** When it ends if nobody does anything: set by the portal in one field and by the API in another. */
  cancelAt: Date | null
  canceledAt: Date | null
  endedAt: Date | null
  scheduleId: string | null
  scheduled: ScheduledFacts | null
  defaultPaymentMethod: string | null
  latestInvoiceId: string | null
  startedAt: Date
}

export interface InvoiceFacts {
  id: string
  subscriptionId: string | null
  number: string | null
  status: string
  billingReason: string | null
  currency: string
  total: number
  amountDue: number
  amountPaid: number
  hostedInvoiceUrl: string | null
  invoicePdf: string | null
  periodStart: Date | null
  periodEnd: Date | null
  attemptCount: number
  nextPaymentAttempt: Date | null
  createdAt: Date
  finalizedAt: Date | null
  paidAt: Date | null
}

export type CheckoutState = 'open' | 'completed' | 'expired'

export function subscriptionFacts(subscription: Stripe.Subscription): SubscriptionFacts {
  const items = subscription.items.data
  // Metered items have no quantity; the seats are the one that does.
  const item = items.find(({ quantity }) => quantity !== undefined) ?? items[0]
  if (!item) throw new TypeError(`Subscription ${subscription.id} has no items.`)
  const periodEnd = momentOf(item.current_period_end)
  const { interval } = item.price.recurring ?? {}
  return {
    id: subscription.id,
    customerId: idOf(subscription.customer),
    status: subscription.status,
    price: priceFacts(item.price),
    interval: interval === 'year' ? 'year' : 'month',
    itemId: item.id,
    itemCount: items.length,
    quantity: item.quantity ?? 1,
    currency: subscription.currency,
    unitAmount: item.price.unit_amount ?? 0,
    periodStart: momentOf(item.current_period_start),
    periodEnd,
    trialStart: momentOrNull(subscription.trial_start),
    trialEnd: momentOrNull(subscription.trial_end),
    cancelAt: momentOrNull(subscription.cancel_at) ?? (subscription.cancel_at_period_end ? periodEnd : null),
    canceledAt: momentOrNull(subscription.canceled_at),
    endedAt: momentOrNull(subscription.ended_at),
    scheduleId: subscription.schedule && idOf(subscription.schedule),
    scheduled: scheduledFacts(subscription.schedule),
    defaultPaymentMethod: subscription.default_payment_method && idOf(subscription.default_payment_method),
    latestInvoiceId: subscription.latest_invoice && idOf(subscription.latest_invoice),
    startedAt: momentOf(subscription.start_date),
  }
}

/** The phase after the present one, as far as a schedule was expanded and is in force. */
function scheduledFacts(schedule: Stripe.Subscription['schedule']): ScheduledFacts | null {
  if (!schedule || typeof schedule === 'string' || !schedule.current_phase) return null
  const { end_date: end } = schedule.current_phase
  const next = schedule.phases.find(({ start_date: start }) => start >= end)
  const item = next?.items[0]
  return next && item
    ? { priceId: idOf(item.price), quantity: item.quantity ?? 1, at: momentOf(next.start_date) }
    : null
}

export function priceFacts({ id, lookup_key, metadata }: Stripe.Price): PriceFacts {
  return { id, lookupKey: lookup_key, plan: metadata.plinth_plan, interval: metadata.plinth_interval }
}

export interface Bought {
  plan: PaidPlanKey
  interval: Interval
}

/** What a price is the price of; undefined when it is none of ours. `named` are the ids that the environment gives. */
export function boughtWith(price: PriceFacts, named: Readonly<Record<string, string>>): Bought | undefined {
  const offers = paidPlanKeys.flatMap((plan) => intervals.map((interval) => ({ plan, interval })))
  return (
    offers.find(({ plan, interval }) => named[`${plan}_${interval}`] === price.id) ??
    offers.find(({ plan, interval }) => lookupKey(plan, interval) === price.lookupKey) ??
    offers.find(({ plan, interval }) => plan === price.plan && interval === price.interval)
  )
}

export function invoiceFacts(invoice: Stripe.Invoice): InvoiceFacts {
  const subscription = invoice.parent?.subscription_details?.subscription
  return {
    id: invoice.id,
    subscriptionId: subscription ? idOf(subscription) : null,
    number: invoice.number,
    status: invoice.status ?? 'draft',
    billingReason: invoice.billing_reason,
    currency: invoice.currency,
    total: invoice.total,
    amountDue: invoice.amount_due,
    amountPaid: invoice.amount_paid,
    hostedInvoiceUrl: invoice.hosted_invoice_url ?? null,
    invoicePdf: invoice.invoice_pdf ?? null,
    periodStart: momentOrNull(invoice.period_start),
    periodEnd: momentOrNull(invoice.period_end),
    attemptCount: invoice.attempt_count,
    nextPaymentAttempt: momentOrNull(invoice.next_payment_attempt),
    createdAt: momentOf(invoice.created),
    finalizedAt: momentOrNull(invoice.status_transitions.finalized_at),
    paidAt: momentOrNull(invoice.status_transitions.paid_at),
  }
}

/** An open session can still be paid; a complete one has become a subscription. */
export function checkoutState({ status }: Stripe.Checkout.Session): CheckoutState {
  if (status === 'complete') return 'completed'
  return status === 'expired' ? 'expired' : 'open'
}

export function idOf(reference: string | { id: string }): string {
  return typeof reference === 'string' ? reference : reference.id
}

function momentOf(seconds: number): Date {
  const moment = new Date(seconds * 1000)
  // A field that has moved reads as undefined; kept as an invalid date, it would do its harm much later.
  if (Number.isNaN(moment.getTime())) throw new TypeError('Stripe left a date out that is always there.')
  return moment
}

function momentOrNull(seconds: number | null | undefined): Date | null {
  return seconds === null || seconds === undefined ? null : momentOf(seconds)
}
