/** The database goes away, or the whole application, while Stripe has something to tell. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import Stripe from 'stripe'
import { BACKOFF_MS } from '../../../simulators/stripe/core/delivery.ts'
import { type LocalStripe, startLocalStripe } from '../../../simulators/stripe/index.ts'
import { type Account, startTestApp, type TestApp } from '../../../tests/support/app.ts'
import { warmUp } from '../../../tests/support/billing-stage.ts'
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { type Gate, startGate } from '../../../tests/support/gate.ts'
import { until } from '../../../tests/support/jobs.ts'
import { SECRET, signed, subscribe, WEBHOOK } from '../../../tests/support/stripe-inbox.ts'
import { push } from '../push/push.ts'

/** So many times faster does Stripe lose and find its patience. */
const SPEED = 1500
const MINUTE_MS = 60_000 / SPEED

let database: TestDatabase
/** In front of the database, and of the application where Stripe tells its events. */
let databaseGate: Gate
let frontGate: Gate
let local: LocalStripe
let stripe: Stripe
let app: TestApp
let owner: Account
let customer: string
let prices: Record<string, string>
let rows: pg.Client

const count = async (question: string) => Number(Object.values((await rows.query(question)).rows[0])[0])

before(async () => {
  database = await createTestDatabase()
  const url = new URL(database.url)
  databaseGate = await startGate({ host: url.hostname, port: Number(url.port || 5432) })
  url.host = `127.0.0.1:${databaseGate.port}`
  local = await startLocalStripe({ webhookSecret: SECRET, backoffMs: BACKOFF_MS.map((wait) => wait / SPEED) })
  app = await startTestApp({
    worker: true,
    databaseUrl: url.href,
    env: { STRIPE_API_BASE: local.url, STRIPE_WEBHOOK_SECRET: SECRET, PLINTH_MAX_EVENT_LOOP_DELAY_MS: '60000' },
  })
  frontGate = await startGate({ host: '127.0.0.1', port: Number(new URL(app.url).port) })
  stripe = new Stripe('sk_test_simulated', { host: '127.0.0.1', port: local.port, protocol: 'http' })
  await push({ ...app.services.billing, appUrl: `http://127.0.0.1:${frontGate.port}` }, () => {})
  await warmUp(stripe)
  const { data } = await stripe.prices.list({ limit: 100 })
  prices = Object.fromEntries(data.map(({ id, lookup_key }) => [lookup_key?.replace(/^plinth_/, '') ?? id, id]))
  rows = new pg.Client({ connectionString: database.url })
  await rows.connect()
  owner = await app.signUp('outage')
  customer = await until(async () => {
    const found = await rows.query('select stripe_customer_id from billing_customers')
    return found.rows[0]?.stripe_customer_id as string | undefined
  }, 30)
  await local.settled()
  // What a worker holds when the database goes away is another's only when its lease has run out.
  await until(async () => (await count(`select count(*) from stripe_events where state = 'pending'`)) === 0, 30)
})

after(async () => {
  assert.deepEqual(local.stats().faults, [])
  await rows.end()
  await app.close()
  await frontGate.close()
  await databaseGate.close()
  await database.drop()
  await local.close()
})

test('while the database is down Stripe is told so at once, and what it brings later is kept once', async () => {
  const event = {
    id: 'evt_without_database',
    object: 'event',
    api_version: '2026-10-28.endive',
    livemode: false,
    type: 'customer.updated',
    data: { object: { id: customer, object: 'customer' } },
  }
  const body = JSON.stringify(event)
  const tell = async () => {
    const began = performance.now()
    const answer = await fetch(`${app.url}/api/v1${WEBHOOK}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'stripe-signature': signed(body) },
      body,
    })
    return { status: answer.status, retry: answer.headers.get('retry-after'), took: performance.now() - began }
  }
  databaseGate.shut()
  for (let time = 0; time < 3; time++) {
    const { status, retry, took } = await tell()
    assert.deepEqual([status, Boolean(retry)], [503, true])
    assert.ok(took < 3_000, `${took} ms`)
  }
  databaseGate.open()
  await until(async () => (await tell()).status === 200, 20)
  assert.equal((await tell()).status, 200)
  await until(async () => (await count(`select count(*) from stripe_events where state = 'pending'`)) === 0, 20)
  assert.equal(await count(`select count(*) from stripe_events where id = 'evt_without_database'`), 1)
})

test('an application that was away for half an hour learns by the schedule of retries alone what was bought meanwhile', async () => {
  frontGate.shut()
  await subscribe({ stripe, prices }, customer)
  const untold = () => local.world.table('event').filter(({ pending_webhooks: pending }) => pending > 0).length
  const told = untold()
  assert.ok(told > 3)
  await sleep(30 * MINUTE_MS)
  assert.equal(untold(), told)
  frontGate.open()
  await until(() => untold() === 0, 30)
  await until(async () => (await count(`select count(*) from stripe_events where state = 'pending'`)) === 0, 30)
  const [entitlement] = (
    await rows.query('select plan, access from tenant_entitlements where tenant_id = $1', [owner.tenantId])
  ).rows
  assert.deepEqual(entitlement, { plan: 'pro', access: 'full' })
  assert.equal(await count(`select count(*) from audit_events where action = 'billing.plan_changed'`), 1)
})
