/** `/v1/invoices`, `/v1/invoiceitems` and `/v1/invoice_payments`. */
import type Stripe from 'stripe'
import type { Call, Operations, Stored, World } from '../../world.ts'
import { attemptPayment, payInvoice } from '../collect.ts'
import { composeInvoice } from '../compose.ts'
import { keepDiscounts, redeemAll } from '../discounts.ts'
import { invalid } from '../faults.ts'
import {
  deleteDraft,
  finalizeInvoice,
  issueInvoice,
  markUncollectible,
  pendingInvoiceItems,
  subscriptionIdOf,
  voidInvoice,
} from '../invoices.ts'
import { invoiceItem, lineOfInvoiceItem } from '../lines.ts'
import type { Invoice, InvoiceItem } from '../objects.ts'
import { inRange, mergeMetadata, pick } from '../params.ts'
import { previewInvoice } from '../preview.ts'
import { totalsOf } from '../totals.ts'
import { newestFirst, noSearch } from './subscriptions.ts'

function listInvoices({ world, params }: Call) {
  const found = world
    .table('invoice')
    .filter(
      (each) =>
        (params.customer === undefined || each.customer === params.customer) &&
        (params.status === undefined || each.status === params.status) &&
        (params.subscription === undefined || subscriptionIdOf(each) === params.subscription) &&
        (params.collection_method === undefined || each.collection_method === params.collection_method) &&
        inRange(each.created, params.created) &&
        (params.due_date === undefined || (each.due_date !== null && inRange(each.due_date, params.due_date))),
    )
  return newestFirst(found)
}

function createInvoice(world: World, params: Stripe.InvoiceCreateParams): Stored<'invoice'> {
  const customer = world.need('customer', params.customer ?? '', 'customer')
  const subscription = params.subscription ? world.need('subscription', params.subscription, 'subscription') : null
  const at = world.now(customer)
  const included = params.pending_invoice_items_behavior === 'include' || subscription !== null
  const pending = included ? pendingInvoiceItems(world, customer.id, subscription?.id ?? null) : []
  const applied = redeemAll(world, params.discounts, { customer: customer.id, subscription: null, at })
  keepDiscounts(world, applied)
  const finalizesAt = params.auto_advance ? at + world.settings.draftSeconds : null
  const { collection_method = 'charge_automatically', days_until_due } = params
  const due = params.due_date ?? (days_until_due === undefined ? null : at + days_until_due * 86_400)
  const draft = composeInvoice(world, {
    customer,
    subscription,
    lines: pending.map((item) => lineOfInvoiceItem(world, item)),
    applied,
    billing_reason: 'manual',
    at,
    currency: params.currency ?? subscription?.currency ?? customer.currency ?? 'usd',
    autoAdvance: params.auto_advance ?? false,
    finalizesAt,
    overrides: {
      collection_method,
      due_date: collection_method === 'send_invoice' ? due : null,
      default_payment_method: params.default_payment_method ?? null,
      description: params.description ?? null,
      footer: params.footer ?? null,
      metadata: mergeMetadata({}, params.metadata),
    },
  })
  return issueInvoice(world, draft)
}

function mustBeDraft(invoice: Stored<'invoice'>): void {
  if (invoice.status === 'draft') return
  throw invalid("Finalized invoices can't be updated in this way.", undefined, 'invoice_not_editable')
}

function updateInvoice(world: World, id: string, params: Stripe.InvoiceUpdateParams): Stored<'invoice'> {
  const invoice = world.need('invoice', id, 'invoice')
  const changes = pick(params, [
    'auto_advance',
    'description',
    'footer',
    'collection_method',
    'due_date',
    'default_payment_method',
  ])
  const metadata = mergeMetadata(invoice.metadata, params.metadata)
  if (Object.keys(changes).some((key) => key !== 'auto_advance')) mustBeDraft(invoice)
  if (changes.auto_advance && invoice.status === 'draft') {
    const at = world.now(invoice) + world.settings.draftSeconds
    world.schedule({ kind: 'invoice.advance', subject: id, at }, invoice)
  }
  return world.update('invoice', id, { ...changes, metadata } as Partial<Invoice>, 'invoice.updated')
}

/** Adds up a draft again, after its invoice items have changed. */
function recompute(world: World, id: string): void {
  const invoice = world.need('invoice', id)
  mustBeDraft(invoice)
  const own = world.table('invoiceitem').filter((item) => item.invoice === id)
  const kept = invoice.lines.data.filter(
    ({ parent }) => !(parent?.invoice_item_details ?? parent?.subscription_item_details)?.invoice_item,
  )
  const lines = [...own.map((item) => lineOfInvoiceItem(world, item)), ...kept]
  const { subtotal, total, amount_due, ...rest } = totalsOf(lines, [], invoice.starting_balance)
  const data = rest.lines.map((line) => ({ ...line, invoice: id }))
  const totals = { subtotal, subtotal_excluding_tax: subtotal, total, total_excluding_tax: total, amount_due }
  world.update(
    'invoice',
    id,
    { ...totals, amount_remaining: amount_due, lines: { ...invoice.lines, data } },
    'invoice.updated',
  )
}

function createInvoiceItem(world: World, params: Stripe.InvoiceItemCreateParams): Stored<'invoiceitem'> {
  const invoice = params.invoice ? world.need('invoice', params.invoice, 'invoice') : null
  if (invoice) mustBeDraft(invoice)
  const customer = world.need('customer', params.customer ?? invoice?.customer ?? '', 'customer')
  const at = world.now(customer)
  const { quantity = 1 } = params
  const price = params.pricing?.price ? world.need('price', params.pricing.price, 'pricing[price]') : null
  const unit = price ? (price.unit_amount ?? 0) : Number(params.unit_amount_decimal ?? 0)
  const item = world.save('invoiceitem', {
    ...invoiceItem(world, {
      customer,
      at,
      amount: params.amount ?? Math.round(unit * quantity),
      currency: price?.currency ?? params.currency ?? customer.currency ?? 'usd',
      description: params.description ?? (price ? (world.table('product').get(price.product)?.name ?? null) : null),
      period: params.period ?? { start: at, end: at },
      quantity,
      discountable: params.discountable ?? (params.amount ?? 0) >= 0,
      metadata: mergeMetadata({}, params.metadata),
      pricing: price && {
        price_details: { price: price.id, product: price.product },
        type: 'price_details',
        unit_amount_decimal: price.unit_amount_decimal,
      },
      subscription: params.subscription ?? null,
    }),
    invoice: invoice?.id ?? null,
  })
  world.emit('invoiceitem.created', item)
  if (invoice) recompute(world, invoice.id)
  return item
}

const invoiceItems: Operations = {
  'GET /v1/invoiceitems': ({ world, params }) =>
    newestFirst(
      world
        .table('invoiceitem')
        .filter(
          (each) =>
            (params.customer === undefined || each.customer === params.customer) &&
            (params.invoice === undefined || each.invoice === params.invoice) &&
            (params.pending === undefined || (each.invoice === null) === params.pending) &&
            inRange(each.date, params.created),
        ),
    ),
  'GET /v1/invoiceitems/{id}': ({ world, path }) => world.need('invoiceitem', path.id as string),
  'POST /v1/invoiceitems': ({ world, params }) => createInvoiceItem(world, params),
  'POST /v1/invoiceitems/{id}': ({ world, params, path }) => {
    const item = world.need('invoiceitem', path.id as string)
    if (item.invoice) mustBeDraft(world.need('invoice', item.invoice))
    const changes: Partial<InvoiceItem> = {
      ...pick(params as Partial<InvoiceItem>, ['amount', 'description', 'discountable']),
      metadata: mergeMetadata(item.metadata, params.metadata),
    }
    const after = world.update('invoiceitem', item.id, changes)
    if (item.invoice) recompute(world, item.invoice)
    return after
  },
  'DELETE /v1/invoiceitems/{id}': ({ world, path }) => {
    const item = world.need('invoiceitem', path.id as string)
    world.remove('invoiceitem', item.id)
    world.emit('invoiceitem.deleted', item)
    if (item.invoice) recompute(world, item.invoice)
    return { id: item.id, object: 'invoiceitem', deleted: true }
  },
}

const invoicePayments: Operations = {
  'GET /v1/invoice_payments': ({ world, params }) =>
    newestFirst(
      world
        .table('invoice_payment')
        .filter(
          (each) =>
            (params.invoice === undefined || each.invoice === params.invoice) &&
            (params.status === undefined || each.status === params.status) &&
            (params.payment === undefined || each.payment.payment_intent === params.payment.payment_intent) &&
            inRange(each.created, params.created),
        ),
    ),
  'GET /v1/invoice_payments/{id}': ({ world, path }) => world.need('invoice_payment', path.id as string),
}

function finalize({ world, path, params }: Call): Stored<'invoice'> {
  const id = path.id as string
  if (params.auto_advance !== undefined) world.update('invoice', id, { auto_advance: params.auto_advance })
  const invoice = finalizeInvoice(world, id)
  if (invoice.amount_due === 0) attemptPayment(world, id)
  else if (invoice.auto_advance && invoice.collection_method === 'charge_automatically') {
    const at = world.now(invoice) + world.settings.draftSeconds
    world.schedule({ kind: 'invoice.retry', subject: id, at }, invoice)
  }
  return world.need('invoice', id)
}

export const invoiceOperations: Operations = {
  'GET /v1/invoices': listInvoices,
  'GET /v1/invoices/search': noSearch,
  'GET /v1/invoices/{id}': ({ world, path }) => world.need('invoice', path.id as string, 'invoice'),
  // In the order in which they are on the invoice, not newest first.
  'GET /v1/invoices/{id}/lines': ({ world, path }) => world.need('invoice', path.id as string, 'invoice').lines.data,
  'POST /v1/invoices': ({ world, params }) => createInvoice(world, params),
  'POST /v1/invoices/create_preview': ({ world, params }) => previewInvoice(world, params),
  'POST /v1/invoices/{id}': ({ world, params, path }) => updateInvoice(world, path.id as string, params),
  'DELETE /v1/invoices/{id}': ({ world, path }) => deleteDraft(world, path.id as string),
  'POST /v1/invoices/{id}/finalize': finalize,
  'POST /v1/invoices/{id}/pay': ({ world, params, path }) => payInvoice(world, path.id as string, params),
  'POST /v1/invoices/{id}/void': ({ world, path }) => voidInvoice(world, path.id as string),
  'POST /v1/invoices/{id}/mark_uncollectible': ({ world, path }) => markUncollectible(world, path.id as string),
  'POST /v1/invoices/{id}/send': (call) => {
    const found = call.world.need('invoice', call.path.id as string, 'invoice')
    const invoice = found.status === 'draft' ? finalize(call) : found
    call.world.emit('invoice.sent', invoice)
    return invoice
  },
  ...invoiceItems,
  ...invoicePayments,
}
