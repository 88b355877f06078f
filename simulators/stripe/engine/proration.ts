/**
 * What a change in the middle of a period gives back and takes: per second, credited by what was really debited, and
 * debited net of the discounts that run. It only reads: the preview and the change itself come from here.
 */
import type { World } from '../world.ts'
import type { Applied } from './discounts.ts'
import { subscriptionIdOf } from './invoices.ts'
import { isMetered, recurrenceOf } from './items.ts'
import { type Credited, invoiceItem, itemLine, lineOfInvoiceItem, productName, prorationText } from './lines.ts'
import type { Customer, Invoice, InvoiceItem, LineItem, Price, SubscriptionItem } from './objects.ts'
import { amountOf } from './pricing.ts'
import { INVOICED_PRORATIONS_ARE_INVOICE_ITEMS, roundProration } from './quirks.ts'
import { type Period, periodAt } from './time.ts'
import { applyDiscounts, netOf } from './totals.ts'

export interface Proration {
  item: Readonly<SubscriptionItem>
  price: Readonly<Price>
  quantity: number
  amount: number
  period: Period
  description: string
  credited: Credited | null
}

interface Debit {
  net: number
  quantity: number
  price: string | undefined
  period: Period
  reference: Credited
}

const share = (at: number, { start, end }: Period) => (end - at) / (end - start)

const isVoid = (invoice: Readonly<Invoice> | undefined) => invoice === undefined || invoice.status === 'void'

/** What was given back before is not given back again. */
function alreadyCredited(lines: readonly LineItem[], items: readonly Readonly<InvoiceItem>[]): Set<string> {
  const credited = new Set<string>()
  for (const { parent } of lines) {
    const details = parent?.subscription_item_details?.proration_details?.credited_items
    for (const id of details?.invoice_line_items ?? []) credited.add(id)
  }
  for (const { proration_details } of items) {
    const details = proration_details?.credited_items
    if (details?.invoice_item) credited.add(details.invoice_item)
    for (const id of details?.invoice_line_item_details?.invoice_line_items ?? []) credited.add(id)
  }
  return credited
}

/** What was debited for an item and reaches beyond a moment. */
function debitsOf(world: World, item: Readonly<SubscriptionItem>, at: number): Debit[] {
  const invoices = world
    .table('invoice')
    .filter((invoice) => subscriptionIdOf(invoice) === item.subscription && !isVoid(invoice))
  const items = world.table('invoiceitem').filter((each) => {
    const details = each.parent?.subscription_details
    if (details?.subscription !== item.subscription) return false
    return each.invoice === null || !isVoid(world.table('invoice').get(each.invoice))
  })
  const lines = invoices.flatMap((invoice) => invoice.lines.data)
  const credited = alreadyCredited(lines, items)
  const reaches = ({ period }: { period: Period }) => period.start <= at && period.end > at
  const fromLines = lines.flatMap((line): Debit[] => {
    const details = line.parent?.subscription_item_details
    const spent = credited.has(line.id) || credited.has(details?.invoice_item ?? '')
    if (details?.subscription_item !== item.id || line.amount <= 0 || spent || !reaches(line)) return []
    const reference = { invoice: line.invoice as string, line: line.id }
    const price = line.pricing?.price_details?.price
    return [{ net: netOf(line), quantity: line.quantity ?? 1, price, period: line.period, reference }]
  })
  const fromItems = items.flatMap((each): Debit[] => {
    const own = each.parent?.subscription_details?.subscription_item === item.id
    if (!own || each.invoice !== null || each.amount <= 0 || credited.has(each.id) || !reaches(each)) return []
    const reference = { invoice_item: each.id }
    const price = each.pricing?.price_details?.price
    return [{ net: each.amount, quantity: each.quantity, price, period: each.period, reference }]
  })
  return [...fromLines, ...fromItems]
}

export function creditsFor(world: World, item: Readonly<SubscriptionItem>, at: number): Proration[] {
  if (isMetered(item.price)) return []
  return debitsOf(world, item, at).map(({ net, quantity, price: priceId, period, reference }) => {
    const price = world.table('price').get(priceId ?? '') ?? item.price
    return {
      item,
      price,
      quantity,
      amount: 0 - roundProration(net * share(at, period)),
      period: { start: at, end: period.end },
      description: prorationText('Unused', productName(world, price), quantity, at),
      credited: reference,
    }
  })
}

/** What a full period of each item costs once the discounts are off. `once` is left for an invoice of a full period. */
export function netOfDiscounts(
  world: World,
  items: readonly Readonly<SubscriptionItem>[],
  applied: readonly Applied[],
): Map<string, number> {
  const licensed = items.filter(({ price }) => !isMetered(price))
  const lines = licensed.map((item) => regularLine(world, item, { start: 0, end: 0 }))
  const lasting = applied.filter(({ coupon }) => coupon.duration !== 'once')
  const discounted = applyDiscounts(lines, lasting).lines
  return new Map(licensed.map((item, index) => [item.id, netOf(discounted[index] as LineItem)]))
}

/** `net` is what its full period would cost. */
export function debitFor(
  world: World,
  item: Readonly<SubscriptionItem>,
  { at, anchor, net }: { at: number; anchor: number; net: number },
): Proration {
  const { price, quantity = 1, current_period_end: end } = item
  const full = periodAt(anchor, recurrenceOf(price), end - 1)
  return {
    item,
    price,
    quantity,
    amount: roundProration(net * share(at, full)),
    period: { start: at, end },
    description: prorationText('Remaining', productName(world, price), quantity, at),
    credited: null,
  }
}

export function regularLine(
  world: World,
  item: Readonly<SubscriptionItem>,
  period: Period,
  description = '',
): LineItem {
  const quantity = item.quantity ?? 1
  return itemLine(world, { item, quantity, amount: amountOf(item.price, quantity), period, description })
}

/** Prorations as they are kept until an invoice takes them. */
export const prorationItems = (
  world: World,
  customer: Readonly<Customer>,
  prorations: readonly Proration[],
  at: number,
): InvoiceItem[] =>
  prorations.map(({ item, price, quantity, amount, period, description, credited }) =>
    invoiceItem(world, {
      customer,
      at,
      amount,
      currency: price.currency,
      description,
      period,
      quantity,
      pricing: {
        price_details: { price: price.id, product: price.product },
        type: 'price_details',
        unit_amount_decimal: price.unit_amount_decimal,
      },
      subscription: item.subscription,
      subscription_item: item.id,
      proration: { credited },
    }),
  )

/** Prorations on an invoice of their own. */
export function prorationLines(
  world: World,
  customer: Readonly<Customer>,
  prorations: readonly Proration[],
  at: number,
): { items: InvoiceItem[]; lines: LineItem[] } {
  if (INVOICED_PRORATIONS_ARE_INVOICE_ITEMS) {
    const items = prorationItems(world, customer, prorations, at)
    return { items, lines: items.map((item) => lineOfInvoiceItem(world, item)) }
  }
  return {
    items: [],
    lines: prorations.map(({ credited, ...input }) => itemLine(world, { ...input, proration: { credited } })),
  }
}
