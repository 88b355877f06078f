/** A new subscription and its first invoice, which decides whether it becomes active. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { customersCard, forgetNextFailure } from './cards.ts'
import { attemptPayment, defaultMethod } from './collect.ts'
import { composeInvoice } from './compose.ts'
import { type Applied, discountsLeft, keepDiscounts, redeemAll } from './discounts.ts'
import { announceTrialEnd, expectFirstPayment, planAhead } from './due.ts'
import { cardError, invalid, notSimulated } from './faults.ts'
import { finalizeInvoice, issueInvoice, pendingInvoiceItems } from './invoices.ts'
import { isMetered, itemList, newItem, priceFor, recurrenceOf } from './items.ts'
import { invoiceItem, lineOfInvoiceItem, regularText, trialText } from './lines.ts'
import type { Customer, Invoice, InvoiceItem, LineItem, Subscription, SubscriptionItem } from './objects.ts'
import { mergeMetadata } from './params.ts'
import { trialSettings } from './plan.ts'
import { regularLine } from './proration.ts'
import { roundProration } from './quirks.ts'
import { DAY, type Period, periodAt } from './time.ts'
import { keepInvoiceItems } from './update.ts'

export type CreateParams = Omit<Stripe.SubscriptionCreateParams, 'expand'>

export interface CreateOptions {
  /** Paid on a page: a declined card is an error and nothing is created. */
  hosted?: boolean
  /** The cardholder's bank has been asked on the page. */
  authenticated?: boolean
}

interface Creation {
  subscription: Subscription
  invoice: Invoice
  applied: readonly Applied[]
  items: readonly InvoiceItem[]
}

function mustBeSimulated(params: CreateParams): void {
  if (params.billing_mode?.type === 'classic') throw notSimulated('the classic billing mode', 'billing_mode')
  if (params.billing_cycle_anchor_config)
    throw notSimulated('billing_cycle_anchor_config', 'billing_cycle_anchor_config')
  if (params.backdate_start_date) throw notSimulated('backdate_start_date', 'backdate_start_date')
  if (!params.items?.length) throw invalid('Missing required param: items.', 'items', 'parameter_missing')
}

function trialEndOf(world: World, params: CreateParams, at: number): number | null {
  if (params.trial_end === 'now') return null
  if (params.trial_end !== undefined && params.trial_end <= at) {
    throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', 'trial_end')
  }
  const fromPrice = params.trial_from_plan
    ? priceFor(world, params.items?.[0] ?? {}).recurring?.trial_period_days
    : null
  const days = params.trial_period_days ?? fromPrice ?? 0
  return params.trial_end ?? (days > 0 ? at + days * DAY : null)
}

function cancelAtOf(params: CreateParams, items: readonly SubscriptionItem[]): number | null {
  const ends = items.map(({ current_period_end }) => current_period_end)
  if (params.cancel_at_period_end) return Math.max(...ends)
  if (typeof params.cancel_at === 'number') return params.cancel_at
  if (params.cancel_at === undefined) return null
  return params.cancel_at === 'min_period_end' ? Math.min(...ends) : Math.max(...ends)
}

/** The first period: shorter than the others where the anchor is given; nothing is billed for it without prorations. */
function firstLines(world: World, subscription: Subscription, prorates: boolean): LineItem[] {
  return subscription.items.data.flatMap((item) => {
    if (isMetered(item.price)) return []
    const period: Period = { start: item.current_period_start, end: item.current_period_end }
    if (subscription.trial_end !== null) {
      return [{ ...regularLine(world, item, period, trialText(world, item)), amount: 0, subtotal: 0 }]
    }
    const full = periodAt(subscription.billing_cycle_anchor, recurrenceOf(item.price), period.start)
    const line = regularLine(world, item, period, regularText(world, item.price, item.quantity ?? 1))
    if (full.start === period.start) return [line]
    const amount = roundProration((line.amount * (full.end - period.start)) / (full.end - full.start))
    return prorates ? [{ ...line, amount, subtotal: amount }] : []
  })
}

function addedItems(
  world: World,
  customer: Readonly<Customer>,
  subscription: string,
  params: CreateParams,
  at: number,
) {
  return (params.add_invoice_items ?? []).map((given) => {
    const price = world.need('price', given.price ?? '', 'add_invoice_items[0][price]')
    const quantity = given.quantity ?? 1
    return invoiceItem(world, {
      customer,
      at,
      amount: (price.unit_amount ?? 0) * quantity,
      currency: price.currency,
      description: world.table('product').get(price.product)?.name ?? null,
      period: { start: at, end: at },
      quantity,
      pricing: {
        price_details: { price: price.id, product: price.product },
        type: 'price_details',
        unit_amount_decimal: price.unit_amount_decimal,
      },
      subscription,
    })
  })
}

function composeSubscription(
  world: World,
  customer: Readonly<Customer>,
  params: CreateParams,
  at: number,
): Subscription {
  const id = world.newId('sub_')
  const trialEnd = trialEndOf(world, params, at)
  const anchor = trialEnd ?? params.billing_cycle_anchor ?? at
  const currency = priceFor(world, params.items?.[0] ?? {}).currency
  const items = (params.items ?? []).map((given) => {
    const price = priceFor(world, given, currency)
    const end = trialEnd ?? periodAt(anchor, recurrenceOf(price), at).end
    return newItem(world, id, given, { price, period: { start: at, end }, at })
  })
  const cancel_at = cancelAtOf(params, items)
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: anchor,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at,
    cancel_at_period_end: params.cancel_at_period_end ?? false,
    canceled_at: cancel_at === null ? null : at,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: cancel_at === null ? null : 'cancellation_requested',
    },
    collection_method: params.collection_method ?? 'charge_automatically',
    created: at,
    currency,
    customer: customer.id,
    customer_account: null,
    days_until_due: params.days_until_due ?? null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: params.description ?? null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: itemList(id, items),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: params.payment_settings?.save_default_payment_method ?? 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: at,
    status: trialEnd === null ? 'active' : 'trialing',
    test_clock: customer.test_clock ?? null,
    transfer_data: null,
    trial_end: trialEnd,
    trial_settings: trialSettings(params.trial_settings?.end_behavior),
    trial_start: trialEnd === null ? null : at,
  }
}

/** What would be created. Nothing is kept: a preview shows the same. */
export function planCreation(world: World, params: CreateParams): Creation {
  mustBeSimulated(params)
  const customer = world.need('customer', params.customer ?? '', 'customer')
  const at = world.now(customer)
  const subscription = composeSubscription(world, customer, params, at)
  const applied = redeemAll(world, params.discounts, { customer: customer.id, subscription: subscription.id, at })
  const items = addedItems(world, customer, subscription.id, params, at)
  const waiting = [...pendingInvoiceItems(world, customer.id, subscription.id), ...items]
  const invoice = composeInvoice(world, {
    customer,
    subscription,
    lines: [
      ...waiting.map((item) => lineOfInvoiceItem(world, item)),
      ...firstLines(world, subscription, params.proration_behavior !== 'none'),
    ],
    applied,
    billing_reason: 'subscription_create',
    at,
    currency: subscription.currency,
  })
  const waits = invoice.amount_due > 0 && subscription.collection_method === 'charge_automatically'
  const discounts = waits ? applied.map(({ discount }) => discount.id) : discountsLeft(applied, invoice)
  const status = waits ? 'incomplete' : subscription.status
  return { subscription: { ...subscription, status, discounts, latest_invoice: invoice.id }, invoice, applied, items }
}

const NO_METHOD =
  'This customer has no attached payment source or default payment method. Please consider adding a default payment method.'

export function createSubscription(
  world: World,
  params: CreateParams,
  { hosted = false, authenticated = false }: CreateOptions = {},
): Stored<'subscription'> {
  const { subscription, invoice, applied, items } = planCreation(world, params)
  const customer = subscription.customer
  const named = params.default_payment_method
  const own = named ? customersCard(world, named, customer, 'default_payment_method').id : null
  const waits = subscription.status === 'incomplete'
  const method = own ?? defaultMethod(world, customer)?.id
  const attempts = waits && params.payment_behavior !== 'default_incomplete'
  if (attempts && !method) throw invalid(NO_METHOD, undefined, 'resource_missing')

  keepDiscounts(world, applied)
  world.update('customer', customer, { currency: subscription.currency })
  // A page's card becomes the subscription's own by paying for it.
  const kept = { ...subscription, default_payment_method: hosted && waits ? null : own }
  const created = world.save('subscription', kept)
  world.emit('customer.subscription.created', created)
  if (waits) expectFirstPayment(world, created)
  keepInvoiceItems(world, items)
  const finalizesAt = subscription.created + world.settings.draftSeconds
  const sent = subscription.collection_method === 'send_invoice'
  issueInvoice(world, sent ? { ...invoice, automatically_finalizes_at: finalizesAt } : invoice)
  if (!sent) finalizeInvoice(world, invoice.id, method)
  if (attempts || (!waits && !sent)) {
    const attempt = attemptPayment(world, invoice.id, { method, authenticated, save: hosted })
    // Undone with everything before it.
    if (attempt.kind === 'failed' && (hosted || params.payment_behavior === 'error_if_incomplete')) {
      throw cardError(attempt.decline, {}, { remains: (world) => forgetNextFailure(world, created.customer) })
    }
  }
  if (created.trial_end !== null) announceTrialEnd(world, created)
  planAhead(world, world.need('subscription', created.id))
  return world.need('subscription', created.id)
}
