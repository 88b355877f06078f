/** Invoices: issued as drafts, finalized, voided. Paying them is `collect.ts`. */
import type { Stored, World } from '../world.ts'
import { adjustBalance, setDelinquent } from './balance.ts'
import { invalid } from './faults.ts'
import type { Invoice, InvoiceItem } from './objects.ts'
import { cancelPaymentIntent, createPaymentIntent } from './payment-intents.ts'
import { NOTHING_DUE_IS_PAID_AT_FINALIZATION } from './quirks.ts'
import { DAY } from './time.ts'
import { settle } from './totals.ts'

/** Keeps a draft, with the invoice items that are on it, and has it finalized when its time comes. */
export function issueInvoice(world: World, draft: Invoice): Stored<'invoice'> {
  const invoice = world.save('invoice', draft)
  for (const { parent } of invoice.lines.data) {
    const item = (parent?.subscription_item_details ?? parent?.invoice_item_details)?.invoice_item
    if (item) world.update('invoiceitem', item, { invoice: invoice.id })
  }
  world.emit('invoice.created', invoice)
  if (invoice.automatically_finalizes_at !== null) {
    world.schedule({ kind: 'invoice.advance', subject: invoice.id, at: invoice.automatically_finalizes_at }, invoice)
  }
  return invoice
}

/** What waits for the next invoice of a subscription; without one, of the customer alone. */
export const pendingInvoiceItems = (
  world: World,
  customer: string,
  subscription: string | null,
): Stored<'invoiceitem'>[] =>
  world.table('invoiceitem').filter((item: Readonly<InvoiceItem>) => {
    const own = item.parent?.subscription_details?.subscription ?? null
    return item.customer === customer && item.invoice === null && (own === null || own === subscription)
  })

export const subscriptionIdOf = (invoice: Readonly<Invoice>): string | null =>
  invoice.parent?.subscription_details?.subscription ?? null

export const paymentOf = (world: World, invoiceId: string): Stored<'invoice_payment'> | undefined =>
  world.table('invoice_payment').find(({ invoice, is_default }) => invoice === invoiceId && is_default)

function invoiceNumber(world: World, customerId: string): string {
  const customer = world.need('customer', customerId)
  const sequence = customer.next_invoice_sequence ?? 1
  const prefix = customer.invoice_prefix ?? customer.id.slice(-8).toUpperCase()
  world.update('customer', customer.id, { invoice_prefix: prefix, next_invoice_sequence: sequence + 1 })
  return `${prefix}-${String(sequence).padStart(4, '0')}`
}

function expectPayment(world: World, invoice: Stored<'invoice'>, method: string | null): void {
  const intent = createPaymentIntent(world, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    payment_method: method,
    description:
      invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : `Payment for ${invoice.number}`,
    receipt_email: invoice.customer_email,
    setup_future_usage: invoice.billing_reason === 'subscription_create' ? 'off_session' : null,
  })
  world.save('invoice_payment', {
    id: world.newId('inpay_'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: world.now(invoice),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  })
}

/** Numbers it, lets the customer's balance play its part, and expects a payment where something is due. */
export function finalizeInvoice(world: World, id: string, method: string | null = null): Stored<'invoice'> {
  const draft = world.need('invoice', id, 'invoice')
  if (draft.status !== 'draft') {
    throw invalid(
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
      undefined,
      'invoice_not_editable',
    )
  }
  world.unschedule('invoice.advance', id)
  const customer = world.need('customer', draft.customer as string, 'customer')
  const at = world.now(draft)
  const { amount_due, ending_balance } = settle(draft.total, customer.balance)
  const isPaid = amount_due === 0 && NOTHING_DUE_IS_PAID_AT_FINALIZATION
  const url = `${world.settings.baseUrl}/invoice/${id}`
  const subscription = world.table('subscription').get(subscriptionIdOf(draft) ?? '')
  const daysUntilDue = subscription?.days_until_due ?? 30
  const invoice = world.update(
    'invoice',
    id,
    {
      status: isPaid ? 'paid' : 'open',
      number: invoiceNumber(world, customer.id),
      starting_balance: customer.balance,
      ending_balance,
      amount_due,
      amount_remaining: amount_due,
      automatically_finalizes_at: null,
      auto_advance: isPaid ? false : (draft.auto_advance ?? false),
      due_date: draft.collection_method === 'send_invoice' ? (draft.due_date ?? at + daysUntilDue * DAY) : null,
      effective_at: draft.effective_at ?? at,
      hosted_invoice_url: url,
      invoice_pdf: `${url}/pdf`,
      status_transitions: { ...draft.status_transitions, finalized_at: at, ...(isPaid && { paid_at: at }) },
      ...(isPaid && { attempted: true }),
    },
    'invoice.finalized',
  )
  if (ending_balance !== customer.balance) {
    const type =
      amount_due === 0 && ending_balance !== 0 && draft.total <= 0 ? 'invoice_too_small' : 'applied_to_invoice'
    const amount = ending_balance - customer.balance
    adjustBalance(world, customer.id, { amount, currency: draft.currency, type, invoice: id })
  }
  if (amount_due > 0) expectPayment(world, invoice, method)
  if (invoice.due_date !== null) world.schedule({ kind: 'invoice.overdue', subject: id, at: invoice.due_date }, invoice)
  return invoice
}

function stopCollecting(world: World, id: string): void {
  for (const kind of ['invoice.advance', 'invoice.retry', 'invoice.overdue']) world.unschedule(kind, id)
}

function mustBe(invoice: Stored<'invoice'>, ...statuses: string[]): void {
  if (statuses.includes(String(invoice.status))) return
  throw invalid(
    `You can only pass in ${statuses.join(' or ')} invoices. This invoice isn't ${statuses.join(' or ')}.`,
    undefined,
    'invoice_not_editable',
  )
}

export function voidInvoice(world: World, id: string): Stored<'invoice'> {
  const invoice = world.need('invoice', id, 'invoice')
  mustBe(invoice, 'open', 'uncollectible')
  stopCollecting(world, id)
  const voided_at = world.now(invoice)
  const status_transitions = { ...invoice.status_transitions, voided_at }
  const changes = { status: 'void', auto_advance: false, next_payment_attempt: null, status_transitions } as const
  const after = world.update('invoice', id, changes, 'invoice.voided')
  const applied = (invoice.ending_balance ?? 0) - invoice.starting_balance
  if (applied !== 0) {
    const returned = {
      amount: -applied,
      currency: invoice.currency,
      type: 'unapplied_from_invoice',
      invoice: id,
    } as const
    adjustBalance(world, invoice.customer as string, returned)
  }
  const payment = paymentOf(world, id)
  if (payment?.payment.payment_intent) {
    const canceled = { paid_at: null, canceled_at: voided_at }
    world.update('invoice_payment', payment.id, { status: 'canceled', status_transitions: canceled })
    cancelPaymentIntent(world, payment.payment.payment_intent, 'void_invoice')
  }
  return after
}

export function markUncollectible(world: World, id: string): Stored<'invoice'> {
  const invoice = world.need('invoice', id, 'invoice')
  mustBe(invoice, 'open')
  stopCollecting(world, id)
  const status_transitions = { ...invoice.status_transitions, marked_uncollectible_at: world.now(invoice) }
  const changes = {
    status: 'uncollectible',
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions,
  } as const
  const after = world.update('invoice', id, changes, 'invoice.marked_uncollectible')
  setDelinquent(world, invoice, false)
  return after
}

/** Stripe no longer collects it by itself; it stays open and can be paid. */
export function leaveToCustomer(world: World, id: string): void {
  stopCollecting(world, id)
  world.update('invoice', id, { auto_advance: false, next_payment_attempt: null })
}

/** Only a draft can be deleted; its invoice items go with it. */
export function deleteDraft(world: World, id: string): object {
  const invoice = world.need('invoice', id, 'invoice')
  mustBe(invoice, 'draft')
  stopCollecting(world, id)
  for (const item of world.table('invoiceitem').filter((each) => each.invoice === id))
    world.remove('invoiceitem', item.id)
  world.remove('invoice', id)
  world.emit('invoice.deleted', invoice)
  return { id, object: 'invoice', deleted: true }
}
