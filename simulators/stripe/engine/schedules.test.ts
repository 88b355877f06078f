/** Phases of a subscription: a downgrade that waits for the end of the period. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, refused, startEngine } from './testing.ts'

const S = 'customer.subscription'

function scheduled(end_behavior: 'release' | 'cancel' = 'release') {
  const bench = startEngine()
  const [customer, large, small] = [bench.customer('pm_card_visa'), bench.price(5000), bench.price(1000)]
  const { id } = bench.subscribe(customer, large)
  bench.told()
  const schedule = bench.call<'subscription_schedule'>('POST /v1/subscription_schedules', { from_subscription: id })
  const [first] = schedule.phases
  const phases = [
    { items: [{ price: large, quantity: 2 }], start_date: first?.start_date, end_date: first?.end_date },
    { items: [{ price: small, quantity: 2 }], duration: { interval: 'month', interval_count: 1 } },
  ]
  bench.call<'subscription_schedule'>(`POST /v1/subscription_schedules/${schedule.id}`, { phases, end_behavior })
  return { bench, id, large, small, schedule: schedule.id }
}

const priceOf = ({ bench, id }: ReturnType<typeof scheduled>) => bench.get('subscription', id).items.data[0]?.price.id

test('a downgrade waits for the end of the period, and the next invoice is the smaller one', () => {
  const course = scheduled()
  const { bench, id, large, small, schedule } = course
  assert.deepEqual(bench.told(), ['subscription_schedule.created', `${S}.updated`, 'subscription_schedule.updated'])
  assert.equal(priceOf(course), large)
  const preview = bench.call<'invoice'>('POST /v1/invoices/create_preview', { subscription: id })
  assert.equal(preview.total, 2000)
  bench.advance(31 * DAY + HOUR)
  assert.equal(priceOf(course), small)
  assert.deepEqual([bench.latestInvoice(id).total, bench.latestInvoice(id).lines.data.length], [2000, 1])
  const told = bench.told()
  assert.ok(told.indexOf('subscription_schedule.updated') < told.indexOf('invoice.created'))
  bench.advance(28 * DAY)
  const released = bench.get('subscription_schedule', schedule)
  assert.deepEqual([released.status, released.released_subscription], ['released', id])
  assert.deepEqual([bench.get('subscription', id).schedule, bench.get('subscription', id).status], [null, 'active'])
})

test('a released schedule changes nothing any more', () => {
  const course = scheduled()
  const { bench, id, large, schedule } = course
  bench.told()
  bench.call(`POST /v1/subscription_schedules/${schedule}/release`)
  assert.deepEqual(bench.told(), ['subscription_schedule.released', `${S}.updated`])
  bench.advance(40 * DAY)
  assert.equal(priceOf(course), large)
  assert.equal(bench.latestInvoice(id).total, 10_000)
})

test('a schedule can end the subscription after its last phase', () => {
  const { bench, id, schedule } = scheduled('cancel')
  bench.advance(61 * DAY)
  assert.equal(bench.get('subscription', id).status, 'canceled')
  assert.equal(bench.get('subscription_schedule', schedule).status, 'completed')
})

test('a scheduled subscription is not cancelled around its schedule, but it is with it', () => {
  const { bench, id, schedule } = scheduled()
  assert.match(
    refused(() => bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true })).message,
    /schedule/,
  )
  bench.call(`POST /v1/subscription_schedules/${schedule}/cancel`)
  assert.equal(bench.get('subscription', id).status, 'canceled')
  assert.equal(bench.get('subscription_schedule', schedule).status, 'canceled')
})

for (const first of ['phase', 'cycle'] as const) {
  test(`a phase of another interval begins a period of its own (${first} first)`, () => {
    const bench = startEngine()
    const [customer, monthly] = [bench.customer('pm_card_visa'), bench.price(5000)]
    const yearly = bench.price(50_000, { recurring: { interval: 'year' } })
    const { id } = bench.subscribe(customer, monthly)
    const schedule = bench.call<'subscription_schedule'>('POST /v1/subscription_schedules', { from_subscription: id })
    const [phase] = schedule.phases
    const phases = [
      { items: [{ price: monthly, quantity: 2 }], start_date: phase?.start_date, end_date: phase?.end_date },
      { items: [{ price: yearly, quantity: 2 }] },
    ]
    bench.call<'subscription_schedule'>(`POST /v1/subscription_schedules/${schedule.id}`, { phases })
    const at = phase?.end_date as number
    const due =
      first === 'phase'
        ? { kind: 'subscription.cycle', subject: id }
        : { kind: 'subscription_schedule.phase', subject: schedule.id }
    bench.world.transact((world) => world.schedule({ ...due, at }))
    bench.advance(31 * DAY + HOUR)
    assert.equal(bench.list('GET /v1/invoices', { subscription: id }).length, 2)
    const [item] = bench.get('subscription', id).items.data
    assert.equal(item?.current_period_start, phase?.end_date)
    assert.deepEqual([bench.latestInvoice(id).amount_paid, bench.latestInvoice(id).lines.data.length], [100_000, 1])
  })
}
