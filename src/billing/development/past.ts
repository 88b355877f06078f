/**
 * Development only: a subscription with a past. The local Stripe begins that long ago and lives through every renewal up
 * to now, so that its invoices are invoices and nothing is made up.
 */
import { type Billing, stripeOf } from '../context.ts'
import { ensureCustomer } from '../customers/customers.ts'
import { type Interval, lookupKey, type PaidPlanKey } from '../plans.ts'
import { pushOffer } from '../push/push.ts'
import { syncTenant } from '../sync/sync.ts'
import type { LocalStripe } from './local-stripe.ts'

export interface Past {
  tenantId: string
  plan: PaidPlanKey
  interval: Interval
  /** When which number of seats was paid for, in order; the first is the beginning. */
  seats: readonly { at: Date; quantity: number }[]
}

/** False, and nothing done, when something has happened at the local Stripe before. */
export async function livePast(billing: Billing, local: LocalStripe, past: Past): Promise<boolean> {
  const [beginning, ...changes] = past.seats
  if (!beginning || !(await local.beginAt(beginning.at))) return false
  const now = billing.clock.now()
  await pushOffer(billing, (line) => billing.log.debug(line))
  const customer = await ensureCustomer(billing, past.tenantId, { isPatient: true })
  const stripe = await stripeOf(billing).patientClient()
  const [price] = (await stripe.prices.list({ lookup_keys: [lookupKey(past.plan, past.interval)], limit: 1 })).data
  if (!price) throw new Error(`The price of ${past.plan} was not pushed.`)
  const card = await stripe.paymentMethods.attach('pm_card_visa', { customer })
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card.id } })
  const { id, items } = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id, quantity: beginning.quantity }],
  })
  const item = items.data[0]?.id as string
  for (const { at, quantity } of changes) {
    await local.advanceTo(at)
    await stripe.subscriptions.update(id, { items: [{ id: item, quantity }], proration_behavior: 'create_prorations' })
  }
  await local.advanceTo(now)
  await syncTenant(billing, past.tenantId, { isPatient: true })
  return true
}
