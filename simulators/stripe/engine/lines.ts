/** The lines of invoices and what they say. */
import type { World } from '../world.ts'
import type { InvoiceItem, LineItem, Price, SubscriptionItem } from './objects.ts'
import type { Period } from './time.ts'

const moneyText = (cents: number, currency: string) => {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  return format.format(cents / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const dateText = (at: number) =>
  new Date(at * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

export const productName = (world: World, price: Readonly<Price>): string =>
  world.table('product').get(price.product)?.name ?? price.product

/** `2 × Plan (at $20.00 / month)` */
export function regularText(world: World, price: Readonly<Price>, quantity: number): string {
  const unit = moneyText(price.unit_amount ?? Number(price.unit_amount_decimal ?? 0), price.currency)
  const { interval, interval_count } = price.recurring ?? { interval: null, interval_count: 1 }
  const rhythm = interval === null ? '' : ` / ${interval_count > 1 ? `${interval_count} ${interval}s` : interval}`
  return `${quantity} × ${productName(world, price)} (at ${unit}${rhythm})`
}

export const trialText = (world: World, { price, quantity = 1 }: Readonly<SubscriptionItem>): string =>
  `Free trial for ${quantity} × ${productName(world, price)}`

export const prorationText = (kind: 'Unused' | 'Remaining', name: string, quantity: number, at: number): string =>
  `${kind} time on ${quantity === 1 ? '' : `${quantity} × `}${name} after ${dateText(at)}`

/** What a proration takes back: lines of an invoice, or an invoice item that is on no invoice yet. */
export type Credited = { invoice: string; line: string } | { invoice_item: string }

interface ItemLineInput {
  item: Readonly<SubscriptionItem>
  price?: Readonly<Price>
  quantity: number
  amount: number
  period: Period
  description: string
  proration?: { credited: Credited | null }
}

const pricingOf = (price: Readonly<Price>): LineItem['pricing'] => ({
  price_details: { price: price.id, product: price.product },
  type: 'price_details',
  unit_amount_decimal: price.unit_amount_decimal,
})

const creditedItems = (credited: Credited | null | undefined) =>
  credited && 'line' in credited ? { invoice: credited.invoice, invoice_line_items: [credited.line] } : null

/** A line for an item of a subscription. Prorations already are net of discounts, so that no discount is applied again. */
export function itemLine(world: World, input: ItemLineInput): LineItem {
  const { item, price = item.price, quantity, amount, period, description, proration } = input
  return {
    id: world.newId('il_'),
    object: 'line_item',
    amount,
    currency: price.currency,
    description,
    discount_amounts: [],
    discountable: !proration,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: proration !== undefined,
        proration_details: { credited_items: creditedItems(proration?.credited) },
        subscription: item.subscription,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
    period,
    pretax_credit_amounts: [],
    pricing: pricingOf(price),
    quantity,
    quantity_decimal: String(quantity),
    subscription: item.subscription,
    subtotal: amount,
    taxes: [],
  }
}

/** The line that an invoice item becomes on an invoice. */
export function lineOfInvoiceItem(world: World, item: Readonly<InvoiceItem>): LineItem {
  const { subscription = null, subscription_item } = item.parent?.subscription_details ?? {}
  const { credited_items: credited } = item.proration_details ?? { credited_items: null }
  const proration_details = { credited_items: credited?.invoice_line_item_details ?? null }
  const details = { invoice_item: item.id, proration: item.proration, proration_details, subscription }
  return {
    id: world.newId('il_'),
    object: 'line_item',
    amount: item.amount,
    currency: item.currency,
    description: item.description,
    discount_amounts: [],
    discountable: item.discountable,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: item.metadata ?? {},
    parent: subscription_item
      ? {
          invoice_item_details: null,
          subscription_item_details: { ...details, subscription_item },
          type: 'subscription_item_details',
        }
      : { invoice_item_details: details, subscription_item_details: null, type: 'invoice_item_details' },
    period: item.period,
    pretax_credit_amounts: [],
    pricing: item.pricing,
    quantity: item.quantity,
    quantity_decimal: item.quantity_decimal,
    subscription,
    subtotal: item.amount,
    taxes: [],
  }
}

interface InvoiceItemInput {
  customer: { id: string; test_clock?: string | null }
  at: number
  amount: number
  currency: string
  description: string | null
  period: Period
  quantity?: number
  discountable?: boolean
  metadata?: Record<string, string>
  pricing?: LineItem['pricing']
  subscription?: string | null
  subscription_item?: string
  proration?: { credited: Credited | null }
}

export function invoiceItem(world: World, input: InvoiceItemInput): InvoiceItem {
  const { customer, subscription = null, subscription_item, proration, quantity = 1 } = input
  const credited = proration?.credited ?? null
  return {
    id: world.newId('ii_'),
    object: 'invoiceitem',
    amount: input.amount,
    currency: input.currency,
    customer: customer.id,
    customer_account: null,
    date: input.at,
    description: input.description,
    discountable: input.discountable ?? !proration,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: input.metadata ?? {},
    net_amount: input.amount,
    parent: subscription
      ? {
          subscription_details: { subscription, ...(subscription_item && { subscription_item }) },
          type: 'subscription_details',
        }
      : null,
    period: input.period,
    pricing: input.pricing ?? null,
    proration: proration !== undefined,
    ...(proration && { proration_details: { credited_items: creditedByItem(credited), discount_amounts: [] } }),
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: [],
    test_clock: customer.test_clock ?? null,
  }
}

function creditedByItem(credited: Credited | null) {
  if (!credited) return null
  if ('invoice_item' in credited) return { invoice_item: credited.invoice_item, type: 'invoice_item' as const }
  return {
    invoice_line_item_details: creditedItems(credited) as NonNullable<ReturnType<typeof creditedItems>>,
    type: 'invoice_line_items' as const,
  }
}
