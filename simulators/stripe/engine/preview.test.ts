/** Previews of everything that can be invoiced, each beside the invoice that then comes; and what is shown when expanded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineIncludable } from './index.ts'
import { type Bench, DAY, HOUR, refused, startEngine, subscribed } from './testing.ts'

const preview = (bench: Bench, params: object) => bench.call<'invoice'>('POST /v1/invoices/create_preview', params)

test('a subscription that does not exist yet costs what its preview says', () => {
  const bench = startEngine()
  const customer = bench.customer('pm_card_visa')
  const items = [{ price: bench.price(2000), quantity: 3 }]
  const coupon = bench.call<'coupon'>('POST /v1/coupons', { percent_off: 10, duration: 'once' }).id
  const shown = preview(bench, { customer, subscription_details: { items }, discounts: [{ coupon }] })
  const { id } = bench.call('POST /v1/subscriptions', { customer, items, discounts: [{ coupon }] })
  assert.deepEqual([shown.total, bench.latestInvoice(id).amount_paid], [5400, 5400])
  assert.equal(bench.get('coupon', coupon).times_redeemed, 1)
})

test('what a cancellation gives back is what its preview says', () => {
  const bench = startEngine()
  const { id } = subscribed(bench)
  bench.advance(11 * DAY)
  const shown = preview(bench, {
    subscription: id,
    subscription_details: { cancel_now: true, proration_behavior: 'always_invoice' },
  })
  bench.call(`DELETE /v1/subscriptions/${id}`, { prorate: true, invoice_now: true })
  assert.equal(shown.total, -Math.round((4000 * 20) / 31))
  assert.equal(bench.latestInvoice(id).total, shown.total)
})

test('the next invoice of a customer is that of the subscription that renews first', () => {
  const bench = startEngine()
  const { customer } = subscribed(bench)
  bench.subscribe(customer, bench.price(100_000, { recurring: { interval: 'year' } }))
  const shown = preview(bench, { customer })
  assert.deepEqual([shown.total, shown.billing_reason], [4000, 'upcoming'])
})

test('where nothing is to come there is no preview', () => {
  const bench = startEngine()
  const { id, customer } = subscribed(bench)
  bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true })
  const fault = refused(() => preview(bench, { subscription: id }))
  assert.deepEqual([fault.status, fault.code], [404, 'invoice_upcoming_none'])
  assert.equal(refused(() => preview(bench, { customer: bench.customer() })).code, 'invoice_upcoming_none')
  assert.equal(refused(() => preview(bench, { customer: bench.customer(), subscription: id })).code, 'resource_missing')
  assert.ok(customer)
})

test('a recurring preview leaves out what is charged once', () => {
  const bench = startEngine()
  const { id, item } = subscribed(bench)
  bench.advance(10 * DAY)
  const subscription_details = { items: [{ id: item, quantity: 3 }] }
  const recurring = preview(bench, { subscription: id, subscription_details, preview_mode: 'recurring' })
  assert.equal(recurring.total, 6000)
  assert.ok(preview(bench, { subscription: id, subscription_details }).total > 6000)
})

test('a proration date in the past of the period counts from there', () => {
  const bench = startEngine()
  const { id, item } = subscribed(bench)
  const proration_date = bench.world.now()
  bench.advance(10 * HOUR)
  const details = { items: [{ id: item, quantity: 3 }], proration_behavior: 'always_invoice', proration_date }
  assert.equal(preview(bench, { subscription: id, subscription_details: details }).total, 2000)
  bench.call(`POST /v1/subscriptions/${id}`, details)
  const invoice = bench.latestInvoice(id)
  assert.equal(invoice.total, 2000)
  assert.equal(invoice.parent?.subscription_details?.subscription_proration_date, proration_date)
  const before = { ...details, proration_date: proration_date - 1 }
  assert.equal(refused(() => bench.call(`POST /v1/subscriptions/${id}`, before)).param, 'proration_date')
  const anchored = { ...details, billing_cycle_anchor: { type: 'now' } }
  assert.equal(refused(() => bench.call(`POST /v1/subscriptions/${id}`, anchored)).param, 'proration_date')
})

test('payments and the secret of an invoice, and the subscriptions of a customer, are there to be expanded', () => {
  const bench = startEngine()
  const { id, customer } = subscribed(bench)
  const shown = (name: string, object: object) =>
    engineIncludable[name]?.(bench.world, object as never) as Record<string, unknown>
  const invoice = bench.latestInvoice(id)
  const [payment] = shown('invoice.payments', invoice).data as { payment: { payment_intent: string }; status: string }[]
  assert.equal(payment?.status, 'paid')
  const intent = bench.get('payment_intent', payment?.payment.payment_intent ?? null)
  assert.equal(intent.amount_received, 4000)
  assert.equal(shown('invoice.confirmation_secret', invoice).client_secret, intent.client_secret)
  assert.equal((shown('customer.subscriptions', bench.get('customer', customer)).data as object[]).length, 1)
})

test('a discount is taken off a subscription again', () => {
  const bench = startEngine()
  const coupon = bench.call<'coupon'>('POST /v1/coupons', { percent_off: 50, duration: 'forever' }).id
  const { id } = bench.subscribe(bench.customer('pm_card_visa'), bench.price(2000), { discounts: [{ coupon }] })
  bench.call(`DELETE /v1/subscriptions/${id}/discount`)
  assert.deepEqual(bench.get('subscription', id).discounts, [])
  bench.advance(31 * DAY + HOUR)
  assert.equal(bench.latestInvoice(id).amount_paid, 4000)
})

test('collection that is paused leaves drafts, and what is resumed is collected', () => {
  const bench = startEngine()
  const { id } = subscribed(bench)
  bench.call(`POST /v1/subscriptions/${id}`, { pause_collection: { behavior: 'keep_as_draft' } })
  bench.advance(31 * DAY + HOUR)
  assert.equal(bench.latestInvoice(id).status, 'draft')
  bench.call(`POST /v1/subscriptions/${id}`, { pause_collection: { behavior: 'void' } })
  bench.advance(28 * DAY)
  assert.equal(bench.latestInvoice(id).status, 'void')
  bench.call(`POST /v1/subscriptions/${id}`, { pause_collection: '' })
  bench.advance(31 * DAY)
  assert.equal(bench.latestInvoice(id).status, 'paid')
})

test('an anchor that is given makes the first period shorter, and its price with it', () => {
  const bench = startEngine()
  const now = bench.world.now()
  const customer = bench.customer('pm_card_visa')
  const { id, items } = bench.subscribe(customer, bench.price(3100), { billing_cycle_anchor: now + 10 * DAY })
  assert.equal(items.data[0]?.current_period_end, now + 10 * DAY)
  assert.equal(bench.latestInvoice(id).amount_paid, 2000)
  bench.advance(10 * DAY + HOUR)
  assert.equal(bench.latestInvoice(id).amount_paid, 6200)
})

test('an invoice that is sent is due later, and overdue after that', () => {
  const bench = startEngine()
  const params = { collection_method: 'send_invoice', days_until_due: 5 } as const
  const { id, status } = bench.subscribe(bench.customer(), bench.price(2000), params)
  assert.equal(status, 'active')
  bench.advance(HOUR)
  assert.deepEqual(bench.told().slice(-3), ['invoice.finalized', 'payment_intent.created', 'invoice.sent'])
  bench.advance(5 * DAY)
  assert.ok(bench.told().includes('invoice.overdue'))
  assert.equal(bench.get('subscription', id).status, 'past_due')
})
