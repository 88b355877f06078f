import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { startTestApp } from '../../../tests/support/app.ts'
import { type BillingStage, startBillingStage } from '../../../tests/support/billing-stage.ts'
import type { StripeAccount } from '../stripe/client.ts'

let stage: BillingStage

before(async () => {
  stage = await startBillingStage()
})

afterEach(() => {
  Object.assign(stage.local.chaos.api, { status: undefined, rate: 0, timeoutMs: undefined, resetAfterCommit: 0 })
})

after(() => stage.close())

const pro = { plan: 'pro', interval: 'month' }
const sessionsOf = async (customer: string) =>
  (await stage.stripe.checkout.sessions.list({ customer, limit: 100 })).data.length
const customersOf = async (tenantId: string) =>
  (await stage.stripe.customers.list({ limit: 100 })).data.filter(({ metadata }) => metadata.plinth_tenant === tenantId)
    .length

test('a connection that is cut after Stripe has done it leads to one customer and one page', async () => {
  const account = await stage.app.signUp('faults-cut')
  for (const cuts of [1, 2, 3, 4]) {
    stage.local.chaos.api.resetAfterCommit = cuts
    const answer = await stage.call(account, 'POST', 'checkout', pro)
    assert.ok([201, 503].includes(answer.status), answer.text)
    if (answer.status === 503) assert.ok(answer.headers.get('retry-after'))
  }
  stage.local.chaos.api.resetAfterCommit = 0
  const answer = await stage.call(account, 'POST', 'checkout', pro)
  assert.equal(answer.status, 201)
  assert.equal(await customersOf(account.tenantId), 1)
  assert.equal(await sessionsOf(await stage.customerOf(account)), 1)
})

test('a page whose making was never confirmed is found again, also by another order', async () => {
  const account = await stage.app.signUp('faults-lost')
  await stage.call(account, 'POST', 'portal', {})
  stage.local.chaos.api.resetAfterCommit = 100
  assert.equal((await stage.call(account, 'POST', 'checkout', pro)).status, 503)
  stage.local.chaos.api.resetAfterCommit = 0
  const [row] = await stage.rows('select session_id, state from billing_checkouts where tenant_id = $1', [
    account.tenantId,
  ])
  assert.deepEqual(row, { session_id: null, state: 'open' })
  assert.equal((await stage.call(account, 'POST', 'checkout', { plan: 'starter', interval: 'year' })).status, 201)
  const { data } = await stage.stripe.checkout.sessions.list({ customer: await stage.customerOf(account) })
  assert.deepEqual(
    data.map(({ status }) => status),
    ['open', 'expired'],
  )
})

for (const [what, chaos] of [
  ['answers 500', { status: 500, rate: 1 }],
  ['answers 429', { status: 429, rate: 1 }],
  ['hangs', { timeoutMs: 10_500 }],
] as const) {
  test(`Stripe that ${what} is 503 within ten seconds, and a retry has one effect`, async () => {
    const account = await stage.app.signUp(`faults-${what.replace(' ', '-')}`)
    Object.assign(stage.local.chaos.api, chaos)
    const began = performance.now()
    const refused = await stage.call(account, 'POST', 'checkout', pro, { 'idempotency-key': 'one' })
    assert.ok(performance.now() - began < 10_000)
    assert.deepEqual([refused.status, refused.body.code], [503, 'SERVICE_UNAVAILABLE'])
    Object.assign(stage.local.chaos.api, { status: undefined, rate: 0, timeoutMs: undefined })
    const answer = await stage.call(account, 'POST', 'checkout', pro, { 'idempotency-key': 'one' })
    assert.equal(answer.status, 201, answer.text)
    assert.equal(await customersOf(account.tenantId), 1)
    assert.equal(await sessionsOf(await stage.customerOf(account)), 1)
  })
}

test('a failure of its own that Stripe keeps under a key does not stand in the way for a day', async (t) => {
  const account = await stage.app.signUp('faults-kept')
  const client = await (stage.app.services.billing.stripe as StripeAccount).client()
  const failed = new Set<unknown>()
  for (const resource of [client.customers, client.checkout.sessions]) {
    const create = resource.create.bind(resource) as (params: object, options: object) => Promise<unknown>
    let first: string | undefined
    t.mock.method(resource, 'create', async (params: object, options: { idempotencyKey: string }) => {
      first ??= options.idempotencyKey
      if (options.idempotencyKey !== first) return create(params, options)
      const headers = failed.has(first) ? { 'idempotent-replayed': 'true' } : {}
      failed.add(first)
      throw Object.assign(new Error('Kept.'), { type: 'StripeAPIError', statusCode: 500, headers })
    })
  }
  const statuses: number[] = []
  for (let attempt = 0; attempt < 5; attempt++) {
    statuses.push((await stage.call(account, 'POST', 'checkout', pro)).status)
  }
  assert.equal(statuses.at(-1), 201, String(statuses))
  assert.equal(failed.size, 2)
})

test('where no Stripe is configured nothing can be bought, and everything else goes on', async () => {
  const app = await startTestApp()
  try {
    const account = await app.signUp('faults-none')
    const answer = (method: string, path: string, body?: object) =>
      app.request(method, `/billing/${path}`, { token: account.access, ...(body && { body }) })
    for (const [path, body] of [
      ['checkout', pro],
      ['portal', {}],
      ['preview', { quantity: 2 }],
      ['change', { quantity: 2 }],
      ['cancel', {}],
      ['resume', {}],
      ['sync', {}],
    ] as const) {
      assert.equal((await answer('POST', path, body)).status, 503, path)
    }
    assert.equal((await answer('GET', 'plans')).body.data.length, 4)
    const { plan, status, access } = (await answer('GET', 'subscription')).body.data
    assert.deepEqual([plan, status, access], ['free', 'none', 'none'])
    assert.deepEqual((await answer('GET', 'invoices')).body.data.items, [])
  } finally {
    await app.close()
  }
})

test('requests that keep their transaction for an answer do not take the connections from each other', async () => {
  const account = await stage.app.signUp('faults-pool')
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      stage.call(account, 'POST', 'checkout', pro, { 'idempotency-key': `pool-${at}` }),
    ),
  )
  assert.deepEqual([...new Set(answers.map(({ status, text }) => (status === 201 ? 201 : text)))], [201])
  assert.equal(new Set(answers.map(({ body }) => body.data.session_id)).size, 1)
})

/** Ids of a state that is no longer there. */
const forgotten = async (name: string) => {
  const owner = await stage.subscriber(name, { plan: 'pro', interval: 'month' })
  for (const table of ['billing_customers', 'billing_subscriptions']) {
    await stage.rows(`update ${table} set stripe_customer_id = 'cus_' || $2 where tenant_id = $1`, [
      owner.tenantId,
      name.replaceAll('-', ''),
    ])
  }
  await stage.rows(
    `update billing_subscriptions set stripe_subscription_id = 'sub_forgotten' || $1::text where tenant_id = $1`,
    [owner.tenantId],
  )
  return owner
}
const asks: [string, object][] = [
  ['sync', {}],
  ['preview', { plan: 'enterprise' }],
  ['change', { plan: 'enterprise' }],
  ['cancel', {}],
  ['resume', {}],
  ['portal', { flow: 'cancel' }],
  ['portal', { flow: 'payment_method' }],
  ['checkout', pro],
]

test('a local Stripe whose state was removed is noticed, whatever is asked first, and one can buy again', async () => {
  for (const [at, [path, body]] of asks.entries()) {
    const owner = await forgotten(`faults-removed-${at}`)
    for (const isFresh of [true, false]) {
      // Read a moment ago, or not.
      await stage.rows(`update billing_customers set synced_at = ${isFresh ? 'clock_timestamp()' : 'null'}`)
      const { status, text } = await stage.call(owner, 'POST', path, body)
      assert.ok([200, 201, 409].includes(status), `${path}: ${status} ${text}`)
    }
    await stage.rows('update billing_customers set synced_at = null')
    const page = await stage.call(owner, 'POST', 'checkout', pro)
    assert.equal(page.status, 201, page.text)
    await stage.pay(page.body.data.session_id)
    await stage.app.services.limiter.reset('billing_sync', owner.tenantId)
    assert.equal((await stage.call(owner, 'POST', 'sync', {})).body.data.plan, 'pro')
    const lost = await stage.rows(
      `select from audit_events where tenant_id = $1 and action = 'billing.customer_lost'`,
      [owner.tenantId],
    )
    assert.equal(lost.length, 1)
  }
})

test('with the key of another account every request says so, and nobody loses what they paid for', async (t) => {
  const { billing } = stage.app.services
  const owner = await forgotten('faults-foreign')
  t.mock.property(billing, 'stripe', { ...(billing.stripe as StripeAccount), mode: 'live' })
  for (const [path, body] of asks) {
    for (const synced of ['clock_timestamp()', 'null']) {
      await stage.rows(`update billing_customers set synced_at = ${synced} where tenant_id = $1`, [owner.tenantId])
      await stage.app.services.limiter.reset('billing_sync', owner.tenantId)
      const { status, body: problem, headers } = await stage.call(owner, 'POST', path, body)
      // Answered without Stripe: it was read a moment ago.
      if (synced !== 'null' && (status === 409 || (path === 'resume' && status === 200))) continue
      assert.deepEqual([status, problem.code], [503, 'SERVICE_UNAVAILABLE'], path)
      assert.ok(headers.get('retry-after'))
    }
  }
  const { plan, access } = (await stage.call(owner, 'GET', 'subscription')).body.data
  assert.deepEqual([plan, access], ['pro', 'full'])
  assert.equal(await stage.customerOf(owner), 'cus_faultsforeign')
})
