/** Works out what an update of a subscription would make of it and what it would cost, and changes nothing yet. */
import type Stripe from 'stripe'
import type { World } from '../world.ts'
import { composeInvoice } from './compose.ts'
import { type Applied, discountsLeft, redeemAll, runningDiscounts } from './discounts.ts'
import { lastPeriodEnd, nextPeriodEnd } from './due.ts'
import { invalid, notSimulated } from './faults.ts'
import { pendingInvoiceItems } from './invoices.ts'
import { changeItems, type ItemChange, isMetered, itemList, recurrenceOf } from './items.ts'
import { lineOfInvoiceItem, regularText } from './lines.ts'
import type { Invoice, InvoiceItem, LineItem, Subscription, SubscriptionItem } from './objects.ts'
import { cleared, mergeMetadata } from './params.ts'
import {
  creditsFor,
  debitFor,
  netOfDiscounts,
  type Proration,
  prorationItems,
  prorationLines,
  regularLine,
} from './proration.ts'
import { addIntervals, periodAt } from './time.ts'
import { usageLine } from './usage.ts'

export type UpdateParams = Omit<Stripe.SubscriptionUpdateParams, 'expand'>

export interface Plan {
  after: Subscription
  applied: readonly Applied[]
  prorations: readonly Proration[]
  /** Prorations as invoice items that are yet to be kept. */
  items: readonly InvoiceItem[]
  /** What is invoiced at once; null when nothing is, or when the prorations wait for the next invoice. */
  invoice: Invoice | null
  endsTrial: boolean
}

const REQUESTED = 'cancellation_requested'

function mustNotMix(params: UpdateParams): void {
  if (params.cancel_at_period_end !== undefined && params.cancel_at !== undefined) {
    throw invalid('You may only specify one of these parameters: cancel_at, cancel_at_period_end.', 'cancel_at')
  }
  if (params.billing_cycle_anchor?.type === 'now' && params.proration_date !== undefined) {
    const message = 'You cannot specify `proration_date` when `billing_cycle_anchor` is set to now.'
    throw invalid(message, 'proration_date')
  }
  if (params.add_invoice_items?.length) throw notSimulated('add_invoice_items in an update', 'add_invoice_items')
}

/** When it is to end, by the parameters. Clearing the flag does not clear a date that was set as a date. */
function cancellation(before: Readonly<Subscription>, params: UpdateParams, now: number, items: SubscriptionItem[]) {
  const at = { items: { ...before.items, data: items } } as Subscription
  const details = {
    ...(before.cancellation_details ?? { comment: null, feedback: null, feedback_option: null, reason: null }),
  }
  const given = params.cancellation_details
  if (given?.comment !== undefined) details.comment = cleared(given.comment)
  if (given?.feedback !== undefined) details.feedback = cleared(given.feedback)
  const kept = { cancellation_details: details }
  const withdrawn = {
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { ...details, reason: null },
  }
  const requested = { canceled_at: now, cancellation_details: { ...details, reason: REQUESTED } } as const
  if (params.cancel_at_period_end === true)
    return { ...requested, cancel_at_period_end: true, cancel_at: lastPeriodEnd(at) }
  if (params.cancel_at_period_end === false) return before.cancel_at_period_end ? withdrawn : kept
  const { cancel_at } = params
  if (cancel_at === '' || cancel_at === null) return withdrawn
  if (cancel_at === undefined) {
    return before.cancel_at_period_end ? { ...kept, cancel_at: lastPeriodEnd(at) } : kept
  }
  const moment =
    cancel_at === 'min_period_end' ? nextPeriodEnd(at) : typeof cancel_at === 'string' ? lastPeriodEnd(at) : cancel_at
  if (moment <= now) throw invalid('`cancel_at` must be a timestamp in the future.', 'cancel_at')
  return { ...requested, cancel_at: moment, cancel_at_period_end: false }
}

function pauseOf(given: UpdateParams['pause_collection'], current: Subscription['pause_collection']) {
  if (given === undefined) return current
  return given === '' || given === null ? null : { behavior: given.behavior, resumes_at: given.resumes_at ?? null }
}

/** The fields that cost nothing. */
function plainFields(before: Readonly<Subscription>, params: UpdateParams): Partial<Subscription> {
  const { default_payment_method, collection_method, days_until_due, description, payment_settings } = params
  const behaviour = params.trial_settings?.end_behavior
  return {
    metadata: mergeMetadata(before.metadata, params.metadata),
    pause_collection: pauseOf(params.pause_collection, before.pause_collection),
    ...(default_payment_method !== undefined && { default_payment_method: cleared(default_payment_method) }),
    ...(collection_method !== undefined && { collection_method }),
    ...(days_until_due !== undefined && { days_until_due }),
    ...(description !== undefined && { description: cleared(description) }),
    ...(payment_settings?.save_default_payment_method && {
      payment_settings: {
        payment_method_options: null,
        payment_method_types: null,
        ...before.payment_settings,
        save_default_payment_method: payment_settings.save_default_payment_method,
      },
    }),
    ...(behaviour && { trial_settings: trialSettings(behaviour) }),
  }
}

export const trialSettings = (
  given?: NonNullable<UpdateParams['trial_settings']>['end_behavior'],
): Subscription['trial_settings'] => ({
  end_behavior: {
    billing_cycle_anchor: given?.billing_cycle_anchor ?? null,
    missing_payment_method: given?.missing_payment_method ?? 'create_invoice',
  },
})

/** Credits of what changes, then its debits, item by item; without debits where a whole period begins anew. */
function prorate(
  world: World,
  plan: {
    before: Readonly<Subscription>
    after: Subscription
    changes: readonly ItemChange[]
    applied: readonly Applied[]
  },
  { at, restarts }: { at: number; restarts: boolean },
): Proration[] {
  const { before, after, changes, applied } = plan
  const affected: readonly ItemChange[] = restarts
    ? before.items.data.map((item) => ({ before: item, after: null }))
    : changes
  const nets = netOfDiscounts(world, after.items.data, applied)
  return affected.flatMap((change) => {
    const credits = change.before ? creditsFor(world, change.before, at) : []
    if (!change.after || isMetered(change.after.price)) return credits
    const net = nets.get(change.after.id) as number
    return [...credits, debitFor(world, change.after, { at, anchor: after.billing_cycle_anchor, net })]
  })
}

/** What is billed for a period that begins: licensed items for it, metered ones for what they used until now. */
export function periodLines(
  world: World,
  before: Readonly<Subscription>,
  items: readonly SubscriptionItem[],
): LineItem[] {
  return items.flatMap((item) => {
    const old = before.items.data.find(({ id }) => id === item.id)
    const period = { start: item.current_period_start, end: item.current_period_end }
    if (!isMetered(item.price))
      return regularLine(world, item, period, regularText(world, item.price, item.quantity ?? 1))
    if (!old || old.current_period_start === item.current_period_start || before.status === 'trialing') return []
    return usageLine(world, item, before.customer, { start: old.current_period_start, end: item.current_period_start })
  })
}

interface Moment {
  now: number
  at: number
  endsTrial: boolean
  restarts: boolean
  trialEnd: number | null
}

function momentOf(before: Readonly<Subscription>, params: UpdateParams, now: number): Moment {
  const at = params.proration_date ?? now
  const [start, end] = [Math.min(...before.items.data.map((item) => item.current_period_start)), lastPeriodEnd(before)]
  if (params.proration_date !== undefined && (at < start || at >= end)) {
    throw invalid("Cannot specify `proration_date` outside of the subscription's current period.", 'proration_date')
  }
  const endsTrial = params.trial_end === 'now' && before.status === 'trialing'
  const trialEnd = typeof params.trial_end === 'number' ? params.trial_end : null
  if (trialEnd !== null && trialEnd <= now)
    throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', 'trial_end')
  const anchorNow = params.billing_cycle_anchor?.type === 'now' && before.status !== 'trialing'
  return { now, at, endsTrial, restarts: endsTrial || anchorNow, trialEnd }
}

/** The change of items, and the periods that they are in after it. */
function changedItems(world: World, before: Readonly<Subscription>, params: UpdateParams, moment: Moment) {
  const { now, at, restarts, trialEnd } = moment
  const trialing = before.status === 'trialing' && before.trial_end !== null
  const { items, changes } = changeItems(world, before, params.items ?? [], {
    at: now,
    periodOf: (price) =>
      trialing
        ? { start: before.trial_start ?? now, end: before.trial_end as number }
        : periodAt(before.billing_cycle_anchor, recurrenceOf(price), at),
  })
  if (trialEnd !== null) {
    const start = trialing ? before.trial_start : now
    return {
      changes,
      items: items.map((item) => ({ ...item, current_period_start: start ?? now, current_period_end: trialEnd })),
    }
  }
  if (!restarts) return { changes, items }
  const started = items.map((item) => ({
    ...item,
    current_period_start: now,
    current_period_end: addIntervals(now, recurrenceOf(item.price), 1),
  }))
  return { changes, items: started }
}

function trialFields(
  before: Readonly<Subscription>,
  { now, endsTrial, restarts, trialEnd }: Moment,
): Partial<Subscription> {
  if (trialEnd !== null) {
    const trial_start = before.trial_start ?? now
    return { status: 'trialing', trial_start, trial_end: trialEnd, billing_cycle_anchor: trialEnd }
  }
  return {
    ...(endsTrial && { status: 'active' as const, trial_end: now }),
    ...(restarts && { billing_cycle_anchor: now }),
  }
}

export function planUpdate(
  world: World,
  before: Readonly<Subscription>,
  params: UpdateParams,
  invoiceId?: string,
): Plan {
  mustNotMix(params)
  const now = world.now(before)
  const moment = momentOf(before, params, now)
  const { items, changes } = changedItems(world, before, params, moment)
  const redeemed = { customer: before.customer, subscription: before.id, at: now }
  const applied =
    params.discounts === undefined
      ? runningDiscounts(world, before.discounts, now)
      : redeemAll(world, params.discounts, redeemed)
  const after: Subscription = {
    ...before,
    ...plainFields(before, params),
    ...trialFields(before, moment),
    ...cancellation(before, params, now, items),
    items: itemList(before.id, items),
    discounts: params.discounts === undefined ? before.discounts : applied.map(({ discount }) => discount.id),
  }
  const isFree = before.status === 'trialing' || params.proration_behavior === 'none'
  const restarts = moment.restarts || moment.trialEnd !== null
  const prorations = isFree ? [] : prorate(world, { before, after, changes, applied }, { at: moment.at, restarts })
  const customer = world.need('customer', before.customer)
  const invoiced = moment.restarts || (params.proration_behavior === 'always_invoice' && prorations.length > 0)
  if (!invoiced) {
    const kept = prorationItems(world, customer, prorations, now)
    return { after, applied, prorations, items: kept, invoice: null, endsTrial: moment.endsTrial }
  }
  const { items: own, lines } = prorationLines(world, customer, prorations, now)
  const pending = pendingInvoiceItems(world, before.customer, before.id).map((item) => lineOfInvoiceItem(world, item))
  const invoice = composeInvoice(world, {
    ...(invoiceId && { id: invoiceId }),
    customer,
    subscription: after,
    lines: [...pending, ...lines, ...(moment.restarts ? periodLines(world, before, items) : [])],
    applied,
    billing_reason: 'subscription_update',
    at: now,
    currency: before.currency,
    ...(prorations.length > 0 && { prorationDate: moment.at }),
  })
  after.discounts = discountsLeft(applied, invoice)
  after.latest_invoice = invoice.id
  return { after, applied, prorations, items: own, invoice, endsTrial: moment.endsTrial }
}
