/** What becomes of a subscription whose renewal is not paid, and what brings it back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountSettings } from '../world.ts'
import { DAY, HOUR, refused, startEngine } from './testing.ts'

const S = 'customer.subscription'
const RETRY = ['charge.failed', 'payment_intent.payment_failed', 'invoice.payment_failed', 'invoice.updated']

/** Paid once by a good card, then left with one that fails; the first attempt of the renewal has failed. */
function pastDue(settings: Partial<AccountSettings> = {}) {
  const bench = startEngine({ settings })
  const customer = bench.customer('pm_card_visa')
  const { id } = bench.subscribe(customer, bench.price(2000))
  const method = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_chargeCustomerFail/attach', {
    customer,
  })
  bench.call(`POST /v1/customers/${customer}`, { invoice_settings: { default_payment_method: method.id } })
  bench.advance(31 * DAY + HOUR)
  bench.told()
  return { bench, customer, id, invoice: bench.latestInvoice(id).id }
}

test('a failed renewal says when it is tried again, and the customer is delinquent', () => {
  const { bench, customer, id, invoice } = pastDue()
  const open = bench.get('invoice', invoice)
  assert.deepEqual([open.status, open.attempted, open.attempt_count], ['open', true, 1])
  assert.equal(open.next_payment_attempt, bench.world.now() + 3 * DAY)
  assert.deepEqual(
    [bench.get('subscription', id).status, bench.get('customer', customer).delinquent],
    ['past_due', true],
  )
})

for (const [afterLastRetry, status, last] of [
  ['cancel', 'canceled', [`${S}.deleted`]],
  ['unpaid', 'unpaid', [`${S}.updated`]],
  ['past_due', 'past_due', []],
] as const) {
  test(`after the last retry a subscription is ${status}`, () => {
    const { bench, id, invoice } = pastDue({ afterLastRetry })
    bench.advance(3 * DAY)
    assert.deepEqual(bench.told(), RETRY)
    bench.advance(2 * DAY)
    assert.deepEqual(bench.told(), RETRY)
    bench.advance(2 * DAY)
    assert.deepEqual(bench.told(), [...RETRY, ...last])
    const after = bench.get('subscription', id)
    const open = bench.get('invoice', invoice)
    assert.equal(after.status, status)
    assert.deepEqual([open.status, open.attempt_count, open.next_payment_attempt], ['open', 4, null])
    if (status === 'canceled') assert.equal(after.cancellation_details?.reason, 'payment_failed')
  })
}

test('an unpaid subscription is drafted at its renewals, and nothing is collected', () => {
  const { bench, id } = pastDue({ afterLastRetry: 'unpaid' })
  bench.advance(40 * DAY)
  const draft = bench.latestInvoice(id)
  assert.deepEqual([draft.status, draft.auto_advance, draft.automatically_finalizes_at], ['draft', false, null])
})

test('a new card alone pays nothing before the next retry; paying the invoice brings the subscription back', () => {
  const { bench, customer, id, invoice } = pastDue()
  const good = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_visa/attach', { customer }).id
  bench.call(`POST /v1/customers/${customer}`, { invoice_settings: { default_payment_method: good } })
  assert.equal(bench.get('subscription', id).status, 'past_due')
  bench.told()
  assert.equal(bench.call<'invoice'>(`POST /v1/invoices/${invoice}/pay`).status, 'paid')
  assert.deepEqual(bench.told(), [
    'charge.succeeded',
    'payment_intent.succeeded',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    `${S}.updated`,
    'customer.updated',
  ])
  assert.deepEqual(
    [bench.get('subscription', id).status, bench.get('customer', customer).delinquent],
    ['active', false],
  )
  bench.advance(10 * DAY)
  assert.deepEqual(bench.told(), [])
})

test('a card of the subscription itself is charged, whatever the customer saved since', () => {
  const { bench, customer, id, invoice } = pastDue()
  const [bad] = bench.list(`GET /v1/customers/${customer}/payment_methods`)
  const methods = bench.world.table('payment_method').filter((each) => each.card?.last4 === '0341')
  assert.ok(bad)
  bench.call(`POST /v1/subscriptions/${id}`, { default_payment_method: methods[0]?.id })
  const good = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_visa/attach', { customer }).id
  bench.call(`POST /v1/customers/${customer}`, { invoice_settings: { default_payment_method: good } })
  bench.advance(3 * DAY)
  assert.equal(bench.get('subscription', id).status, 'past_due')
  bench.call(`POST /v1/subscriptions/${id}`, { default_payment_method: good })
  bench.advance(2 * DAY)
  assert.equal(bench.get('subscription', id).status, 'active')
  assert.equal(bench.get('invoice', invoice).attempt_count, 2)
})

test('an attempt by hand that fails leaves its traces and does not move the retries', () => {
  const { bench, invoice } = pastDue()
  bench.advance(DAY)
  const before = bench.get('invoice', invoice)
  const fault = refused(() => bench.call(`POST /v1/invoices/${invoice}/pay`))
  assert.deepEqual(
    [fault.status, fault.type, fault.code, fault.decline_code],
    [402, 'card_error', 'card_declined', 'generic_decline'],
  )
  assert.deepEqual(bench.told(), ['charge.failed', 'payment_intent.payment_failed', 'invoice.payment_failed'])
  const after = bench.get('invoice', invoice)
  assert.deepEqual(
    [after.attempt_count, after.next_payment_attempt],
    [before.attempt_count, before.next_payment_attempt],
  )
})

test('an invoice that stayed open after a cancellation can be paid, and revives nothing', () => {
  const { bench, customer, id, invoice } = pastDue()
  bench.call(`DELETE /v1/subscriptions/${id}`)
  bench.advance(30 * DAY)
  const open = bench.get('invoice', invoice)
  assert.deepEqual([open.status, open.attempt_count, open.auto_advance], ['open', 1, false])
  const good = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_visa/attach', { customer }).id
  bench.call(`POST /v1/invoices/${invoice}/pay`, { payment_method: good })
  assert.equal(bench.get('invoice', invoice).status, 'paid')
  assert.equal(bench.get('subscription', id).status, 'canceled')
})

test('an older invoice that is paid late does not make up for the latest one', () => {
  const { bench, customer, id, invoice } = pastDue({ afterLastRetry: 'past_due' })
  bench.advance(40 * DAY)
  const latest = bench.latestInvoice(id).id
  const good = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_visa/attach', { customer }).id
  bench.call(`POST /v1/invoices/${invoice}/pay`, { payment_method: good })
  assert.equal(bench.get('subscription', id).status, 'past_due')
  bench.call(`POST /v1/invoices/${latest}/pay`, { payment_method: good })
  assert.equal(bench.get('subscription', id).status, 'active')
})

test('without any card the retries are counted, and nothing is charged', () => {
  const bench = startEngine()
  const customer = bench.customer('pm_card_visa')
  const { id } = bench.subscribe(customer, bench.price(2000))
  const [method] = bench.list(`GET /v1/customers/${customer}/payment_methods`)
  bench.call(`POST /v1/payment_methods/${method?.id}/detach`)
  bench.advance(31 * DAY + HOUR)
  bench.told()
  bench.advance(3 * DAY)
  assert.deepEqual(bench.told(), ['invoice.payment_failed', 'invoice.updated'])
  assert.equal(bench.latestInvoice(id).attempt_count, 2)
})

test('a renewal for which the bank asks the cardholder waits for the invoice to be paid on its page', () => {
  const bench = startEngine()
  const customer = bench.customer('pm_card_visa')
  const { id } = bench.subscribe(customer, bench.price(2000))
  const method = bench.call<'payment_method'>('POST /v1/payment_methods/pm_card_authenticationRequired/attach', {
    customer,
  })
  bench.call(`POST /v1/customers/${customer}`, { invoice_settings: { default_payment_method: method.id } })
  bench.told()
  bench.advance(31 * DAY + HOUR)
  assert.deepEqual(bench.told().slice(3), [
    'invoice.finalized',
    'payment_intent.created',
    'payment_intent.requires_action',
    'invoice.payment_action_required',
    'invoice.payment_failed',
    'invoice.updated',
    `${S}.updated`,
    'customer.updated',
  ])
  const invoice = bench.latestInvoice(id)
  assert.equal(invoice.hosted_invoice_url, `${bench.world.settings.baseUrl}/invoice/${invoice.id}`)
})
