import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Running, start } from '../testing.ts'

const HOUR = 3600
const DAY = 24 * HOUR

async function metered({ stripe }: Running, formula: 'sum' | 'count' | 'last' = 'sum') {
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula },
  })
  const customer = await stripe.customers.create()
  const report = (value: string, timestamp?: number, identifier?: string) =>
    stripe.billing.meterEvents.create({
      event_name: 'calls',
      payload: { stripe_customer_id: customer.id, value },
      ...(timestamp !== undefined && { timestamp }),
      ...(identifier !== undefined && { identifier }),
    })
  return { meter, customer, report }
}

test('usage is counted once for each identifier, and the second report is not to be retried', async (t) => {
  const running = await start(t)
  const { report, meter, customer } = await metered(running)
  await report('3', undefined, 'once')
  await assert.rejects(report('3', undefined, 'once'), {
    statusCode: 400,
    message: /already exists with identifier once/,
  })
  const form = `event_name=calls&identifier=once&payload[stripe_customer_id]=${customer.id}&payload[value]=3`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await running.raw('/v1/billing/meter_events', { method: 'POST', body: form, headers })
  assert.equal(answer.headers.get('stripe-should-retry'), 'false')
  const start_time = Math.floor(Date.now() / 60_000) * 60 - HOUR
  const window = { customer: customer.id, start_time, end_time: start_time + 2 * HOUR }
  const { data } = await running.stripe.billing.meters.listEventSummaries(meter.id, window)
  assert.equal(data[0]?.aggregated_value, 3)
})

test('usage older than 35 days or from the future is refused', async (t) => {
  const running = await start(t)
  const { report } = await metered(running)
  const now = Math.floor(Date.now() / 1000)
  await assert.rejects(report('1', now - 36 * DAY), { param: 'timestamp' })
  await assert.rejects(report('1', now + 10 * 60), { param: 'timestamp' })
  await report('1', now - 34 * DAY)
  await report('1', now + 4 * 60)
})

test('summaries are grouped by the hour and by the day', async (t) => {
  const running = await start(t)
  const { report, meter, customer } = await metered(running)
  const day = Math.floor(Date.now() / 1000 / DAY) * DAY - 3 * DAY
  for (const [value, at] of [
    ['1', 10],
    ['2', HOUR + 10],
    ['4', DAY + 10],
  ] as const)
    await report(value, day + at)
  const summaries = async (end: number, value_grouping_window?: 'hour' | 'day') => {
    const { data } = await running.stripe.billing.meters.listEventSummaries(meter.id, {
      customer: customer.id,
      start_time: day,
      end_time: day + end,
      ...(value_grouping_window && { value_grouping_window }),
    })
    return data.map(({ start_time, aggregated_value }) => [start_time - day, aggregated_value])
  }
  assert.deepEqual(await summaries(2 * DAY), [[0, 7]])
  assert.deepEqual(await summaries(2 * DAY, 'day'), [
    [DAY, 4],
    [0, 3],
  ])
  assert.deepEqual(await summaries(2 * HOUR, 'hour'), [
    [HOUR, 2],
    [0, 1],
  ])
})

test('a meter counts or takes the last value, as it was made', async (t) => {
  for (const [formula, expected] of [
    ['count', 2],
    ['last', 5],
  ] as const) {
    const running = await start(t)
    const { report, meter, customer } = await metered(running, formula)
    const minute = Math.floor(Date.now() / 60_000) * 60 - HOUR
    await report('5', minute + 20)
    await report('3', minute + 10)
    const window = { customer: customer.id, start_time: minute, end_time: minute + HOUR }
    const { data } = await running.stripe.billing.meters.listEventSummaries(meter.id, window)
    assert.equal(data[0]?.aggregated_value, expected, formula)
  }
})

test('a report can be cancelled, and an inactive meter takes none', async (t) => {
  const running = await start(t)
  const { report, meter } = await metered(running)
  await report('3', undefined, 'mistake')
  await running.stripe.billing.meterEventAdjustments.create({
    event_name: 'calls',
    type: 'cancel',
    cancel: { identifier: 'mistake' },
  })
  await report('3', undefined, 'mistake')
  await running.stripe.billing.meters.deactivate(meter.id)
  await assert.rejects(report('1'), { param: 'event_name' })
})
