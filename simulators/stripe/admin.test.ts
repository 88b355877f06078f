import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { type Running, start, startReceiver } from './testing.ts'

async function ask({ raw }: Running, path: string, body?: object) {
  const answer = await raw(`/_sim/${path}`, {
    method: 'POST',
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('the clock is set, and the state tells of it', async (t) => {
  const running = await start(t)
  await running.stripe.customers.create()
  const now = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000).toISOString()
  assert.equal((await ask(running, 'clock', { now })).status, 200)
  const state = (await (await running.raw('/_sim/state')).json()) as { now: string; counts: Record<string, number> }
  assert.ok(state.now >= now)
  assert.equal(state.counts.customer, 1)
  assert.equal((await ask(running, 'clock', { now: 'tomorrow' })).status, 400)
  assert.equal((await ask(running, 'clock', { now: '2000-01-01' })).status, 400)
})

test('chaos is switched on and off', async (t) => {
  const running = await start(t)
  const { body } = await ask(running, 'chaos', { api: { status: 500, rate: 1 } })
  assert.deepEqual(body.api, { status: 500, rate: 1, resetAfterCommit: 0 })
  await assert.rejects(running.stripe.customers.list({}, { maxNetworkRetries: 0 }), { statusCode: 500 })
  await ask(running, 'chaos', { api: { rate: 0 } })
  await running.stripe.customers.list()
  assert.equal((await ask(running, 'chaos', { deliveries: { suffle: true } })).status, 400)
})

test('an event is delivered once more, and one can wait for it', async (t) => {
  const [running, receiver] = [await start(t), await startReceiver(t)]
  await running.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] })
  await running.stripe.customers.create()
  await ask(running, 'settled')
  const id = receiver.events[0]?.id ?? ''
  assert.deepEqual((await ask(running, `events/${id}/redeliver`)).body, { endpoints: 1 })
  await ask(running, 'settled')
  assert.deepEqual(
    receiver.events.map((event) => event.id),
    [id, id],
  )
  assert.equal((await ask(running, 'events/evt_none/redeliver')).status, 404)
})

test('a name that leads to the loopback from elsewhere is no way in', async (t) => {
  const { local } = await start(t)
  const statusFor = (path: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request(`${local.url}${path}`, { headers: { host, authorization: 'Bearer sk_test_any' } })
      asked
        .on('response', (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })
  for (const path of ['/_sim/state', '/v1/customers']) {
    assert.equal(await statusFor(path, `rebound.example:${local.port}`), 421)
    for (const host of [`localhost:${local.port}`, `127.0.0.1:${local.port}`, '[::1]:80', 'LOCALHOST']) {
      assert.equal(await statusFor(path, host), 200, host)
    }
  }
})
