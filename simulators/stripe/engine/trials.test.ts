/** Trials: how they begin, how they are announced, and what their end depends on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, START, startEngine } from './testing.ts'

const S = 'customer.subscription'

const trial = (missing_payment_method: 'cancel' | 'pause' | 'create_invoice', card?: string) => {
  const bench = startEngine()
  const customer = bench.customer(card)
  const price = bench.price(2000)
  bench.told()
  const { id } = bench.subscribe(customer, price, {
    trial_period_days: 7,
    trial_settings: { end_behavior: { missing_payment_method } },
  })
  return { bench, customer, id }
}

test('a trial is a period of its own, with an invoice of nothing that says so', () => {
  const { bench, id } = trial('create_invoice')
  const subscription = bench.get('subscription', id)
  const [item] = subscription.items.data
  assert.deepEqual([subscription.trial_start, subscription.trial_end], [START, START + 7 * DAY])
  assert.deepEqual([item?.current_period_start, item?.current_period_end], [START, START + 7 * DAY])
  const invoice = bench.latestInvoice(id)
  assert.deepEqual([invoice.total, invoice.amount_paid, invoice.status], [0, 0, 'paid'])
  assert.equal(invoice.lines.data[0]?.description, 'Free trial for 2 × Plan')
})

test('a trial is announced three days before its end, a shorter one at once', () => {
  const { bench } = trial('create_invoice')
  bench.told()
  bench.advance(4 * DAY - 1)
  assert.deepEqual(bench.told(), [])
  bench.advance(1)
  assert.deepEqual(bench.told(), [`${S}.trial_will_end`])
  bench.subscribe(bench.customer(), bench.price(2000), { trial_period_days: 2 })
  assert.equal(bench.told().at(-1), `${S}.trial_will_end`)
})

test('without a card the trial ends in a cancellation', () => {
  const { bench, id } = trial('cancel')
  bench.advance(7 * DAY)
  assert.deepEqual(bench.told().at(-1), `${S}.deleted`)
  assert.equal(bench.get('subscription', id).status, 'canceled')
})

test('without a card the trial ends in a pause, from which a card and a resumption lead out', () => {
  const { bench, customer, id } = trial('pause')
  bench.advance(40 * DAY)
  const paused = bench.get('subscription', id)
  assert.deepEqual(bench.told().at(-1), `${S}.paused`)
  assert.equal(paused.status, 'paused')
  assert.equal(paused.status_details?.paused.subscription.type, 'trial_end_without_payment_method')
  const method = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_visa/attach', { customer })
  bench.call(`POST /v1/customers/${customer}`, { invoice_settings: { default_payment_method: method.id } })
  bench.told()
  const resumed = bench.call(`POST /v1/subscriptions/${id}/resume`)
  assert.deepEqual([resumed.status, resumed.items.data[0]?.current_period_start], ['active', bench.world.now()])
  assert.equal(bench.told().at(-1), `${S}.resumed`)
  assert.equal(bench.latestInvoice(id).amount_paid, 4000)
})

test('without a card the trial ends in an invoice that nobody pays', () => {
  const { bench, id } = trial('create_invoice')
  bench.advance(7 * DAY)
  assert.equal(bench.get('subscription', id).status, 'active')
  bench.advance(HOUR)
  assert.deepEqual([bench.get('subscription', id).status, bench.latestInvoice(id).status], ['past_due', 'open'])
})

test('with a card every trial ends in a payment', () => {
  for (const behaviour of ['cancel', 'pause', 'create_invoice'] as const) {
    const { bench, id } = trial(behaviour, 'pm_card_visa')
    bench.advance(7 * DAY + HOUR)
    assert.deepEqual([bench.get('subscription', id).status, bench.latestInvoice(id).amount_paid], ['active', 4000])
    assert.equal(bench.get('subscription', id).items.data[0]?.current_period_start, START + 7 * DAY)
  }
})

test('a trial that is ended now is announced and paid in one go', () => {
  const { bench, id } = trial('cancel', 'pm_card_visa')
  bench.told()
  const after = bench.call(`POST /v1/subscriptions/${id}`, { trial_end: 'now' })
  const told = bench.told()
  assert.deepEqual(told.slice(0, 4), [`${S}.updated`, `${S}.trial_will_end`, 'invoice.created', 'invoice.finalized'])
  assert.deepEqual([after.status, after.trial_end, after.billing_cycle_anchor], ['active', START, START])
  assert.equal(bench.latestInvoice(id).amount_paid, 4000)
})

test('a change during a trial costs nothing', () => {
  const { bench, id } = trial('cancel', 'pm_card_visa')
  const [item] = bench.get('subscription', id).items.data
  bench.told()
  const items = [{ id: item?.id, price: bench.price(9000), quantity: 5 }]
  bench.told()
  bench.call(`POST /v1/subscriptions/${id}`, { items, proration_behavior: 'always_invoice' })
  assert.deepEqual(bench.told(), [`${S}.updated`])
  bench.advance(7 * DAY + HOUR)
  assert.equal(bench.latestInvoice(id).amount_paid, 45_000)
})

test('a trial that is cancelled at its end is not charged', () => {
  const { bench, id } = trial('create_invoice', 'pm_card_visa')
  bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true })
  bench.advance(30 * DAY)
  assert.equal(bench.get('subscription', id).status, 'canceled')
  assert.equal(bench.list('GET /v1/charges').length, 0)
})

test('a coupon for one invoice is not spent on a trial', () => {
  const bench = startEngine()
  const coupon = bench.call<'coupon'>('POST /v1/coupons', { percent_off: 50, duration: 'once' }).id
  const { id } = bench.subscribe(bench.customer('pm_card_visa'), bench.price(2000), {
    trial_period_days: 7,
    discounts: [{ coupon }],
  })
  bench.advance(7 * DAY + HOUR)
  assert.equal(bench.latestInvoice(id).amount_paid, 2000)
  bench.advance(31 * DAY)
  assert.equal(bench.latestInvoice(id).amount_paid, 4000)
})
