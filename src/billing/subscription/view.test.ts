import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Account } from '../../../tests/support/app.ts'
import { type BillingStage, startBillingStage } from '../../../tests/support/billing-stage.ts'
import { DUE_JOBS, until } from '../../../tests/support/jobs.ts'

let stage: BillingStage
let owner: Account
let roles: Account[]
let stranger: Account

before(async () => {
  stage = await startBillingStage({ worker: true })
  owner = await stage.subscriber('view-owner', { plan: 'pro', interval: 'month', quantity: 6 })
  roles = await Promise.all(['admin', 'member', 'viewer'].map((role) => stage.app.invite(owner, role)))
  stranger = await stage.subscriber('view-stranger', { plan: 'enterprise', interval: 'year' })
})

after(() => stage.close())

test('only owners decide about money, only owners and admins see invoices, everybody sees the plan', async () => {
  for (const [at, account] of roles.entries()) {
    for (const [path, body] of [
      ['checkout', { plan: 'pro', interval: 'month' }],
      ['create-checkout-session', { plan: 'pro', interval: 'month' }],
      ['portal', {}],
      ['preview', { quantity: 7 }],
      ['change', { quantity: 7 }],
      ['cancel', {}],
      ['resume', {}],
      ['sync', {}],
    ] as const) {
      const answer = await stage.call(account, 'POST', path, body)
      assert.deepEqual([answer.status, answer.body.code], [403, 'FORBIDDEN'], `${account.role} ${path}`)
    }
    assert.equal((await stage.call(account, 'GET', 'customer-portal')).status, 403)
    assert.equal((await stage.call(account, 'GET', 'invoices')).status, at === 0 ? 200 : 403)
    const view = (await stage.call(account, 'GET', 'subscription')).body.data
    assert.deepEqual([view.plan, view.open_invoice], ['pro', null])
  }
})

test('the view says what is had, used and paid', async () => {
  const view = (await stage.call(owner, 'GET', 'subscription')).body.data
  assert.deepEqual(
    {
      plan: view.plan,
      name: view.plan_name,
      status: view.status,
      access: view.access,
      interval: view.interval,
      amount: view.unit_amount,
      currency: view.currency,
      seats: view.seats,
      features: view.features,
      trial: view.trial_available,
    },
    {
      plan: 'pro',
      name: 'Pro',
      status: 'active',
      access: 'full',
      interval: 'month',
      amount: 2900,
      currency: 'usd',
      seats: { used: 4, limit: 100, quantity: 6 },
      features: ['analytics'],
      trial: false,
    },
  )
  assert.deepEqual(
    view.limits.map(({ key }: { key: string }) => key),
    ['seats', 'projects', 'storage_bytes', 'ai_credits', 'api_calls'],
  )
})

test("invoices are the tenant's own, newest first", async () => {
  await stage.call(owner, 'POST', 'change', { quantity: 8 })
  const { items, total } = (await stage.call(owner, 'GET', 'invoices?per_page=1')).body.data
  assert.deepEqual([items.length, total], [1, 2])
  assert.deepEqual([items[0].status, items[0].billing_reason], ['paid', 'subscription_update'])
  assert.ok(items[0].hosted_invoice_url)
  const others = (await stage.call(stranger, 'GET', 'invoices')).body.data
  assert.deepEqual(
    others.items.map(({ total }: { total: number }) => total),
    [79_000],
  )
})

test('the portal is that of the own customer, and leads back', async () => {
  for (const [method, path, body] of [
    ['POST', 'portal', undefined],
    ['POST', 'portal', { flow: 'payment_method' }],
    ['POST', 'portal', { flow: 'cancel' }],
    ['GET', 'customer-portal', undefined],
    ['GET', 'customer-portal?flow=cancel', undefined],
  ] as const) {
    const answer = await stage.call(owner, method, path, body)
    assert.equal(answer.status, 200, answer.text)
    const id = new URL(answer.body.data.url).pathname.split('/').at(-1) as string
    const sessions = stage.local.world.table('billing_portal.session')
    const kept = sessions.get(id) ?? [...sessions.all()].at(-1)
    assert.equal(kept?.customer, await stage.customerOf(owner))
    assert.equal(kept?.return_url, `http://localhost:3000/t/${owner.slug}/billing`)
  }
  for (const body of [{ customer: 'cus_1' }, { flow: 'refund' }, { return_url: 'https://evil.example' }]) {
    assert.equal((await stage.call(owner, 'POST', 'portal', body)).status, 400)
  }
})

test('the portal is not opened to end what has ended at Stripe', async () => {
  const account = await stage.subscriber('view-ended', { plan: 'pro', interval: 'month' })
  await stage.stripe.subscriptions.cancel((await stage.subscriptionOf(account)).id)
  await stage.rows('update billing_customers set synced_at = null where tenant_id = $1', [account.tenantId])
  const answer = await stage.call(account, 'POST', 'portal', { flow: 'cancel' })
  assert.deepEqual([answer.status, answer.body.code], [409, 'NO_SUBSCRIPTION'])
})

test('twenty who press sync at once ask Stripe once', async () => {
  await stage.app.services.limiter.reset('billing_sync', owner.tenantId)
  await stage.local.settled()
  await until(async () => Number((await stage.rows(DUE_JOBS))[0].count) === 0, 30)
  const before = stage.local.stats().requests
  const answers = await Promise.all(Array.from({ length: 20 }, () => stage.call(owner, 'POST', 'sync', {})))
  assert.ok(answers.every(({ status, body }) => status === 200 && body.data.plan === 'pro'))
  assert.ok(stage.local.stats().requests - before <= 6)
})

test('the plans are public', async () => {
  const { status, body } = await stage.app.request('GET', '/billing/plans')
  assert.equal(status, 200)
  assert.deepEqual(
    body.data.map(({ key, prices }: { key: string; prices: unknown[] }) => [key, prices.length]),
    [
      ['free', 0],
      ['starter', 2],
      ['pro', 2],
      ['enterprise', 2],
    ],
  )
})
