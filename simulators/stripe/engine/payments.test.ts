/** Cards, intents, refunds, credit: what can be done with money, and what is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  attachPaymentMethod,
  cardTable,
  createCard,
  createSubscription,
  failNextPayment,
  needsAuthentication,
  payInvoice,
  setupIntentFor,
} from './index.ts'
import { DAY, HOUR, refused, startEngine, subscribed } from './testing.ts'

const S = 'customer.subscription'

test('the last four digits tell the test cards apart', () => {
  assert.equal(new Set(cardTable.map(({ number }) => number.slice(-4))).size, cardTable.length)
})

test('cards that are declined at once are never made', () => {
  const bench = startEngine()
  const codes = [
    '4000000000000002',
    '4000000000009995',
    '4000000000000069',
    '4000000000000127',
    '4000000000000119',
  ].map((number) => refused(() => bench.world.transact((world) => createCard(world, number))))
  assert.deepEqual(
    codes.map(({ status, code, decline_code }) => [status, code, decline_code]),
    [
      [402, 'card_declined', 'generic_decline'],
      [402, 'card_declined', 'insufficient_funds'],
      [402, 'expired_card', 'expired_card'],
      [402, 'incorrect_cvc', 'incorrect_cvc'],
      [402, 'processing_error', 'processing_error'],
    ],
  )
  for (const [number, code] of [
    ['4242424242424241', 'incorrect_number'],
    ['4111111111111111', 'card_declined'],
  ] as const) {
    assert.equal(refused(() => bench.world.transact((world) => createCard(world, number))).code, code)
  }
})

test('a refund counts up to what was charged, and never beyond', () => {
  const bench = startEngine()
  subscribed(bench)
  const charge = bench.list('GET /v1/charges')[0]?.id as string
  const refund = (amount?: number) => bench.call<'refund'>('POST /v1/refunds', { charge, ...(amount && { amount }) })
  refund(1000)
  refund(500)
  const partly = bench.get('charge', charge)
  assert.deepEqual([partly.amount_refunded, partly.refunded], [1500, false])
  assert.equal(refused(() => refund(2501)).param, 'amount')
  refund()
  const event = bench.world.events.findLast(({ type }) => type === 'charge.refunded')
  assert.deepEqual([event?.data.object.amount_refunded, event?.data.object.refunded], [4000, true])
  assert.equal(refused(() => refund(1)).code, 'charge_already_refunded')
})

test('a page that is declined creates nothing; one that was authenticated pays', () => {
  const bench = startEngine()
  const [customer, price] = [bench.customer('pm_card_chargeCustomerFail'), bench.price(2000)]
  const params = { customer, items: [{ price }] }
  bench.told()
  assert.equal(
    refused(() => bench.world.transact((world) => createSubscription(world, params, { hosted: true }))).status,
    402,
  )
  assert.deepEqual(bench.told(), [])
  const paid = bench.world.transact((world) => {
    const method = attachPaymentMethod(world, createCard(world, '4000002760003184').id, customer)
    assert.equal(needsAuthentication(world, method.id, 'payment'), true)
    const given = { ...params, default_payment_method: method.id }
    return createSubscription(world, given, { hosted: true, authenticated: true })
  })
  assert.equal(paid.status, 'active')
  const event = bench.world.events.findLast(({ type }) => type === `${S}.updated`)
  assert.deepEqual(event?.data.previous_attributes, { status: 'incomplete', default_payment_method: null })
})

test('a first payment is authenticated by paying its invoice', () => {
  const bench = startEngine()
  const { id } = subscribed(bench, 'pm_card_authenticationRequired')
  const invoice = bench.latestInvoice(id)
  assert.equal(invoice.status, 'open')
  bench.world.transact((world) => payInvoice(world, invoice.id, { authenticated: true }))
  assert.equal(bench.get('subscription', id).status, 'active')
})

test('the next payment of a customer fails once', () => {
  const bench = startEngine()
  const { id, customer } = subscribed(bench)
  bench.world.transact((world) => failNextPayment(world, customer))
  bench.advance(31 * DAY + HOUR)
  assert.equal(bench.get('subscription', id).status, 'past_due')
  bench.advance(3 * DAY)
  assert.equal(bench.get('subscription', id).status, 'active')
})

test('a card that was set up on a page is the customer’s, and is charged without asking again', () => {
  const bench = startEngine()
  const customer = bench.customer()
  bench.told()
  const intent = bench.world.transact((world) => {
    const { id } = createCard(world, '4000002500003155')
    return setupIntentFor(world, { customer, payment_method: id })
  })
  assert.deepEqual(bench.told(), ['setup_intent.created', 'setup_intent.succeeded', 'payment_method.attached'])
  const default_payment_method = intent.payment_method as string
  assert.equal(bench.subscribe(customer, bench.price(2000), { default_payment_method }).status, 'active')
})

test('who has no card at all is told so', () => {
  const bench = startEngine()
  const fault = refused(() => bench.subscribe(bench.customer(), bench.price(2000)))
  assert.equal(fault.code, 'resource_missing')
  const stranger = bench.world.transact((world) => createCard(world, '4242424242424242').id)
  const given = { default_payment_method: stranger }
  assert.equal(
    refused(() => bench.subscribe(bench.customer(), bench.price(2000), given)).param,
    'default_payment_method',
  )
})

test('metered usage is billed when its period is over', () => {
  const bench = startEngine()
  const meter = bench.call<'billing.meter'>('POST /v1/billing/meters', {
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  }).id
  const customer = bench.customer('pm_card_visa')
  const price = bench.price(3, { recurring: { interval: 'month', usage_type: 'metered', meter } })
  const { id, items } = bench.call('POST /v1/subscriptions', { customer, items: [{ price }] })
  assert.equal(items.data[0]?.quantity, undefined)
  bench.advance(DAY)
  for (const value of ['100', '50']) {
    bench.call('POST /v1/billing/meter_events', {
      event_name: 'calls',
      payload: { stripe_customer_id: customer, value },
    })
  }
  bench.advance(30 * DAY + HOUR)
  assert.deepEqual([bench.latestInvoice(id).total, bench.latestInvoice(id).lines.data[0]?.quantity], [450, 150])
  bench.advance(28 * DAY)
  assert.equal(bench.latestInvoice(id).total, 0)
})

test('discounts end when their coupon says so', () => {
  const bench = startEngine()
  const coupon = bench.call<'coupon'>('POST /v1/coupons', {
    percent_off: 50,
    duration: 'repeating',
    duration_in_months: 2,
  }).id
  const code = bench.call<'promotion_code'>('POST /v1/promotion_codes', {
    promotion: { type: 'coupon', coupon },
    code: 'HALF',
  }).id
  const { id } = bench.subscribe(bench.customer('pm_card_visa'), bench.price(2000), {
    discounts: [{ promotion_code: code }],
  })
  assert.equal(bench.get('promotion_code', code).times_redeemed, 1)
  const paid = [bench.latestInvoice(id).amount_paid]
  for (const days of [31, 28, 31]) {
    bench.advance(days * DAY + (days === 31 && paid.length === 1 ? HOUR : 0))
    paid.push(bench.latestInvoice(id).amount_paid)
  }
  assert.deepEqual(paid, [2000, 2000, 4000, 4000])
})

test('an invoice by hand is added up, paid, and corrected by a credit note', () => {
  const bench = startEngine()
  const customer = bench.customer('pm_card_visa')
  bench.call<'invoiceitem'>('POST /v1/invoiceitems', { customer, amount: 3000, currency: 'usd', description: 'Setup' })
  const draft = bench.call<'invoice'>('POST /v1/invoices', { customer, pending_invoice_items_behavior: 'include' })
  assert.deepEqual([draft.status, draft.total, draft.billing_reason, draft.parent], ['draft', 3000, 'manual', null])
  bench.call<'invoiceitem'>('POST /v1/invoiceitems', { customer, invoice: draft.id, amount: 500, currency: 'usd' })
  const open = bench.call<'invoice'>(`POST /v1/invoices/${draft.id}/finalize`)
  assert.deepEqual([open.status, open.amount_due], ['open', 3500])
  assert.match(open.number ?? '', /-0001$/)
  assert.equal(bench.call<'invoice'>(`POST /v1/invoices/${draft.id}/pay`).amount_paid, 3500)
  assert.equal(refused(() => bench.call(`POST /v1/invoices/${draft.id}/void`)).code, 'invoice_not_editable')
  bench.call<'credit_note'>('POST /v1/credit_notes', {
    invoice: draft.id,
    amount: 1500,
    refund_amount: 1000,
    credit_amount: 500,
  })
  assert.equal(bench.get('invoice', draft.id).post_payment_credit_notes_amount, 1500)
  assert.equal(bench.get('customer', customer).balance, -500)
  assert.equal(bench.list('GET /v1/charges').length, 1)
})

test('an item is changed by its own address as by its subscription', () => {
  const bench = startEngine()
  const { id, item, price } = subscribed(bench)
  assert.equal(bench.call<never>(`POST /v1/subscription_items/${item}`, { quantity: 4 })['quantity' as never], 4)
  const other = bench.price(700)
  const added = bench.call('POST /v1/subscription_items', { subscription: id, price: other })
  assert.equal(bench.list('GET /v1/subscription_items', { subscription: id }).length, 2)
  bench.call(`DELETE /v1/subscription_items/${added.id}`)
  assert.match(
    refused(() => bench.call('POST /v1/subscription_items', { subscription: id, price })).message,
    /same price/,
  )
  assert.match(refused(() => bench.call(`DELETE /v1/subscription_items/${item}`)).message, /at least one/)
})
