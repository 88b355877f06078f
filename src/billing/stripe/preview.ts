/** What an invoice that was not made yet would say, in our words. */
import type { Stripe } from './client.ts'

export interface PreviewLine {
  description: string
  amount: number
  periodStart: Date
  periodEnd: Date
  isProration: boolean
}

export interface PreviewFacts {
  lines: PreviewLine[]
  /** What is taken from the card: what an earlier credit covers is not. */
  charged: number
  /** What is left over for later invoices. */
  credit: number
  total: number
}

export function previewFacts(invoice: Stripe.Invoice): PreviewFacts {
  const lines = invoice.lines.data.map((line) => ({
    description: line.description ?? '',
    amount: line.amount,
    periodStart: new Date(line.period.start * 1000),
    periodEnd: new Date(line.period.end * 1000),
    isProration: (line.parent?.subscription_item_details ?? line.parent?.invoice_item_details)?.proration ?? false,
  }))
  const { total, amount_due: charged } = invoice
  return { lines, charged, credit: Math.max(-total, 0), total }
}

/** Lines that make the sum what is charged. */
export function adjustmentsOf(invoice: Stripe.Invoice, at: Date): PreviewLine[] {
  const line = (description: string, amount: number): PreviewLine[] =>
    amount === 0 ? [] : [{ description, amount, periodStart: at, periodEnd: at, isProration: false }]
  const discounts = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0)
  const taxes = (invoice.total_taxes ?? []).reduce(
    (sum, { amount, tax_behavior: behavior }) => sum + (behavior === 'exclusive' ? amount : 0),
    0,
  )
  const owed = Math.max(invoice.total, 0)
  return [
    ...line('Discount', -discounts),
    ...line('Tax', taxes),
    ...line(
      invoice.starting_balance === 0 ? 'Carried over to the next invoice' : 'Earlier balance',
      invoice.amount_due - owed,
    ),
  ]
}

export interface Discount {
  id: string
  end: Date | null
  /** Gone with the first invoice that it makes cheaper. */
  isOnce: boolean
}

/** Those of a subscription that have not run out. */
export async function discountsOf(stripe: Stripe, subscription: string): Promise<Discount[]> {
  const { discounts } = await stripe.subscriptions.retrieve(subscription, { expand: ['discounts.source.coupon'] })
  return discounts.map((discount) => {
    if (typeof discount === 'string') throw new TypeError(`Discount ${discount} was not expanded.`)
    const { coupon } = discount.source
    if (typeof coupon === 'string') throw new TypeError(`Coupon ${coupon} was not expanded.`)
    return {
      id: discount.id,
      end: discount.end === null ? null : new Date(discount.end * 1000),
      isOnce: coupon?.duration === 'once',
    }
  })
}

/** What a line adds to the total. */
export function netOf({ amount, discount_amounts: discounts, taxes }: Stripe.InvoiceLineItem): number {
  const off = (discounts ?? []).reduce((sum, { amount }) => sum + amount, 0)
  const added = (taxes ?? []).filter(({ tax_behavior: behavior }) => behavior === 'exclusive')
  return amount - off + added.reduce((sum, { amount }) => sum + amount, 0)
}
