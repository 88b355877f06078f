/** Stripe does what it is asked, and its answer is lost: whatever is bought or changed is done once all the same. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, type BillingServers, startBillingServers, type Tenant } from '../support/billing-servers.ts'
import { DUE_JOBS, until } from '../support/jobs.ts'
import { startServer } from '../support/processes.ts'
import { type Cutter, startCutter } from '../support/stripe-cutter.ts'
import { eventsOf, type Row } from '../support/stripe-inbox.ts'

let stage: BillingServers
let cutter: Cutter

before(async () => {
  stage = await startBillingServers({
    // What one server has begun, a repeated request must find there again.
    servers: 1,
    env: { PLINTH_WORKER: 'off' },
    way: async (stripe) => {
      cutter = await startCutter(stripe)
      return cutter.url
    },
  })
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
  await cutter.close()
})

const order = (plan: string) => ({ plan, interval: 'month' })
const post = (path: string, body: object = {}) => ({
  act: (by: Tenant) => stage.call(by, 'POST', `/billing/${path}`, body),
})

interface Action {
  /** What the tenant has before. */
  plan?: string
  prepare?: { act: (by: Tenant) => Promise<Answer> }
  act: (by: Tenant) => Promise<Answer>
  writes: string[]
}

const ONE = 'POST /v1/subscriptions/:id'
const SCHEDULE = 'POST /v1/subscription_schedules'
const later = post('change', order('starter'))

const actions: Record<string, Action> = {
  checkout: {
    ...post('checkout', order('pro')),
    writes: ['POST /v1/customers', 'POST /v1/customers/:id', 'POST /v1/checkout/sessions'],
  },
  'a change at once': { plan: 'pro', ...post('change', order('enterprise')), writes: [ONE] },
  'a change that waits': { plan: 'enterprise', ...later, writes: [SCHEDULE, `${SCHEDULE}/:id`] },
  'the end of what waits': {
    plan: 'enterprise',
    prepare: later,
    ...post('resume'),
    writes: [`${SCHEDULE}/:id/release`],
  },
  'a cancellation': { plan: 'pro', ...post('cancel'), writes: [ONE] },
  'a cancellation of what was to change': {
    plan: 'enterprise',
    prepare: later,
    ...post('cancel'),
    writes: [`${SCHEDULE}/:id/release`, ONE],
  },
  'a cancellation that is taken back': { plan: 'pro', prepare: post('cancel'), ...post('resume'), writes: [ONE] },
}

/** All that Stripe did for a tenant, and what was noted of it here. */
async function traces({ tenantId }: Tenant): Promise<object> {
  const customer = await stage.customerOf({ tenantId })
  const { data: customers } = await stage.stripe.customers.list({ limit: 100 })
  const list = { customer, limit: 100 }
  const audits = await stage.rows(
    `select action, count(*)::int from audit_events where tenant_id = $1 and action like 'billing.%' group by 1 order by 1`,
    [tenantId],
  )
  const operations = await stage.rows(
    `select state, count(*)::int from billing_operations where tenant_id = $1 group by 1`,
    [tenantId],
  )
  return {
    customers: customers.filter(({ metadata }) => metadata.plinth_tenant === tenantId).length,
    events: (await eventsOf(stage.stripe, customer)).map(({ type }) => type),
    sessions: (await stage.stripe.checkout.sessions.list(list)).data.length,
    invoices: (await stage.stripe.invoices.list(list)).data.length,
    items: (await stage.stripe.invoiceItems.list(list)).data.length,
    schedules: (await stage.stripe.subscriptionSchedules.list(list)).data.length,
    audits,
    operations,
  }
}

let owner: Tenant
let tenants = 0
async function tenantFor({ plan, prepare }: Pick<Action, 'plan' | 'prepare'>): Promise<Tenant> {
  // Nobody may change between so many as fast as this.
  if (tenants % 10 === 0) owner = await stage.signUp(`lost-owner-${tenants}`)
  const tenant = await stage.found(owner, `lost-${++tenants}`)
  if (plan) await stage.subscribe(tenant, order(plan))
  if (prepare) assert.equal((await prepare.act(tenant)).status, 200)
  return tenant
}

for (const [name, action] of Object.entries(actions)) {
  test(`${name} has its one effect, whichever answer of Stripe's is lost`, async (t) => {
    const undisturbed = await tenantFor(action)
    cutter.cut(0, 0)
    assert.ok((await action.act(undisturbed)).status < 300)
    assert.deepEqual(cutter.writes, action.writes)
    const expected = await traces(undisturbed)
    let lost = 0
    // Lost once, the SDK asks again; lost twice, whoever asked has to.
    for (const times of [1, 2]) {
      for (const write of action.writes.keys()) {
        const tenant = await tenantFor(action)
        cutter.cut(write + 1, times)
        const first = await action.act(tenant)
        assert.equal(first.status < 300, times === 1, `${first.status} after ${times} of ${action.writes[write]}`)
        if (times === 2) {
          assert.deepEqual([first.status, first.body.code], [503, 'SERVICE_UNAVAILABLE'])
          assert.ok(first.headers.get('retry-after'))
          assert.ok((await action.act(tenant)).status < 300)
        }
        assert.equal(cutter.lost, times)
        lost += times
        cutter.cut(0, 0)
        assert.deepEqual(await traces(tenant), expected, `${times} of ${action.writes[write]}`)
      }
    }
    t.diagnostic(`${lost} answers lost at ${action.writes.length} writes, one effect each`)
  })
}

test("seats that follow the members are changed once, whichever answer of Stripe's is lost", async (t) => {
  const tenantsOf = [await tenantFor({ plan: 'pro' }), await tenantFor({ plan: 'pro' })]
  const worker = await startServer({ ...stage.env, PLINTH_WORKER: 'inline' })
  await until(async () => (await stage.count(DUE_JOBS)) === 0, 30)
  const found: object[] = []
  for (const [at, tenant] of tenantsOf.entries()) {
    // Once more often than the SDK asks by itself, so that the job has to be repeated.
    cutter.cut(1, at * 3)
    await stage.addMembers(tenant, 4)
    await until(
      () =>
        stage.count(`select count(*) from audit_events where tenant_id = $1 and action = 'billing.seats_changed'`, [
          tenant.tenantId,
        ]),
      40,
    )
    assert.deepEqual([cutter.writes, cutter.lost], [[ONE], at * 3])
    cutter.cut(0, 0)
    found.push(await traces(tenant))
  }
  assert.deepEqual(found[1], found[0])
  assert.equal((found[0] as Row).items, 2, 'what is given back, and what is owed')
  await worker.stop()
  t.diagnostic('3 answers lost, one effect')
})
