/** What the events of a subscription say, and what is shown of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, refused, startEngine, subscribed } from './testing.ts'

const S = 'customer.subscription'

test('the event of an activation says what it was before', () => {
  const bench = startEngine()
  const [customer, price] = [bench.customer('pm_card_visa'), bench.price(2000)]
  const card = bench.list(`GET /v1/customers/${customer}/payment_methods`)[0]?.id as string
  bench.subscribe(customer, price, {
    default_payment_method: card,
    payment_settings: { save_default_payment_method: 'on_subscription' },
  })
  const [activated] = bench.world.events.filter(({ type }) => type === `${S}.updated`)
  assert.deepEqual(activated?.data.previous_attributes, { status: 'incomplete' })
  assert.equal(activated?.data.object.status, 'active')
})

test('a renewal tells all items as they were, and the invoice before', () => {
  const bench = startEngine()
  const { id } = subscribed(bench)
  const before = bench.get('subscription', id)
  bench.advance(31 * DAY)
  const event = bench.world.events.findLast(({ type }) => type === `${S}.updated`)
  assert.deepEqual(event?.data.previous_attributes, {
    items: { data: before.items.data },
    latest_invoice: before.latest_invoice,
  })
})

test('the invoice that is announced has no id, and is the one that comes', () => {
  const bench = startEngine()
  const { id } = subscribed(bench)
  bench.advance(31 * DAY)
  const event = bench.world.events.find(({ type }) => type === 'invoice.upcoming')
  assert.equal(event?.data.object.id, undefined)
  assert.equal(event?.data.object.total, bench.latestInvoice(id).total)
})

test('a cancellation by flag or by date says when it ends, and is undone by what it was made by', () => {
  const bench = startEngine()
  const { id } = subscribed(bench)
  const ends = bench.get('subscription', id).items.data[0]?.current_period_end
  const flagged = bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true })
  assert.deepEqual([flagged.cancel_at, flagged.cancel_at_period_end, flagged.status], [ends, true, 'active'])
  assert.equal(flagged.cancellation_details?.reason, 'cancellation_requested')
  bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: false })
  const dated = bench.call(`POST /v1/subscriptions/${id}`, { cancel_at: 'max_period_end' })
  assert.deepEqual([dated.cancel_at, dated.cancel_at_period_end], [ends, false])
  const kept = bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: false })
  assert.equal(kept.cancel_at, ends)
  const undone = bench.call(`POST /v1/subscriptions/${id}`, { cancel_at: '' })
  assert.deepEqual([undone.cancel_at, undone.canceled_at, undone.cancellation_details?.reason], [null, null, null])
})

test('what has ended is not listed unless it is asked for, and only its notes can change', () => {
  const bench = startEngine()
  const { id, customer } = subscribed(bench)
  bench.call(`DELETE /v1/subscriptions/${id}`)
  assert.deepEqual(bench.list('GET /v1/subscriptions', { customer }), [])
  for (const status of ['all', 'canceled', 'ended']) {
    assert.deepEqual(
      bench.list('GET /v1/subscriptions', { customer, status }).map((each) => each.id),
      [id],
    )
  }
  assert.equal(bench.call(`POST /v1/subscriptions/${id}`, { metadata: { a: 'b' } }).metadata.a, 'b')
  assert.equal(refused(() => bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true })).status, 400)
  assert.equal(refused(() => bench.call(`DELETE /v1/subscriptions/${id}`)).code, 'resource_missing')
})
