import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import Stripe from 'stripe'
import { startLocalStripe } from './index.ts'
import { KEY, SECRET, start, startReceiver } from './testing.ts'

const DAY_MS = 24 * 60 * 60 * 1000

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-stripe-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function startProcess(t: TestContext, options: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const main = join(import.meta.dirname, 'main.ts')
  const child: ChildProcess = spawn(process.execPath, [main, '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  t.after(() => child.kill('SIGKILL'))
  const [url] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  const stripe = new Stripe(KEY, { host: '127.0.0.1', port: new URL(url).port, protocol: 'http', telemetry: false })
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal)
    const [code] = await once(child, 'exit')
    return code
  }
  return { url, stripe, end }
}

test('a process that is killed comes back with what it knew', async (t) => {
  const data = join(folderOf(t), 'stripe.json')
  const first = await startProcess(t, ['--data', data, '--secret', SECRET])
  const customer = await first.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' })
  await first.stripe.customers.del((await first.stripe.customers.create()).id)
  const endpoint = await first.stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', enabled_events: ['*'] })
  await pause(300)
  await first.end('SIGKILL')

  const second = await startProcess(t, ['--data', data])
  const again = await second.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' })
  assert.equal(again.id, customer.id)
  assert.deepEqual(
    (await second.stripe.customers.list()).data.map(({ id }) => id),
    [customer.id],
  )
  assert.equal((await second.stripe.webhookEndpoints.retrieve(endpoint.id)).url, endpoint.url)
  assert.equal((await second.stripe.events.list({ type: 'customer.created' })).data.length, 2)
  assert.equal(await second.end('SIGTERM'), 0)
})

test('what was not delivered yet is delivered after a restart, and the clock stays ahead', async (t) => {
  const [dataFile, receiver] = [join(folderOf(t), 'stripe.json'), await startReceiver(t)]
  const options = { dataFile, webhookSecret: SECRET }
  const first = await start(t, options)
  await first.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['customer.created'] })
  first.local.chaos.deliveries.paused = true
  await first.local.advanceTo(new Date(Date.now() + 10 * DAY_MS))
  await first.stripe.customers.create({ name: 'Ada' })
  await first.local.close()
  assert.deepEqual(receiver.events, [])

  const second = await start(t, options)
  await second.local.settled()
  assert.equal(receiver.events.length, 1)
  assert.ok(Math.abs(second.local.world.now() * 1000 - Date.now() - 10 * DAY_MS) < 10_000)
})

test('it does not start in production, nor where others could reach it', async (t) => {
  const { NODE_ENV } = process.env
  t.after(() => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  })
  await assert.rejects(startLocalStripe({ host: '0.0.0.0' }), /loopback only/)
  process.env.NODE_ENV = 'production'
  await assert.rejects(startLocalStripe(), /does not start in production/)
})

test('the clock is advanced and ticks on from there, never back', async (t) => {
  const { local, stripe } = await start(t)
  await local.advanceTo(new Date(Date.now() + 3 * DAY_MS))
  const { created } = await stripe.customers.create()
  assert.ok(Math.abs(created * 1000 - Date.now() - 3 * DAY_MS) < 5000)
  await assert.rejects(local.advanceTo(new Date()), /does not go back/)
})
