/**
 * What has to stand in our tables, given what Stripe says and what stands there now. Pure: the sync writes it, and the
 * reconciliation compares it with what is there.
 */
import type { Grant } from '#tenants'
import { byImportance, grantOf, hasEnded, isLive } from '../policy.ts'
import type { Truth } from '../stripe/read.ts'
import { boughtWith, type InvoiceFacts, type PriceFacts, type SubscriptionFacts } from '../stripe/view.ts'
import type { InvoiceRow, Subscription, SubscriptionRow } from './queries.ts'

export interface Known {
  tenantId: string
  subscriptions: readonly Subscription[]
  /** Of the entitlement. */
  plan: string
  pastDueSince: Date | null
  trialUsedAt: Date | null
}

/** What somebody has to look at. `subject` is an id at Stripe. */
export interface Alarm {
  kind: 'several_live_subscriptions' | 'several_items' | 'unknown_price' | 'vanished_subscription'
  subject: string
  detail: string
}

export type NextSubscription = SubscriptionRow & { started_at: Date; current_period_end: Date }

export interface Outcome {
  grant: Grant
  subscriptions: NextSubscription[]
  current: NextSubscription | undefined
  invoices: InvoiceRow[]
  pastDueSince: Date | null
  trialUsedAt: Date | null
  alarms: Alarm[]
}

type Prices = Readonly<Record<string, string>>

export function outcomeOf(truth: Truth, known: Known, prices: Prices, now: Date): Outcome {
  const alarms: Alarm[] = []
  const read = truth.subscriptions.map((facts) => rowOf(facts, known, truth, prices, alarms))
  const ids = new Set(read.map((row) => row.stripe_subscription_id))
  const gone = known.subscriptions
    .filter((row) => row.stripe_customer_id === truth.customerId && !ids.has(row.stripe_subscription_id))
    .filter((row) => !hasEnded(row.status))
    .map((row) => ended(row, now))
  if (truth.standing === 'present') {
    for (const { stripe_subscription_id: subject } of gone) {
      alarms.push({ kind: 'vanished_subscription', subject, detail: 'Stripe no longer lists it; taken for canceled.' })
    }
  }

  const live = read.filter(({ status }) => isLive(status))
  if (live.length > 1) {
    const all = live.map((row) => row.stripe_subscription_id).sort()
    alarms.push({
      kind: 'several_live_subscriptions',
      subject: truth.customerId,
      detail: `All of them are charged for: ${all.join(', ')}.`,
    })
  }

  const touched = new Set([...ids, ...gone.map((row) => row.stripe_subscription_id)])
  // Of customers that were deleted since: they only say what the last word was.
  const others = known.subscriptions.filter((row) => !touched.has(row.stripe_subscription_id) && hasEnded(row.status))
  const decisive = [...read, ...gone, ...others.map(({ synced_at: _, ...row }) => row)].sort(byImportance)[0]
  const pastDueSince = decisive ? pastDueSinceOf(decisive, truth.invoices, known, now) : null
  const current = decisive && !hasEnded(decisive.status) ? { ...decisive, is_current: true } : undefined
  return {
    grant: grantOf(decisive, pastDueSince, now),
    subscriptions: [...read, ...gone].map((row) => ({ ...row, is_current: row === decisive && current !== undefined })),
    current,
    invoices: truth.invoices.map((facts) => invoiceRow(facts, known.tenantId)),
    pastDueSince,
    trialUsedAt: known.trialUsedAt ?? firstTrial(truth.subscriptions),
    alarms,
  }
}

function rowOf(
  facts: SubscriptionFacts,
  known: Known,
  { scheduledPrices }: Truth,
  prices: Prices,
  alarms: Alarm[],
): NextSubscription {
  const before = known.subscriptions.find((row) => row.stripe_subscription_id === facts.id)
  const bought = boughtWith(facts.price, prices)
  if (!bought && !hasEnded(facts.status)) {
    alarms.push({
      kind: 'unknown_price',
      subject: facts.price.id,
      detail: `Subscription ${facts.id} keeps the plan that was known last.`,
    })
  }
  if (facts.itemCount > 1) {
    alarms.push({ kind: 'several_items', subject: facts.id, detail: `It has ${facts.itemCount} items; one is ours.` })
  }
  const scheduled = facts.scheduled && scheduledChange(facts, scheduledPrices, prices)
  return {
    tenant_id: known.tenantId,
    stripe_subscription_id: facts.id,
    stripe_customer_id: facts.customerId,
    status: facts.status,
    plan: bought?.plan ?? before?.plan ?? known.plan,
    interval: bought?.interval ?? facts.interval,
    price_id: facts.price.id,
    item_id: facts.itemId,
    quantity: facts.quantity,
    currency: facts.currency,
    unit_amount: facts.unitAmount,
    current_period_start: facts.periodStart,
    current_period_end: facts.periodEnd,
    trial_end: facts.trialEnd,
    cancel_at: facts.cancelAt,
    canceled_at: facts.canceledAt,
    ended_at: facts.endedAt,
    schedule_id: facts.scheduleId,
    scheduled_plan: scheduled?.plan ?? null,
    scheduled_interval: scheduled?.interval ?? null,
    scheduled_quantity: scheduled?.quantity ?? null,
    scheduled_at: scheduled?.at ?? null,
    default_payment_method: facts.defaultPaymentMethod,
    latest_invoice_id: facts.latestInvoiceId,
    started_at: facts.startedAt,
    is_current: false,
  }
}

/** Undefined when the next phase changes nothing, or is about a price that is none of ours. */
function scheduledChange(
  { price, quantity, scheduled }: SubscriptionFacts,
  known: ReadonlyMap<string, PriceFacts>,
  prices: Prices,
) {
  const next = scheduled && known.get(scheduled.priceId)
  if (!scheduled || !next) return undefined
  if (next.id === price.id && scheduled.quantity === quantity) return undefined
  const bought = boughtWith(next, prices)
  return bought && { ...bought, quantity: scheduled.quantity, at: scheduled.at }
}

function ended({ synced_at: _, ...row }: Subscription, now: Date): NextSubscription {
  return { ...row, status: 'canceled', is_current: false, canceled_at: row.canceled_at ?? now, ended_at: now }
}

/**
 * Since when a payment is owed: the oldest invoice of the subscription that is open. Read from Stripe rather than noted
 * when we first hear of it, or grace would be longer for whom we hear of late, and over at once for whoever fell behind
 * again while nobody listened.
 */
function pastDueSinceOf(
  { status, stripe_subscription_id: id }: { status: string; stripe_subscription_id: string },
  invoices: readonly InvoiceFacts[],
  known: Known,
  now: Date,
): Date | null {
  if (status !== 'past_due') return null
  const owed = invoices
    .filter((invoice) => invoice.status === 'open' && invoice.subscriptionId === id)
    .map((invoice) => (invoice.finalizedAt ?? invoice.createdAt).getTime())
  return owed.length > 0 ? new Date(Math.min(...owed)) : (known.pastDueSince ?? now)
}

function firstTrial(subscriptions: readonly SubscriptionFacts[]): Date | null {
  const starts = subscriptions.flatMap(({ trialStart }) => (trialStart ? [trialStart.getTime()] : []))
  return starts.length > 0 ? new Date(Math.min(...starts)) : null
}

function invoiceRow(facts: InvoiceFacts, tenantId: string): InvoiceRow {
  return {
    tenant_id: tenantId,
    stripe_invoice_id: facts.id,
    subscription_id: facts.subscriptionId,
    number: facts.number,
    status: facts.status,
    billing_reason: facts.billingReason,
    currency: facts.currency,
    total: facts.total,
    amount_due: facts.amountDue,
    amount_paid: facts.amountPaid,
    hosted_invoice_url: facts.hostedInvoiceUrl,
    invoice_pdf: facts.invoicePdf,
    period_start: facts.periodStart,
    period_end: facts.periodEnd,
    attempt_count: facts.attemptCount,
    next_payment_attempt: facts.nextPaymentAttempt,
    created_at: facts.createdAt,
    paid_at: facts.paidAt,
  }
}
