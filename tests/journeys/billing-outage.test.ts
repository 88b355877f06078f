/** Stripe goes away while events arrive, and so does a server that takes them: each is thanked for or comes again, and none is lost. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type BillingServers, startBillingServers, type Tenant, tell } from '../support/billing-servers.ts'
import { DUE_JOBS, until } from '../support/jobs.ts'
import { startServer } from '../support/processes.ts'
import { eventsOf } from '../support/stripe-inbox.ts'

let stage: BillingServers
let owner: Tenant

before(async () => {
  stage = await startBillingServers({ servers: 1, env: { PLINTH_WORKER: 'off' } })
  owner = await stage.signUp('outage')
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

async function payingTenant(name: string): Promise<Tenant> {
  const tenant = await stage.found(owner, name)
  await stage.subscribe(tenant, { plan: 'pro', interval: 'month' })
  return tenant
}

test('while Stripe is down every event is thanked for and nothing else stops, and afterwards all is applied', async (t) => {
  const paying: Tenant[] = []
  for (let at = 0; at < 5; at++) paying.push(await payingTenant(`outage-${at}`))
  const worker = await startServer({ ...stage.env, PLINTH_WORKER: 'inline' })
  // What comes of earlier work would be told to the first endpoint and not to the second.
  await until(async () => (await stage.count(DUE_JOBS)) === 0, 30)
  const { chaos } = stage.local
  chaos.deliveries.paused = true
  await stage.listen(worker)
  for (const server of stage.servers) await stage.listen(server)
  for (const tenant of paying) {
    const customer = await stage.customerOf(tenant)
    const { data } = await stage.stripe.subscriptions.list({ customer })
    const [id, item] = [data[0]?.id as string, data[0]?.items.data[0]?.id as string]
    await stage.stripe.subscriptions.update(id, {
      items: [{ id: item, price: stage.prices.enterprise_month as string }],
      proration_behavior: 'always_invoice',
    })
  }
  Object.assign(chaos.api, { status: 500, rate: 1 })
  chaos.deliveries.paused = false
  await stage.local.settled()
  const waiting = () => stage.count(`select count(*) from stripe_events where state = 'pending'`)
  const events = await stage.count('select count(*) from stripe_events')
  const unthanked = stage.local.world.table('event').filter(({ pending_webhooks: pending }) => pending > 0)
  assert.deepEqual(unthanked, [])
  assert.equal(stage.local.stats().deliveries, 2 * events, 'each endpoint was told each event once, and thanked')
  // A job was tried and will be tried again.
  await until(() => stage.count(`select count(*) from pgboss.job where name = 'stripe.event' and state = 'retry'`), 30)
  assert.ok((await waiting()) >= paying.length * 3)
  const [first] = paying as [Tenant]
  for (const path of ['/billing/subscription', '/billing/invoices', '/billing/plans', '/projects', '/auth/me']) {
    const answer = await stage.call(first, 'GET', path)
    assert.equal(answer.status, 200, path)
  }
  assert.equal((await stage.call(first, 'POST', '/projects', { name: 'Goes on' })).status, 201)
  for (const path of ['portal', 'sync', 'cancel']) {
    const answer = await stage.call(first, 'POST', `/billing/${path}`, {})
    assert.deepEqual([answer.status, answer.body.code], [503, 'SERVICE_UNAVAILABLE'], path)
  }
  Object.assign(chaos.api, { status: undefined, rate: 0 })
  await until(async () => (await waiting()) === 0, 60)
  assert.equal(await stage.count(`select count(*) from stripe_events where state <> 'done'`), 0)
  for (const tenant of paying) {
    const { body } = await stage.call(tenant, 'GET', '/billing/subscription')
    assert.deepEqual([body.data.plan, body.data.status], ['enterprise', 'active'])
    const mails = await stage.count(
      `select count(*) from emails where kind = 'billing.plan_changed' and text_body like '%' || $1 || ' went from%'`,
      [tenant.name],
    )
    assert.equal(mails, 1)
  }
  await worker.stop()
  t.diagnostic(`${events} events of ${paying.length} tenants came while Stripe was down; none lost`)
})

test('a server that is asked to end while events arrive answers each that it took, and none is lost', async (t) => {
  const tenant = await payingTenant('ending')
  const customer = await stage.customerOf(tenant)
  const [model] = (await eventsOf(stage.stripe, customer)).filter(({ type }) => type === 'invoice.paid')
  const ending = await startServer({ ...stage.env, PLINTH_WORKER: 'inline', PLINTH_SHUTDOWN_DELAY_SECONDS: '1' })
  const thanked = new Set<string>()
  const again: string[] = []
  const broken: string[] = []
  let over = false
  let serial = 0
  const senders = Array.from({ length: 20 }, async () => {
    while (!over) {
      const id = `evt_while_ending_${++serial}`
      try {
        const { status } = await tell(ending, { ...model, id })
        if (status === 200) thanked.add(id)
        else again.push(id)
        if (status !== 200 && status !== 503) broken.push(`${status}`)
      } catch (error) {
        again.push(id)
        const { code } = ((error as Error).cause ?? {}) as { code?: string }
        // A new connection to a port that is closed has not been accepted.
        if (code !== 'ECONNREFUSED') broken.push(code ?? String(error))
        return
      }
    }
  })
  await until(() => thanked.size > 100, 30)
  const code = await ending.stop('SIGTERM')
  over = true
  await Promise.all(senders)
  assert.equal(code, 0, ending.output())
  assert.deepEqual(broken, [], 'no event in flight was lost')
  const kept = new Set(
    (await stage.rows(`select id from stripe_events where id like 'evt_while_ending_%'`)).map(({ id }) => id),
  )
  assert.deepEqual(
    [...thanked].filter((id) => !kept.has(id)),
    [],
    'thanked for and not kept',
  )
  // What was not thanked for comes again, elsewhere.
  const next = await startServer({ ...stage.env, PLINTH_WORKER: 'inline' })
  for (const id of again) assert.equal((await tell(next, { ...model, id })).status, 200)
  const states = `select count(*) from stripe_events where id like 'evt_while_ending_%' and state = 'done'`
  await until(async () => (await stage.count(states)) === serial, 60)
  await next.stop()
  t.diagnostic(`${serial} events, ${thanked.size} thanked for until the end, ${again.length} told again, none lost`)
})
