/** What nobody could prove about the real Stripe from here: each is decided once, in this file. */

/** Prorations that are invoiced at once become invoice items first, with an event each, as they do in the classic mode. */
export const INVOICED_PRORATIONS_ARE_INVOICE_ITEMS: boolean = true

/** A proration line is rounded half away from zero by itself; the total is the sum of what was rounded. */
export const roundProration = (amount: number): number => Math.sign(amount) * Math.round(Math.abs(amount))

/** Below this amount (in the currency's smallest unit) nothing is charged: it is carried over on the customer's balance. */
export const SMALLEST_CHARGE = 50

/** An invoice that collects nothing says `paid` from its finalization on, and no `invoice.updated` is told. */
export const NOTHING_DUE_IS_PAID_AT_FINALIZATION: boolean = true

/** A subscription whose first payment never came ends by `customer.subscription.deleted` when it is cancelled by hand. */
export const CANCELLED_INCOMPLETE_EVENT = 'customer.subscription.deleted'

/** Seconds for which a first payment, and a change that waits for its payment, are waited for. */
export const SECONDS_TO_PAY = 23 * 3600

/** Days before the end of a trial at which it is announced. */
export const TRIAL_NOTICE_DAYS = 3

/** The status of a payment intent that has a card and waits for the customer to confirm it. */
export const UNCONFIRMED_WITH_CARD = 'requires_confirmation'

/** The latest invoice alone decides: once it is paid, a `past_due` or `unpaid` subscription is active again. */
export const revives = (invoice: { id: string }, subscription: { latest_invoice: string | null }): boolean =>
  invoice.id === subscription.latest_invoice
