/** Changes that are to be paid at once, and what becomes of them when they are not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failNextPayment, updateSubscription } from './index.ts'
import { type Bench, contentOf, DAY, HOUR, refused, startEngine, subscribed } from './testing.ts'

const S = 'customer.subscription'

/** The customer's card fails from here on. */
function breakCard(bench: Bench, customer: string): void {
  const method = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_chargeCustomerFail/attach', {
    customer,
  })
  bench.call(`POST /v1/customers/${customer}`, { invoice_settings: { default_payment_method: method.id } })
  bench.told()
}

test('error_if_incomplete that cannot be paid changes nothing at all', () => {
  const bench = startEngine()
  const { id, item, customer, price } = subscribed(bench)
  breakCard(bench, customer)
  const before = contentOf(bench.world)
  const behaviour = { payment_behavior: 'error_if_incomplete' as const, proration_behavior: 'always_invoice' as const }
  const items = [{ id: item, quantity: 3 }]
  assert.equal(refused(() => bench.call(`POST /v1/subscriptions/${id}`, { items, ...behaviour })).status, 402)
  const other = { payment_behavior: 'error_if_incomplete' } as const
  assert.equal(refused(() => bench.subscribe(customer, price, other)).type, 'card_error')
  assert.ok(contentOf(bench.world) === before)
  assert.deepEqual(bench.told(), [])
})

test('a failure that was ordered for the next payment happens once, also when the change is undone', () => {
  const bench = startEngine()
  const { id, item, customer } = subscribed(bench)
  bench.world.transact((world) => failNextPayment(world, customer))
  const change = () =>
    bench.call<'subscription'>(`POST /v1/subscriptions/${id}`, {
      items: [{ id: item, quantity: 3 }],
      payment_behavior: 'error_if_incomplete',
      proration_behavior: 'always_invoice',
    })
  assert.equal(refused(change).status, 402)
  assert.equal(change().items.data[0]?.quantity, 3)
})

test('a change that cannot be paid waits, is applied by the payment, or expires', () => {
  const change = { payment_behavior: 'pending_if_incomplete', proration_behavior: 'always_invoice' }
  const parked = () => {
    const bench = startEngine()
    const { id, item, customer } = subscribed(bench)
    breakCard(bench, customer)
    const after = bench.call(`POST /v1/subscriptions/${id}`, { items: [{ id: item, quantity: 3 }], ...change })
    assert.deepEqual([after.status, after.items.data[0]?.quantity], ['active', 2])
    assert.equal(after.pending_update?.subscription_items?.[0]?.quantity, 3)
    bench.told()
    return { bench, id, customer }
  }
  const paid = parked()
  const good = paid.bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_visa/attach', {
    customer: paid.customer,
  })
  const invoice = paid.bench.latestInvoice(paid.id).id
  paid.bench.call<'invoice'>(`POST /v1/invoices/${invoice}/pay`, { payment_method: good.id })
  assert.ok(paid.bench.told().includes(`${S}.pending_update_applied`))
  const applied = paid.bench.get('subscription', paid.id)
  assert.deepEqual([applied.items.data[0]?.quantity, applied.pending_update], [3, null])

  const expired = parked()
  expired.bench.advance(23 * HOUR)
  assert.deepEqual(expired.bench.told(), [`${S}.pending_update_expired`, 'invoice.voided', 'payment_intent.canceled'])
  const after = expired.bench.get('subscription', expired.id)
  assert.deepEqual([after.items.data[0]?.quantity, after.pending_update, after.status], [2, null, 'active'])
  const subscription_details = {
    items: [{ id: after.items.data[0]?.id, quantity: 1 }],
    proration_behavior: 'always_invoice',
  }
  const preview = { subscription: expired.id, subscription_details }
  const { lines } = expired.bench.call<'invoice'>('POST /v1/invoices/create_preview', preview)
  assert.equal(lines.data[0]?.amount, -Math.round((4000 * (31 * DAY - 23 * HOUR)) / (31 * DAY)))
})

test('a change that cannot be paid is there all the same by default, and the subscription past due', () => {
  const bench = startEngine()
  const { id, item, customer } = subscribed(bench)
  breakCard(bench, customer)
  const after = bench.call(`POST /v1/subscriptions/${id}`, {
    items: [{ id: item, quantity: 3 }],
    proration_behavior: 'always_invoice',
  })
  assert.deepEqual(
    [after.status, after.items.data[0]?.quantity, bench.latestInvoice(id).status],
    ['past_due', 3, 'open'],
  )
})

test('a change on the portal with an authenticated card is paid at once', () => {
  const bench = startEngine()
  const { id, item, customer } = subscribed(bench)
  const method = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_authenticationRequired/attach', {
    customer,
  })
  const params = {
    default_payment_method: method.id,
    items: [{ id: item, quantity: 5 }],
    proration_behavior: 'always_invoice' as const,
  }
  const after = bench.world.transact((world) => updateSubscription(world, id, params, { authenticated: true }))
  assert.deepEqual([after.status, bench.latestInvoice(id).status], ['active', 'paid'])
})
