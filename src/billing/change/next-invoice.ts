/** What the first invoice after a change comes to, as far as it is known by now: with what still takes something off then. */
import type { Stripe } from '../stripe/client.ts'
import { type Discount, netOf } from '../stripe/preview.ts'
import { idOf } from '../stripe/view.ts'
import type { Subscription } from '../sync/queries.ts'
import type { Terms } from './decision.ts'

interface Next {
  current: Subscription
  /** Undefined when nothing but a scheduled change goes. */
  terms: Terms | undefined
  /** What is charged for the change itself. */
  charge: Stripe.Invoice | undefined
  /** Of the subscription. */
  discounts: readonly Discount[]
  at: Date
}

type Params = Stripe.InvoiceCreatePreviewParams
type Details = NonNullable<Params['subscription_details']>

export async function nextAmountOf(stripe: Stripe, { current, terms, charge, discounts, at }: Next): Promise<number> {
  const kept = discountsAt(discounts, charge, at)
  const next = await stripe.invoices.createPreview({
    customer: current.stripe_customer_id,
    subscription: current.stripe_subscription_id,
    subscription_details: periodOf(current, terms),
    ...(kept !== undefined && { discounts: kept }),
  })
  // What waits for an invoice is on the one of the change, where there is one, and not on the next as well.
  const waiting = charge ? next.lines.data.filter(hasWaited) : []
  return next.total - waiting.reduce((sum, line) => sum + netOf(line), 0)
}

/**
 * One whole period. Where a schedule would have its say, or another interval begins, it is asked for as if it began now:
 * the amount is the same, and the discounts of the subscription count, as they would not for a new one.
 */
function periodOf(current: Subscription, terms: Terms | undefined): Details {
  const { price, quantity, interval } = terms ?? { ...current, price: current.price_id }
  const details: Details = { items: [{ id: current.item_id, price, quantity }], proration_behavior: 'none' }
  const isTrying = current.status === 'trialing'
  if (!current.schedule_id && (isTrying || interval === current.interval)) return details
  return { ...details, ...(isTrying ? { trial_end: 'now' } : { billing_cycle_anchor: { type: 'now' } }) }
}

/** Undefined when all of them hold, so that a discount of the customer is not shut out either. */
function discountsAt(
  discounts: readonly Discount[],
  charge: Stripe.Invoice | undefined,
  at: Date,
): Params['discounts'] | undefined {
  const taken = charge?.total_discount_amounts?.filter(({ amount }) => amount > 0) ?? []
  const used = new Set(taken.map(({ discount }) => idOf(discount)))
  const kept = discounts.filter(({ id, end, isOnce }) => (end === null || end > at) && !(isOnce && used.has(id)))
  if (kept.length === discounts.length) return undefined
  return kept.length > 0 ? kept.map(({ id }) => ({ discount: id })) : ''
}

function hasWaited({ parent }: Stripe.InvoiceLineItem): boolean {
  return Boolean(parent?.invoice_item_details ?? parent?.subscription_item_details?.invoice_item)
}
