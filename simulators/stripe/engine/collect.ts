/** Collecting an invoice: the first attempt, the retries, and what a customer or the API pays by hand. */
import type { Stored, World } from '../world.ts'
import { customersCard, type Verdict, verdictOn } from './cards.ts'
import { cardError, type Decline, invalid } from './faults.ts'
import { finalizeInvoice, paymentOf, subscriptionIdOf } from './invoices.ts'
import { chargeIntent, failAuthentication } from './payment-intents.ts'
import { afterFailure, afterPayment } from './standing.ts'
import { DAY } from './time.ts'

export interface AttemptOptions {
  /** Named for this attempt; else the subscription's, else the customer's. */
  method?: string | undefined
  authenticated?: boolean | undefined
  /** Stripe's own attempt, on which the schedule of retries goes by. */
  automatic?: boolean
  /** The card becomes the subscription's own once it has paid. */
  save?: boolean
}

export type Attempt = { kind: 'paid' } | { kind: 'failed'; decline: Decline; needsAction: boolean }

const NO_METHOD: Decline = {
  code: 'card_declined',
  message:
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
}
const NEEDS_AUTHENTICATION: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
}

/** The subscription's own before the customer's, and only a card that still is this customer's. */
export function defaultMethod(
  world: World,
  customerId: string,
  subscription?: { default_payment_method: string | null } | null,
): Stored<'payment_method'> | undefined {
  const customer = world.table('customer').get(customerId)
  const named = [subscription?.default_payment_method, customer?.invoice_settings.default_payment_method]
  const own = named.map((id) => world.table('payment_method').get(id ?? ''))
  return own.find((method) => method?.customer === customerId)
}

const subscriptionOf = (world: World, invoice: Stored<'invoice'>) =>
  world.table('subscription').get(subscriptionIdOf(invoice) ?? '')

function methodFor(world: World, invoice: Stored<'invoice'>, named?: string): Stored<'payment_method'> | undefined {
  const customer = invoice.customer as string
  if (named) return customersCard(world, named, customer, 'payment_method')
  const own = { default_payment_method: invoice.default_payment_method }
  const subscription = subscriptionOf(world, invoice)
  return (
    defaultMethod(world, customer, own.default_payment_method ? own : subscription) ?? defaultMethod(world, customer)
  )
}

/** Whether an amount would be paid, asked before anything is done. */
export function wouldBePaid(
  world: World,
  customer: string,
  subscription: Stored<'subscription'>,
  authenticated = false,
) {
  const method = defaultMethod(world, customer, subscription)
  return method !== undefined && verdictOn(world, method, { customer, authenticated }).kind === 'succeeds'
}

function markPaid(world: World, invoice: Stored<'invoice'>, { byCard }: { byCard: boolean }): Stored<'invoice'> {
  world.unschedule('invoice.retry', invoice.id)
  world.unschedule('invoice.overdue', invoice.id)
  const at = world.now(invoice)
  const paid = world.update(
    'invoice',
    invoice.id,
    {
      status: 'paid',
      attempted: true,
      attempt_count: byCard ? Math.max(invoice.attempt_count, 1) : invoice.attempt_count,
      amount_paid: byCard ? invoice.amount_remaining : 0,
      amount_remaining: 0,
      auto_advance: false,
      next_payment_attempt: null,
      status_transitions: { ...invoice.status_transitions, paid_at: at },
    },
    'invoice.updated',
  )
  world.emit('invoice.paid', paid)
  if (byCard) world.emit('invoice.payment_succeeded', paid)
  const payment = paymentOf(world, invoice.id)
  if (payment && byCard) {
    const status_transitions = { canceled_at: null, paid_at: at }
    const changes = { status: 'paid', amount_paid: paid.amount_paid, status_transitions }
    world.update('invoice_payment', payment.id, changes, 'invoice_payment.paid')
  }
  return paid
}

/** Where nothing is due there is nothing to collect, and it counts as paid. */
function settleFreeOfCharge(world: World, invoice: Stored<'invoice'>): void {
  world.emit('invoice.paid', invoice)
  world.emit('invoice.payment_succeeded', invoice)
  afterPayment(world, invoice)
}

/** The retries count from the first failure; attempts by hand do not move them. */
function nextAttempt(world: World, invoice: Stored<'invoice'>, attempts: number, automatic: boolean): number | null {
  if (!invoice.auto_advance || invoice.billing_reason === 'subscription_create') return null
  if (!automatic && invoice.attempted) return invoice.next_payment_attempt
  const { retryDays } = world.settings
  const next = retryDays[attempts - 1]
  return next === undefined ? null : world.now(invoice) + (next - (retryDays[attempts - 2] ?? 0)) * DAY
}

function markFailed(
  world: World,
  invoice: Stored<'invoice'>,
  { automatic, needsAction }: { automatic: boolean; needsAction: boolean },
): void {
  const attempt_count = automatic || !invoice.attempted ? invoice.attempt_count + 1 : invoice.attempt_count
  const next_payment_attempt = nextAttempt(world, invoice, attempt_count, automatic)
  const { attempted, attempt_count: attempts, next_payment_attempt: next } = invoice
  const after = world.update('invoice', invoice.id, { attempted: true, attempt_count, next_payment_attempt })
  if (next_payment_attempt === null) world.unschedule('invoice.retry', invoice.id)
  else world.schedule({ kind: 'invoice.retry', subject: invoice.id, at: next_payment_attempt }, invoice)
  if (needsAction) world.emit('invoice.payment_action_required', after)
  world.emit('invoice.payment_failed', after)
  const before = { attempted, attempt_count: attempts, next_payment_attempt: next }
  const changed = Object.entries(before).filter(([key, value]) => after[key as keyof typeof before] !== value)
  if (changed.length > 0) world.emit('invoice.updated', after, Object.fromEntries(changed))
  afterFailure(world, after, { automatic, isLast: next_payment_attempt === null && after.auto_advance === true })
}

/** One attempt to collect an invoice that is open, or already paid because nothing was due. */
export function attemptPayment(world: World, id: string, options: AttemptOptions = {}): Attempt {
  const { automatic = true, authenticated = false, save = false } = options
  const invoice = world.need('invoice', id, 'invoice')
  if (invoice.amount_due === 0) {
    settleFreeOfCharge(world, invoice.status === 'open' ? markPaid(world, invoice, { byCard: false }) : invoice)
    return { kind: 'paid' }
  }
  const customer = invoice.customer as string
  const method = methodFor(world, invoice, options.method)
  const intent = world.table('payment_intent').get(paymentOf(world, id)?.payment.payment_intent ?? '')
  if (!method || !intent) {
    markFailed(world, invoice, { automatic, needsAction: false })
    return { kind: 'failed', decline: NO_METHOD, needsAction: false }
  }
  const verdict: Verdict = verdictOn(world, method, { customer, authenticated })
  chargeIntent(world, intent, method, verdict)
  if (verdict.kind === 'succeeds') {
    const subscription = subscriptionOf(world, invoice)
    const kept = save || subscription?.payment_settings?.save_default_payment_method === 'on_subscription'
    afterPayment(world, markPaid(world, invoice, { byCard: true }), kept ? method.id : null)
    return { kind: 'paid' }
  }
  const needsAction = verdict.kind === 'needs_action'
  markFailed(world, invoice, { automatic, needsAction })
  return { kind: 'failed', decline: needsAction ? NEEDS_AUTHENTICATION : verdict.decline, needsAction }
}

/** Finalizes a draft and, where Stripe is to collect it, makes the first attempt. */
export function advanceInvoice(world: World, id: string, options: AttemptOptions = {}): void {
  const draft = world.need('invoice', id)
  const method = methodFor(world, draft, options.method)
  const invoice = finalizeInvoice(world, id, method?.id ?? null)
  if (invoice.collection_method === 'send_invoice' && invoice.amount_due > 0) world.emit('invoice.sent', invoice)
  else attemptPayment(world, id, options)
}

export interface PayParams {
  payment_method?: string
  paid_out_of_band?: boolean
  authenticated?: boolean
}

/** Pays by hand. A declined card is an error, but the attempt has been made. */
export function payInvoice(world: World, id: string, params: PayParams = {}): Stored<'invoice'> {
  const found = world.need('invoice', id, 'invoice')
  const invoice = found.status === 'draft' ? finalizeInvoice(world, id) : found
  if (found.status === 'paid') throw invalid('Invoice is already paid', undefined, 'invoice_already_paid')
  if (invoice.status === 'void')
    throw invalid('Invoice is void and can no longer be paid', undefined, 'invoice_not_editable')
  if (params.paid_out_of_band) {
    afterPayment(world, markPaid(world, invoice, { byCard: false }))
    return world.need('invoice', id)
  }
  const { payment_method: method, authenticated } = params
  const attempt = attemptPayment(world, id, { method, authenticated, automatic: false })
  if (attempt.kind === 'paid') return world.need('invoice', id)
  const payment_intent = world.table('payment_intent').get(paymentOf(world, id)?.payment.payment_intent ?? '')
  throw cardError(attempt.decline, { ...(payment_intent && { payment_intent }) }, { keep: true })
}

/** The cardholder's bank has said no: the invoice stays open. */
export function failInvoiceAuthentication(world: World, id: string): Stored<'invoice'> {
  const intent = paymentOf(world, id)?.payment.payment_intent
  if (intent) failAuthentication(world, intent)
  world.emit('invoice.payment_failed', world.need('invoice', id))
  return world.need('invoice', id)
}
