import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { inTenant } from '#platform/db/scoped.ts'
import type { Logger } from '#platform/log.ts'
import { type LocalStripe, startLocalStripe } from '../../../../simulators/stripe/index.ts'
import { type Account, startTestApp, type TestApp } from '../../../../tests/support/app.ts'
import type { Billing } from '../../context.ts'
import { openStripe, type Stripe, type StripeAccount } from '../../stripe/client.ts'
import { recordUsage } from '../record.ts'
import { pushMeters, sendMeterEvents } from './meters.ts'

const METER = 'plinth_ai_credits'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let app: TestApp
let local: LocalStripe
let stripe: Stripe
let account: StripeAccount
let owner: pg.Client

before(async () => {
  app = await startTestApp()
  local = await startLocalStripe()
  account = openStripe({ ...app.config, stripeSecretKey: undefined, stripeApiBase: local.url }) as StripeAccount
  stripe = await account.client()
  owner = new pg.Client({ connectionString: app.databaseUrl })
  await owner.connect()
})

after(async () => {
  await owner.end()
  await app.close()
  assert.deepEqual(local.stats().faults, [])
  await local.close()
})

/** Errors that were logged, by their words. */
const alarms: string[] = []
const log = {
  error: (_facts: object, words: string) => alarms.push(words),
  warn: () => {},
} as unknown as Logger

const send = () =>
  sendMeterEvents({ ...app.services, log, stripe: account, appUrl: app.config.appUrl } satisfies Billing)

async function customerOf(tenant: Account): Promise<string> {
  const { id } = await stripe.customers.create({ name: tenant.slug })
  await owner.query(
    `insert into billing_customers (tenant_id, stripe_customer_id, created_at) values ($1, $2, now())
     on conflict (tenant_id) do update set stripe_customer_id = excluded.stripe_customer_id`,
    [tenant.tenantId, id],
  )
  return id
}

async function use(of: Account, quantity: number, at = app.clock.now()): Promise<void> {
  await inTenant(app.services.db, of, (tx) => recordUsage(tx, of, 'ai_credits', quantity, { at }))
}

/** What Stripe would charge for. */
async function metered(customer: string): Promise<number> {
  const { data } = await stripe.billing.meters.list({ status: 'active' })
  const meter = data.find(({ event_name: name }) => name === METER)?.id as string
  const minute = (ms: number) => Math.floor(ms / 60_000) * 60
  const range = { start_time: minute(Date.now() - 36 * DAY_MS), end_time: minute(Date.now() + DAY_MS) }
  const summaries = await stripe.billing.meters.listEventSummaries(meter, { customer, ...range })
  return summaries.data.reduce((sum, { aggregated_value: value }) => sum + Number(value), 0)
}

const statesOf = async (of: Account): Promise<Record<string, number>> => {
  const { rows } = await owner.query(
    'select state, count(*)::int as count from meter_events where tenant_id = $1 group by state',
    [of.tenantId],
  )
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

/** As if the pause before the next attempt were over. */
const hurry = () => owner.query(`update meter_events set next_attempt_at = at where state = 'pending'`)

test('meters are made once, and what has none is not told', async () => {
  assert.deepEqual(await pushMeters(stripe), [METER])
  assert.deepEqual(await pushMeters(stripe), [])
  const tenant = await app.signUp('meters-none')
  await inTenant(app.services.db, tenant, (tx) => recordUsage(tx, tenant, 'api_calls', 5, { at: app.clock.now() }))
  assert.deepEqual(await statesOf(tenant), {})
})

test('what is used arrives at the meter of its tenant exactly once, however many send at once and again', async () => {
  const [one, other] = [await app.signUp('meters-one'), await app.signUp('meters-other')]
  const [customer, otherCustomer] = [await customerOf(one), await customerOf(other)]
  for (let index = 0; index < 25; index++) await use(one, 2)
  await use(other, 7)
  await Promise.all([send(), send(), send()])
  await hurry()
  await send()
  assert.deepEqual([await metered(customer), await metered(otherCustomer)], [50, 7])
  assert.deepEqual(await statesOf(one), { sent: 25 })
})

test('an answer that is lost after Stripe took the event counts once: "already exists" is as good as sent', async () => {
  const tenant = await app.signUp('meters-lost')
  const customer = await customerOf(tenant)
  await use(tenant, 3)
  // Also those that the SDK tries by itself.
  local.chaos.api.resetAfterCommit = 3
  await send()
  local.chaos.api.resetAfterCommit = 0
  assert.deepEqual([await metered(customer), await statesOf(tenant)], [3, { pending: 1 }])
  await hurry()
  await send()
  assert.deepEqual([await metered(customer), await statesOf(tenant)], [3, { sent: 1 }])
})

test('while Stripe is away nothing is lost, and the pauses grow up to an hour', async () => {
  const tenant = await app.signUp('meters-outage')
  const customer = await customerOf(tenant)
  await use(tenant, 4)
  const pause = async () => {
    const { rows } = await owner.query(
      `select attempts, round(extract(epoch from next_attempt_at - $2::timestamptz) / 60)::int as minutes
       from meter_events where tenant_id = $1`,
      [tenant.tenantId, app.clock.now()],
    )
    return [rows[0].attempts, rows[0].minutes]
  }
  Object.assign(local.chaos.api, { status: 500, rate: 1 })
  try {
    await send()
    assert.deepEqual(await pause(), [1, 1])
    await send()
    assert.deepEqual(await pause(), [1, 1], 'not before its time')
    await owner.query('update meter_events set attempts = 40, next_attempt_at = at where tenant_id = $1', [
      tenant.tenantId,
    ])
    await send()
    assert.deepEqual(await pause(), [41, 60])
  } finally {
    local.chaos.api.rate = 0
  }
  await hurry()
  await send()
  assert.deepEqual([await metered(customer), await statesOf(tenant)], [4, { sent: 1 }])
})

test('one event that Stripe refuses raises the alarm and holds no other one up', async () => {
  const [gone, fine] = [await app.signUp('meters-gone'), await app.signUp('meters-fine')]
  const customer = await customerOf(fine)
  await owner.query(
    `insert into billing_customers (tenant_id, stripe_customer_id, created_at) values ($1, 'cus_no', now())
    on conflict (tenant_id) do update set stripe_customer_id = excluded.stripe_customer_id`,
    [gone.tenantId],
  )
  await use(gone, 1)
  await use(fine, 2)
  alarms.length = 0
  await send()
  assert.match(alarms.join(), /Stripe refused what was used/)
  assert.deepEqual([await statesOf(gone), await statesOf(fine)], [{ pending: 1 }, { sent: 1 }])
  assert.equal(await metered(customer), 2)
})

test('a tenant that Stripe does not know yet is told of later', async () => {
  const tenant = await app.signUp('meters-later')
  await use(tenant, 6)
  await send()
  assert.deepEqual(await statesOf(tenant), { pending: 1 })
  const customer = await customerOf(tenant)
  await send()
  assert.equal(await metered(customer), 6)
})

test('what is older than 35 days is dropped with an alarm, and what is a little younger still counts', async () => {
  const tenant = await app.signUp('meters-old')
  const customer = await customerOf(tenant)
  const now = app.clock.now().getTime()
  await use(tenant, 100, new Date(now - 35 * DAY_MS - 1_000))
  await use(tenant, 5, new Date(now - 35 * DAY_MS + HOUR_MS))
  alarms.length = 0
  await send()
  assert.match(alarms.join(), /within 35 days/)
  assert.deepEqual(await statesOf(tenant), { dropped: 1, sent: 1 })
  assert.equal(await metered(customer), 5)
})
