/** What must hold for what is paid between two server processes on one database, both with a worker. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type Stripe from 'stripe'
import { ask, type BillingServers, startBillingServers, type Tenant, tell } from '../support/billing-servers.ts'
import { until } from '../support/jobs.ts'
import type { ServerProcess } from '../support/processes.ts'
import { eventsOf, type Row, subscribe } from '../support/stripe-inbox.ts'

let stage: BillingServers

before(async () => {
  stage = await startBillingServers()
  for (const server of stage.servers) await stage.listen(server)
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

const serverOf = (at: number) => stage.servers[at % stage.servers.length] as ServerProcess
const pro = { plan: 'pro', interval: 'month' }

async function subscriptionOf(tenant: Tenant): Promise<Stripe.Subscription> {
  const { data } = await stage.stripe.subscriptions.list({ customer: await stage.customerOf(tenant), status: 'all' })
  assert.equal(data.length, 1)
  return data[0] as Stripe.Subscription
}

const change = async (tenant: Tenant, price: string, params: Stripe.SubscriptionUpdateParams = {}) => {
  const { id, items } = await subscriptionOf(tenant)
  const item = items.data[0]?.id as string
  await stage.stripe.subscriptions.update(id, {
    items: [{ id: item, price: stage.prices[price] as string }],
    proration_behavior: 'always_invoice',
    ...params,
  })
}

/** Of what a tenant has and what was told of it. */
async function standing({ tenantId, email }: Tenant): Promise<Row> {
  const all = (table: string) =>
    `(select coalesce(jsonb_agg(to_jsonb(r) - '{synced_at,updated_at}'::text[] order by to_jsonb(r)::text), '[]')
      from ${table} r where tenant_id = $1) as ${table}`
  const tables = ['tenant_entitlements', 'billing_subscriptions', 'billing_invoices', 'billing_checkouts']
  const more = ['billing_operations', 'billing_notices', 'tenant_limits', 'audit_events']
  const [found] = await stage.rows(
    `select ${[...tables, ...more].map(all).join()}, (select stripe_customer_id from billing_customers where tenant_id = $1),
       (select count(*)::int from emails where recipient = $2) as mails`,
    [tenantId, email],
  )
  return found
}

const audited = ({ tenantId }: Tenant, action: string) =>
  stage.count('select count(*) from audit_events where tenant_id = $1 and action = $2', [tenantId, action])
const mailed = ({ email }: Tenant, kind: string) =>
  stage.count('select count(*) from emails where recipient = $1 and kind = $2', [email, kind])
const quiet = () =>
  until(async () => (await stage.count(`select count(*) from stripe_events where state = 'pending'`)) === 0, 30)

test('one event told 20 times at once to two servers is 20 thanks, one row, one job and one effect', async (t) => {
  const owner = await stage.signUp('told')
  await stage.subscribe(owner, pro)
  await stage.local.settled()
  await quiet()
  const before = await audited(owner, 'billing.plan_changed')
  stage.local.chaos.deliveries.paused = true
  await change(owner, 'enterprise_month')
  const events = await eventsOf(stage.stripe, await stage.customerOf(owner))
  const told = events.findLast(({ type }) => type === 'customer.subscription.updated')
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => tell(serverOf(at), told)))
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.received]),
    Array(20).fill([200, true]),
  )
  const state = () => stage.rows('select state from stripe_events where id = $1', [told.id])
  await until(async () => (await state())[0]?.state === 'done', 30)
  // Stripe tells it to both once more, and what else it held back.
  stage.local.chaos.deliveries.paused = false
  await stage.local.settled()
  await quiet()
  const jobs = await stage.count(
    `select count(*) from pgboss.job where name = 'stripe.event' and data->'payload'->>'event_id' = $1`,
    [told.id],
  )
  assert.deepEqual([(await state()).length, jobs], [1, 1])
  assert.equal(await audited(owner, 'billing.plan_changed'), before + 1)
  assert.equal(await mailed(owner, 'billing.plan_changed'), 1)
  t.diagnostic(`${answers.length} tellings, 1 row, 1 job, 1 audit row, 1 mail`)
})

test('20 checkouts at once on two servers make one customer and one page; paid, it is one subscription and the next is refused', async (t) => {
  const owner = await stage.signUp('buys')
  const checkouts = (orderOf: (at: number) => object) =>
    Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        ask(serverOf(at).url, 'POST', '/billing/checkout', { token: owner.access, body: orderOf(at) }),
      ),
    )
  const pages = await checkouts(() => pro)
  assert.deepEqual(new Set(pages.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(pages.map(({ body }) => body.data.session_id)).size, 1)
  const customers = (await stage.stripe.customers.list({ limit: 100 })).data.filter(
    ({ metadata }) => metadata.plinth_tenant === owner.tenantId,
  )
  assert.deepEqual(
    customers.map(({ id }) => id),
    [await stage.customerOf(owner)],
  )
  const customer = customers[0]?.id as string
  const sessions = async () => (await stage.stripe.checkout.sessions.list({ customer, limit: 100 })).data
  assert.equal((await sessions()).length, 1)

  // Two who want different things close each other's page, and are told so when they are in each other's way.
  const mixed = await checkouts((at) => ({ ...pro, interval: at % 4 < 2 ? 'month' : 'year' }))
  for (const { status, body } of mixed) assert.ok(status === 201 || body.code === 'BILLING_BUSY', JSON.stringify(body))
  assert.ok((await sessions()).filter(({ status }) => status === 'open').length <= 1)

  const last = await until(async () => {
    const { status, body } = await stage.call(owner, 'POST', '/billing/checkout', pro)
    return status === 201 && body.data
  }, 30)
  await stage.pay(last.session_id)
  const refused = await checkouts(() => pro)
  assert.deepEqual(
    new Set(refused.map(({ status, body }) => `${status} ${body.code}`)),
    new Set(['409 ALREADY_SUBSCRIBED']),
  )
  assert.equal((await subscriptionOf(owner)).status, 'active')
  assert.equal((await sessions()).filter(({ status }) => status === 'open').length, 0)
  assert.equal(
    await stage.count(`select count(*) from billing_checkouts where tenant_id = $1 and state = 'open'`, [
      owner.tenantId,
    ]),
    0,
  )
  const opened = mixed.filter(({ status }) => status === 201).length
  t.diagnostic(`20 of one order: 1 page; 20 of two: ${opened} pages or the same, ${20 - opened} busy; then 20 refused`)
})

test("nobody but an owner reaches a tenant's payments, and an owner only those of their own tenant", async (t) => {
  const [one, two] = await Promise.all([stage.signUp('owns-one'), stage.signUp('owns-two')])
  await Promise.all([stage.subscribe(one, pro), stage.subscribe(two, { ...pro, plan: 'enterprise' })])
  await stage.local.settled()
  await quiet()
  const before = await standing(one)
  const changed = { quantity: 3 }
  const requests: [string, string, object?][] = [
    ['POST', 'checkout', pro],
    ['POST', 'create-checkout-session', pro],
    ['POST', 'portal', {}],
    ['GET', 'customer-portal'],
    ['POST', 'sync', {}],
    ['POST', 'preview', changed],
    ['POST', 'change', changed],
    ['POST', 'cancel', {}],
    ['POST', 'resume', {}],
    ['GET', 'invoices'],
  ]
  let refused = 0
  for (const role of ['admin', 'member', 'viewer']) {
    const guest = await stage.signUp(`is-${role}`)
    await stage.rows(`insert into memberships (tenant_id, user_id, role) values ($1, $2, $3)`, [
      one.tenantId,
      guest.userId,
      role,
    ])
    const minted = await ask(serverOf(0).url, 'POST', '/auth/refresh', {
      body: { refresh_token: guest.refresh, tenant_slug: one.slug },
    })
    const access = minted.body.data.access_token
    for (const [method, path, body] of requests) {
      const { status } = await stage.call({ access }, method, `/billing/${path}`, body)
      assert.equal(status, role === 'admin' && path === 'invoices' ? 200 : 403, `${role} ${path}`)
      if (status === 403) refused++
    }
    assert.equal((await stage.call({ access }, 'GET', '/billing/subscription')).status, 200)
  }
  assert.equal((await ask(serverOf(0).url, 'GET', '/billing/invoices')).status, 401)

  // The other owner names the first tenant in every way there is.
  const [customer, { id: subscription }] = [await stage.customerOf(one), await subscriptionOf(one)]
  const page = (await stage.stripe.checkout.sessions.list({ customer })).data[0]?.id
  const names = { tenant_id: one.tenantId, tenant: one.slug, customer, subscription, session_id: page }
  for (const [method, path, body] of requests) {
    for (const [name, value] of Object.entries(names)) {
      const answer = body
        ? await stage.call(two, method, `/billing/${path}`, { ...body, [name]: value })
        : await stage.call(two, method, `/billing/${path}?${name}=${value}`)
      assert.equal(answer.status, 400, `${path} ${name}`)
      refused++
    }
    const headers = { 'x-tenant-id': one.tenantId, 'x-tenant': one.slug }
    if (path === 'cancel' || path === 'change') continue
    const answer = await ask(serverOf(1).url, method, `/billing/${path}`, { token: two.access, body, headers })
    assert.ok(!JSON.stringify(answer.body).includes(customer), path)
  }
  const portal = await stage.call(two, 'POST', '/billing/portal', {})
  const opened = stage.local.world.table('billing_portal.session').filter(({ url }) => url === portal.body.data.url)
  assert.deepEqual(
    opened.map((session) => session.customer),
    [await stage.customerOf(two)],
  )
  const preview = (await stage.call(two, 'POST', '/billing/preview', changed)).body.data
  assert.equal(preview.next_amount, 3 * 7900)
  const [mine, theirs] = await Promise.all(
    [one, two].map(async (by) => (await stage.call(by, 'GET', '/billing/invoices')).body.data.items.map(idOf)),
  )
  assert.deepEqual([mine.length, theirs.length, mine.filter((id: string) => theirs.includes(id))], [1, 1, []])
  await quiet()
  const { audit_events: audits, ...rest } = await standing(one)
  const { audit_events: _, ...then } = before
  assert.deepEqual(rest, then)
  assert.equal(audits.filter(({ action }: Row) => action.startsWith('billing.')).length, 2)
  t.diagnostic(`${refused} requests refused`)
})

const idOf = ({ id }: Row) => id

test('whatever metadata at Stripe names a tenant, nothing changes for it', async (t) => {
  const [payer, named] = await Promise.all([stage.signUp('pays'), stage.signUp('is-named')])
  await stage.subscribe(payer, pro)
  await until(() => stage.customerOf(named), 30)
  await stage.local.settled()
  await quiet()
  const before = await standing(named)
  const { events: told } = stage.local.stats()
  const metadata = { plinth_tenant: named.tenantId, tenant_id: named.tenantId, plinth_checkout: named.tenantId }
  // Of a customer that is nobody's.
  const { id: stranger } = await stage.stripe.customers.create({ metadata, email: named.email, name: named.name })
  await subscribe(stage, stranger, 'enterprise_month', { metadata })
  const page = await stage.stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: stranger,
    client_reference_id: named.tenantId,
    line_items: [{ price: stage.prices.pro_month as string, quantity: 1 }],
    metadata,
    subscription_data: { metadata },
    success_url: 'https://example.com',
  })
  await stage.pay(page.id)
  // And of another tenant's.
  await stage.stripe.customers.update(await stage.customerOf(payer), { metadata, email: named.email })
  await change(payer, 'enterprise_month', { metadata })
  await stage.local.settled()
  await quiet()
  await until(async () => (await stage.call(payer, 'GET', '/billing/subscription')).body.data.plan === 'enterprise', 30)
  assert.deepEqual(await standing(named), before)
  const unmatched = await stage.count(
    `select count(*) from stripe_events where customer_id = $1 and state = 'unmatched'`,
    [stranger],
  )
  assert.ok(unmatched > 0)
  const { data } = (await stage.call(named, 'POST', '/billing/sync', {})).body
  assert.deepEqual([data.plan, data.status], ['free', 'none'])
  t.diagnostic(`${stage.local.stats().events - told} events, ${unmatched} of a customer that nobody has`)
})

test('ten changes on two servers are charged as they were shown', async (t) => {
  const owner = await stage.signUp('changes')
  await stage.subscribe(owner, pro)
  const customer = await stage.customerOf(owner)
  const invoices = async () => (await stage.stripe.invoices.list({ customer, limit: 100 })).data
  const wishes: Row[] = [
    { quantity: 4 },
    { plan: 'enterprise' },
    { quantity: 7 },
    { plan: 'starter', quantity: 2 },
    { interval: 'year' },
    { quantity: 9 },
    { plan: 'pro', quantity: 8 },
    { plan: 'enterprise', quantity: 12 },
    { interval: 'month' },
    { quantity: 13 },
  ]
  let charged = 0
  for (const wish of wishes) {
    const shown = await stage.call(owner, 'POST', '/billing/preview', wish)
    assert.equal(shown.status, 200, JSON.stringify(shown.body))
    const { total, credit, proration_date, effective } = shown.body.data
    const before = (await invoices()).map(idOf)
    const changed = await stage.call(owner, 'POST', '/billing/change', { ...wish, proration_date })
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
    const made = (await invoices()).filter(({ id }) => !before.includes(id))
    assert.equal(made.length, effective === 'now' ? 1 : 0, JSON.stringify(wish))
    // Where a period starts, Stripe counts to the second in which it is asked.
    const leeway = wish.interval ? 9 : 0
    assert.ok(Math.abs(total - (made[0]?.amount_due ?? 0)) <= leeway, `${total} ${made[0]?.amount_due}`)
    assert.ok(Math.abs(credit - Math.max(-(made[0]?.total ?? 0), 0)) <= leeway)
    if (made[0]) charged += made[0].amount_due
  }
  assert.ok(charged > 0)
  t.diagnostic(`${wishes.length} changes, ${charged / 100} USD shown and charged`)
})
