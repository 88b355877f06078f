import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_VERSION } from '../contract/spec.ts'
import { type Running, start, startReceiver } from '../testing.ts'

const listen = async ({ stripe }: Running, url: string, enabled_events: '*'[] = ['*']) =>
  stripe.webhookEndpoints.create({ url, enabled_events })

async function createCustomers({ stripe }: Running, names: readonly string[]): Promise<void> {
  for (const name of names) await stripe.customers.create({ name })
}

const nameOf = ({ data }: { data: { object: unknown } }) => (data.object as { name: string }).name

test('an event arrives signed, and is then delivered', async (t) => {
  const [running, receiver] = [await start(t), await startReceiver(t)]
  await listen(running, receiver.url)
  await createCustomers(running, ['Ada'])
  await running.local.settled()
  const [event] = receiver.events
  assert.equal(event?.type, 'customer.created')
  assert.match(event?.request?.id ?? '', /^req_/)
  assert.match(event?.request?.idempotency_key ?? '', /^stripe-node-retry-/)
  assert.equal((await running.stripe.events.retrieve(event?.id ?? '')).pending_webhooks, 0)
})

test('it is tried again after a 500 until it is taken, signed anew', async (t) => {
  const [running, receiver] = [await start(t), await startReceiver(t)]
  await listen(running, receiver.url)
  receiver.status = 500
  await createCustomers(running, ['Ada'])
  while (receiver.events.length < 2) await new Promise((later) => setTimeout(later, 10))
  receiver.status = 200
  await running.local.settled()
  assert.ok(receiver.events.length >= 3)
  assert.equal(new Set(receiver.events.map(({ id }) => id)).size, 1)
})

test('what was never taken is found by delivery_success', async (t) => {
  const [running, receiver] = [await start(t), await startReceiver(t)]
  await listen(running, receiver.url)
  await createCustomers(running, ['Ada'])
  await running.local.settled()
  receiver.status = 500
  await createCustomers(running, ['Bob'])
  await running.local.settled()
  const missed = await running.stripe.events.list({ delivery_success: false })
  assert.deepEqual(missed.data.map(nameOf), ['Bob'])
  const taken = await running.stripe.events.list({ delivery_success: true })
  assert.deepEqual(taken.data.map(nameOf), ['Ada'])
})

test('an endpoint gets the events that it asked for, in its own version', async (t) => {
  const [running, receiver, old] = [await start(t), await startReceiver(t), await startReceiver(t)]
  await running.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['product.created'] })
  await running.stripe.webhookEndpoints.create({
    url: old.url,
    enabled_events: ['product.created'],
    api_version: '2025-03-31.basil',
  })
  await createCustomers(running, ['Ada'])
  await running.stripe.products.create({ name: 'Plan' })
  await running.local.settled()
  assert.deepEqual(
    receiver.events.map(({ type, api_version }) => [type, api_version]),
    [['product.created', API_VERSION]],
  )
  assert.equal(old.events[0]?.api_version, '2025-03-31.basil')
})

test('a disabled endpoint and a deleted one get nothing', async (t) => {
  const [running, receiver] = [await start(t), await startReceiver(t)]
  const disabled = await listen(running, receiver.url)
  const deleted = await listen(running, receiver.url)
  await running.stripe.webhookEndpoints.update(disabled.id, { disabled: true })
  await running.stripe.webhookEndpoints.del(deleted.id)
  await createCustomers(running, ['Ada'])
  await running.local.settled()
  assert.deepEqual(receiver.events, [])
})

test('events arrive in order, unless they are shuffled', async (t) => {
  const [running, receiver] = [await start(t), await startReceiver(t)]
  await listen(running, receiver.url)
  const names = Array.from({ length: 12 }, (_, index) => `customer ${index}`)
  await createCustomers(running, names)
  await running.local.settled()
  assert.deepEqual(receiver.events.map(nameOf), names)

  receiver.events.length = 0
  running.local.chaos.seed = 7
  Object.assign(running.local.chaos.deliveries, { paused: true, shuffle: true })
  await createCustomers(running, names)
  await running.local.settled()
  assert.deepEqual(receiver.events, [])
  running.local.chaos.deliveries.paused = false
  await running.local.settled()
  assert.notDeepEqual(receiver.events.map(nameOf), names)
  assert.deepEqual(receiver.events.map(nameOf).sort(), [...names].sort())
})

test('events are sent twice, dropped at first, and lost, when that is asked for', async (t) => {
  const [running, receiver] = [await start(t), await startReceiver(t)]
  const { deliveries } = running.local.chaos
  await listen(running, receiver.url)
  deliveries.duplicate = 1
  await createCustomers(running, ['twice'])
  await running.local.settled()
  deliveries.duplicate = 0
  deliveries.dropFirst = 1
  await createCustomers(running, ['late'])
  await running.local.settled()
  deliveries.lose = 1
  await createCustomers(running, ['never'])
  await running.local.settled()
  assert.deepEqual(receiver.events.map(nameOf), ['twice', 'twice', 'late'])
  const missed = await running.stripe.events.list({ delivery_success: false })
  assert.deepEqual(missed.data.map(nameOf), ['never'])
})
