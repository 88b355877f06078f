/** An invoice as it would be: what is issued as a draft, and what a preview shows. Nothing is kept here. */
import type { World } from '../world.ts'
import type { Applied } from './discounts.ts'
import type { Customer, Invoice, LineItem, Subscription } from './objects.ts'
import type { Period } from './time.ts'
import { totalsOf } from './totals.ts'

interface InvoiceInput {
  id?: string
  customer: Readonly<Customer>
  subscription: Readonly<Subscription> | null
  lines: readonly LineItem[]
  applied: readonly Applied[]
  billing_reason: Invoice['billing_reason']
  at: number
  period?: Period
  currency: string
  prorationDate?: number
  autoAdvance?: boolean
  finalizesAt?: number | null
  overrides?: Partial<Invoice>
}

const AUTOMATIC_TAX = { disabled_reason: null, enabled: false, liability: null, provider: null, status: null }

function parentOf(subscription: Readonly<Subscription> | null, prorationDate?: number): Invoice['parent'] {
  if (!subscription) return null
  return {
    quote_details: null,
    subscription_details: {
      metadata: subscription.metadata,
      subscription: subscription.id,
      ...(prorationDate !== undefined && { subscription_proration_date: prorationDate }),
    },
    type: 'subscription_details',
  }
}

export function composeInvoice(world: World, input: InvoiceInput): Invoice {
  const { customer, subscription, applied, at, period = { start: at, end: at } } = input
  const id = input.id ?? world.newId('in_')
  const { lines, subtotal, total, amount_due, total_discount_amounts } = totalsOf(
    input.lines,
    applied,
    customer.balance,
  )
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: null,
    account_tax_ids: null,
    amount_due,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: amount_due,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: input.autoAdvance ?? true,
    automatic_tax: AUTOMATIC_TAX,
    automatically_finalizes_at: input.finalizesAt ?? null,
    billing_reason: input.billing_reason,
    collection_method: subscription?.collection_method ?? 'charge_automatically',
    created: at,
    currency: input.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: applied.map(({ discount }) => discount.id),
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: {
      object: 'list',
      data: lines.map((line) => ({ ...line, invoice: id })),
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: parentOf(subscription, input.prorationDate),
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: period.end,
    period_start: period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal,
    subtotal_excluding_tax: subtotal,
    test_clock: customer.test_clock ?? null,
    total,
    total_discount_amounts,
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
    ...input.overrides,
  }
}
