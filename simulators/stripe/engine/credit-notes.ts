/** Credit notes: before the payment they make the invoice smaller, after it they give money or credit back. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { adjustBalance } from './balance.ts'
import { invalid } from './faults.ts'
import { paymentOf } from './invoices.ts'
import type { CreditNote, LineItem } from './objects.ts'
import { mergeMetadata } from './params.ts'
import { createRefund } from './refunds.ts'

type Params = Stripe.CreditNoteCreateParams
type Line = CreditNote['lines']['data'][number]

function lineOf(
  world: World,
  amount: number,
  quantity: number | null,
  description: string | null,
  line?: LineItem,
): Line {
  return {
    id: world.newId('cnli_'),
    object: 'credit_note_line_item',
    amount,
    description,
    discount_amount: 0,
    discount_amounts: [],
    ...(line && { invoice_line_item: line.id }),
    livemode: false,
    metadata: {},
    pretax_credit_amounts: [],
    quantity,
    tax_rates: [],
    taxes: [],
    type: line ? 'invoice_line_item' : 'custom_line_item',
    unit_amount: null,
    unit_amount_decimal: null,
  }
}

function linesOf(world: World, invoice: Stored<'invoice'>, params: Params): Line[] {
  if (!params.lines) {
    const amount = params.amount ?? params.refund_amount ?? params.credit_amount ?? params.out_of_band_amount
    if (amount === undefined)
      throw invalid('You must specify either `lines` or `amount`.', 'amount', 'parameter_missing')
    return [lineOf(world, amount, 1, params.memo ?? null)]
  }
  return params.lines.map(({ invoice_line_item, amount, quantity = 1, unit_amount = 0, description = null }) => {
    const line = invoice.lines.data.find(({ id }) => id === invoice_line_item)
    return lineOf(
      world,
      amount ?? (line ? line.amount : unit_amount * quantity),
      quantity,
      line?.description ?? description,
      line,
    )
  })
}

/** What of the amount is refunded, credited, or was given back elsewhere; all of it when the invoice is paid. */
function giveBack(world: World, invoice: Stored<'invoice'>, params: Params, id: string, total: number) {
  const { refund_amount = 0, credit_amount = 0, out_of_band_amount = 0 } = params
  const intent = paymentOf(world, invoice.id)?.payment.payment_intent
  if (refund_amount + credit_amount + out_of_band_amount !== total) {
    throw invalid(
      'The sum of refund amount, credit amount and out of band amount must equal the post payment amount.',
      'amount',
    )
  }
  const refund =
    refund_amount > 0 && intent ? createRefund(world, { payment_intent: intent, amount: refund_amount }) : null
  const credit =
    credit_amount > 0
      ? adjustBalance(world, invoice.customer as string, {
          amount: -credit_amount,
          currency: invoice.currency,
          type: 'credit_note',
          credit_note: id,
          invoice: invoice.id,
        })
      : null
  return { refund, credit }
}

export function createCreditNote(world: World, params: Params): Stored<'credit_note'> {
  const invoice = world.need('invoice', params.invoice, 'invoice')
  if (invoice.status !== 'open' && invoice.status !== 'paid') {
    throw invalid('You can only create a credit note for an open or a paid invoice.', 'invoice')
  }
  const id = world.newId('cn_')
  const data = linesOf(world, invoice, params)
  const total = data.reduce((sum, { amount }) => sum + amount, 0)
  const isPaid = invoice.status === 'paid'
  const credited = invoice.pre_payment_credit_notes_amount + invoice.post_payment_credit_notes_amount
  if (total > invoice.total - credited)
    throw invalid('The credit note is greater than what is left of the invoice.', 'amount')
  const { refund, credit } = isPaid ? giveBack(world, invoice, params, id, total) : { refund: null, credit: null }
  const at = world.now(invoice)
  const note = world.save('credit_note', {
    id,
    object: 'credit_note',
    amount: total,
    amount_shipping: 0,
    created: at,
    currency: invoice.currency,
    customer: invoice.customer as string,
    customer_account: null,
    customer_balance_transaction: credit?.id ?? null,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: params.effective_at ?? at,
    invoice: invoice.id,
    lines: { object: 'list', data, has_more: false, url: `/v1/credit_notes/${id}/lines` },
    livemode: false,
    memo: params.memo ?? null,
    metadata: mergeMetadata({}, params.metadata),
    number: `${invoice.number}-CN-${String(world.next(`credit notes of ${invoice.id}`)).padStart(2, '0')}`,
    out_of_band_amount: params.out_of_band_amount ?? null,
    pdf: `${world.settings.baseUrl}/credit_note/${id}`,
    post_payment_amount: isPaid ? total : 0,
    pre_payment_amount: isPaid ? 0 : total,
    pretax_credit_amounts: [],
    reason: params.reason ?? null,
    refunds: refund
      ? [{ amount_refunded: refund.amount, payment_record_refund: null, refund: refund.id, type: 'refund' }]
      : [],
    shipping_cost: null,
    status: 'issued',
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
    total_taxes: [],
    type: isPaid ? 'post_payment' : 'pre_payment',
    voided_at: null,
  })
  world.emit('credit_note.created', note)
  if (isPaid) {
    const post_payment_credit_notes_amount = invoice.post_payment_credit_notes_amount + total
    world.update('invoice', invoice.id, { post_payment_credit_notes_amount }, 'invoice.updated')
    return note
  }
  const amount_due = Math.max(0, invoice.amount_due - total)
  const pre_payment_credit_notes_amount = invoice.pre_payment_credit_notes_amount + total
  const changes = { amount_due, amount_remaining: amount_due, pre_payment_credit_notes_amount }
  world.update('invoice', invoice.id, changes, 'invoice.updated')
  const intent = paymentOf(world, invoice.id)?.payment.payment_intent
  if (intent && amount_due > 0) world.update('payment_intent', intent, { amount: amount_due })
  return note
}
