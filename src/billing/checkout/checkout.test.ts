import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Account } from '../../../tests/support/app.ts'
import { type BillingStage, startBillingStage } from '../../../tests/support/billing-stage.ts'

let stage: BillingStage

before(async () => {
  stage = await startBillingStage()
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

const pro = { plan: 'pro', interval: 'month' }
const checkout = (by: Account, body: object = pro, headers = {}) => stage.call(by, 'POST', 'checkout', body, headers)
const openSessions = async (account: Account) => {
  const { data } = await stage.stripe.checkout.sessions.list({
    customer: await stage.customerOf(account),
    status: 'open',
    limit: 100,
  })
  return data
}

test('another order closes the page of the one before', async () => {
  const account = await stage.app.signUp('checkout-other')
  const first = await checkout(account)
  const second = await checkout(account, { plan: 'starter', interval: 'year', quantity: 4 })
  assert.equal(second.status, 201)
  assert.notEqual(second.body.data.session_id, first.body.data.session_id)
  assert.deepEqual(
    (await openSessions(account)).map(({ id }) => id),
    [second.body.data.session_id],
  )
  const again = await checkout(account, { plan: 'starter', interval: 'year', quantity: 4 })
  assert.equal(again.body.data.session_id, second.body.data.session_id)
})

test('twenty parallel checkouts make one customer and one page', async () => {
  const account = await stage.app.signUp('checkout-parallel')
  const answers = await Promise.all(Array.from({ length: 20 }, () => checkout(account)))
  assert.deepEqual([...new Set(answers.map(({ status, text }) => (status === 201 ? 201 : text)))], [201])
  assert.equal(new Set(answers.map(({ body }) => body.data.session_id)).size, 1)
  const customers = (await stage.stripe.customers.list({ limit: 100 })).data
  const ours = customers.filter(({ metadata }) => metadata.plinth_tenant === account.tenantId)
  assert.equal(ours.length, 1)
  const [session, ...more] = await openSessions(account)
  assert.equal(more.length, 0)
  assert.equal(session?.client_reference_id, account.tenantId)
  assert.equal(session?.success_url, `http://localhost:3000/t/${account.slug}/billing?checkout=done`)
  assert.equal(session?.cancel_url, `http://localhost:3000/t/${account.slug}/billing?checkout=canceled`)
  assert.equal(session?.allow_promotion_codes, true)
  const audit = await stage.rows(
    `select count(*)::int as count from audit_events where tenant_id = $1 and action = 'billing.checkout_started'`,
    [account.tenantId],
  )
  assert.equal(audit[0].count, 1)
})

test('parallel orders of different things leave one page open', async () => {
  const account = await stage.app.signUp('checkout-mixed')
  const orders = ['starter', 'pro', 'enterprise'].flatMap((plan) => [
    { plan, interval: 'month' },
    { plan, interval: 'year' },
  ])
  const answers = await Promise.all(orders.map((order) => checkout(account, order)))
  assert.ok(answers.every(({ status }) => status === 201 || status === 409))
  assert.equal((await openSessions(account)).length, 1)
})

test('who has a subscription changes it instead of buying another', async () => {
  const account = await stage.subscriber('checkout-twice', { plan: 'pro', interval: 'month' })
  const answer = await checkout(account)
  assert.deepEqual([answer.status, answer.body.code], [409, 'ALREADY_SUBSCRIBED'])
  const other = await stage.call(account, 'POST', 'create-checkout-session', { plan: 'starter', interval: 'year' })
  assert.equal(other.body.code, 'ALREADY_SUBSCRIBED')
})

test('a page that was paid a moment ago, of which nobody was told yet, is not followed by another', async () => {
  const account = await stage.app.signUp('checkout-paid')
  const page = await checkout(account)
  await stage.pay(page.body.data.session_id)
  const answer = await checkout(account, { plan: 'enterprise', interval: 'month' })
  assert.deepEqual([answer.status, answer.body.code], [409, 'ALREADY_SUBSCRIBED'])
  assert.equal((await stage.call(account, 'GET', 'subscription')).body.data.plan, 'pro')
})

test('a page that has run out is followed by a new one', async () => {
  const account = await stage.app.signUp('checkout-expired')
  const first = await checkout(account)
  await stage.stripe.checkout.sessions.expire(first.body.data.session_id)
  const second = await checkout(account)
  assert.equal(second.status, 201)
  assert.notEqual(second.body.data.session_id, first.body.data.session_id)
})

test('seats are at least the members, and the number that was asked for is remembered', async () => {
  const account = await stage.app.signUp('checkout-seats')
  await stage.addMembers(account, 4)
  const quantityOf = async (body: object) => {
    const answer = await checkout(account, body)
    const items = await stage.stripe.checkout.sessions.listLineItems(answer.body.data.session_id)
    const [row] = await stage.rows('select chosen_seats from billing_customers where tenant_id = $1', [
      account.tenantId,
    ])
    return [items.data[0]?.quantity, row.chosen_seats]
  }
  assert.deepEqual(await quantityOf({ ...pro, quantity: 9 }), [9, 9])
  assert.deepEqual(await quantityOf({ ...pro, quantity: 2 }), [5, 2])
  assert.deepEqual(await quantityOf(pro), [5, null])
})

test('a tenant has one trial, whatever it does afterwards', async () => {
  const starter = { plan: 'starter', interval: 'month' } as const
  const account = await stage.subscriber('checkout-trial', starter)
  const view = (await stage.call(account, 'GET', 'subscription')).body.data
  assert.deepEqual([view.status, view.access, view.trial_available], ['trialing', 'full', false])
  const { id } = await stage.subscriptionOf(account)
  await stage.stripe.subscriptions.cancel(id)
  await stage.app.services.limiter.reset('billing_sync', account.tenantId)
  await stage.call(account, 'POST', 'sync', {})
  const page = await checkout(account, starter)
  assert.equal(page.status, 201)
  await stage.pay(page.body.data.session_id)
  await stage.app.services.limiter.reset('billing_sync', account.tenantId)
  const next = (await stage.call(account, 'POST', 'sync', {})).body.data
  assert.deepEqual([next.status, next.trial_end], ['active', null])
})

test('nothing that decides about money comes from the request', async () => {
  const account = await stage.app.signUp('checkout-fields')
  for (const body of [
    {},
    { plan: 'pro' },
    { plan: 'platinum', interval: 'month' },
    { plan: 'pro', interval: 'week' },
    { ...pro, quantity: 0 },
    { ...pro, quantity: 1.5 },
    { ...pro, price: 'price_1' },
    { ...pro, amount: 1 },
    { ...pro, customer: 'cus_1' },
    { ...pro, trial_days: 99 },
    { ...pro, success_url: 'https://evil.example' },
    { ...pro, tenant_id: account.tenantId },
  ]) {
    assert.equal((await checkout(account, body)).status, 400, JSON.stringify(body))
  }
  const free = await checkout(account, { plan: 'free', interval: 'month' })
  assert.deepEqual([free.status, free.body.code], [422, 'PLAN_NOT_FOR_SALE'])
  const seats = await checkout(account, { ...pro, quantity: 101 })
  assert.deepEqual([seats.status, seats.body.code], [422, 'SEATS_BEYOND_PLAN'])
})

test('a key answers the same page again', async () => {
  const account = await stage.app.signUp('checkout-key')
  const answers = []
  for (let at = 0; at < 3; at++) answers.push(await checkout(account, pro, { 'idempotency-key': 'buy-1' }))
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers.get('idempotency-replayed')]),
    [
      [201, null],
      [201, 'true'],
      [201, 'true'],
    ],
  )
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
  const other = await checkout(account, { plan: 'starter', interval: 'month' }, { 'idempotency-key': 'buy-1' })
  assert.deepEqual([other.status, other.body.code], [422, 'IDEMPOTENCY_MISMATCH'])
})

test('a customer that was deleted at Stripe is followed by another', async () => {
  const account = await stage.app.signUp('checkout-deleted')
  await checkout(account)
  const before = await stage.customerOf(account)
  await stage.stripe.customers.del(before)
  const answer = await checkout(account, { plan: 'starter', interval: 'month' })
  assert.equal(answer.status, 201, answer.text)
  assert.notEqual(await stage.customerOf(account), before)
})

test('nothing is sold beside a subscription that was made at Stripe and never told of', async () => {
  const account = await stage.app.signUp('checkout-untold')
  await stage.call(account, 'POST', 'portal', {})
  const customer = await stage.customerOf(account)
  const card = await stage.stripe.paymentMethods.attach('pm_card_visa', { customer })
  const { data: prices } = await stage.stripe.prices.list({ lookup_keys: ['plinth_pro_month'] })
  await stage.stripe.subscriptions.create({
    customer,
    items: [{ price: prices[0]?.id as string }],
    default_payment_method: card.id,
  })
  const answer = await checkout(account)
  assert.deepEqual([answer.status, answer.body.code], [409, 'ALREADY_SUBSCRIBED'])
  assert.deepEqual(await openSessions(account), [])
})
