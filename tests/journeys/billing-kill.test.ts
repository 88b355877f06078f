/**
 * Workers, and a server that takes events, are killed with SIGKILL while many tenants' subscriptions change. Longer runs:
 * `PLINTH_KILLS=200 node --test tests/journeys/billing-kill.test.ts`
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BillingServers, startBillingServers, type Tenant } from '../support/billing-servers.ts'
import { LEASE_SECONDS } from '../support/billing-worker.ts'
import { until } from '../support/jobs.ts'
import { compiledCode, type ServerProcess, startServer } from '../support/processes.ts'
import { type Row, subscribe } from '../support/stripe-inbox.ts'

const KILLS = Number(process.env.PLINTH_KILLS ?? 8)
const TENANTS = 6
const WORKERS = 2
const LINGERING = `select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`

let stage: BillingServers
const workers: ChildProcess[] = []

before(async () => {
  stage = await startBillingServers({ env: { PLINTH_WORKER: 'off', LOG_LEVEL: 'fatal' } })
  // Leases as short as the workers take them to be, and time to be killed in: before what was done is committed, and
  // when an event is kept but Stripe has not heard so.
  await stage.rows(`
    create function shorter_lease() returns trigger language plpgsql as
      'begin new.heartbeat_seconds := ${LEASE_SECONDS}; new.retry_delay_max := 2; return new; end';
    create trigger shorter_lease before insert on pgboss.job_common for each row execute function shorter_lease();
    create function linger() returns trigger language plpgsql as
      'begin perform pg_sleep(random() * tg_argv[0]::float8); return null; end';
    create constraint trigger linger after insert on stripe_events deferrable initially deferred
      for each row execute function linger(0.05);
    create trigger linger after insert on audit_events for each row execute function linger(0.2);
    create trigger linger after update on billing_operations for each row execute function linger(0.2);
    create trigger linger after update on pgboss.job_common for each row
      when (new.state = 'completed') execute function linger(0.2)`)
  // The one that is killed, so that nobody else keeps what it loses.
  await stage.listen(stage.servers[1] as ServerProcess)
})

after(async () => {
  for (const worker of workers) worker.kill('SIGKILL')
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

const program = new URL('../support/billing-worker.ts', import.meta.url).pathname
function startWorker(): ChildProcess {
  const { PATH } = process.env
  const env = {
    PATH,
    NODE_ENV: 'test',
    LOG_LEVEL: 'fatal',
    PLINTH_DATA_DIR: '.data/test-worker',
    ...compiledCode(),
    ...stage.env,
  }
  return spawn(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit'], env })
}

/** One process after the other, at any moment, until told to stop. */
function killAgainAndAgain() {
  let over = false
  const kills = { workers: 0, servers: 0, workersAtMost: KILLS - 4 }
  const running = (async () => {
    while (!over) {
      await sleep(100 + Math.random() * 500)
      if (kills.workers >= kills.workersAtMost) continue
      // Rather in the midst of something than while there is nothing to do.
      for (let looks = 0; looks < 100 && (await stage.count(LINGERING)) === 0; looks++) await sleep(20)
      const victim = kills.workers++ % WORKERS
      const killed = workers[victim] as ChildProcess
      const ended = once(killed, 'exit')
      killed.kill('SIGKILL')
      await ended
      workers[victim] = startWorker()
      if (kills.workers % 4 > 0) continue
      // Between the row of an event and the word of thanks.
      const { deliveries } = stage.local.stats()
      for (let looks = 0; looks < 100 && stage.local.stats().deliveries === deliveries; looks++) await sleep(5)
      const server = stage.servers[1] as ServerProcess
      await server.stop('SIGKILL')
      stage.servers[1] = await startServer(stage.env, Number(new URL(server.url).port))
      kills.servers++
    }
  })()
  return {
    kills,
    async stop() {
      over = true
      await running
    },
  }
}

test('workers and servers that are killed again and again lose nothing and do nothing twice', async (t) => {
  const owner = await stage.signUp('killed')
  const tenants: Tenant[] = []
  for (let at = 0; at < WORKERS; at++) workers.push(startWorker())
  const storm = killAgainAndAgain()
  for (let at = 0; at < TENANTS; at++) tenants.push(await stage.found(owner, `killed-${at}`))
  const customers = new Map<Tenant, string>()
  for (const tenant of tenants) customers.set(tenant, await until(() => stage.customerOf(tenant), 60))

  const plansAre = (plan: string, among = tenants) =>
    until(async () => {
      const rows = await stage.rows('select plan from tenant_entitlements where tenant_id = any ($1)', [
        among.map(({ tenantId }) => tenantId),
      ])
      return rows.every((row) => row.plan === plan)
    }, 90)
  for (const customer of customers.values()) await subscribe(stage, customer, 'pro_month')
  await plansAre('pro')
  let rounds = 0
  do {
    const plan = rounds++ % 2 ? 'pro' : 'enterprise'
    for (const customer of customers.values()) {
      const { data } = await stage.stripe.subscriptions.list({ customer })
      const { id, items } = data[0] as Row
      await stage.stripe.subscriptions.update(id, {
        items: [{ id: items.data[0].id, price: stage.prices[`${plan}_month`] as string }],
        proration_behavior: 'always_invoice',
      })
    }
    if (rounds === 1) await Promise.all(tenants.map((tenant, at) => stage.addMembers(tenant, at % 3)))
    await plansAre(plan)
  } while (storm.kills.workers < storm.kills.workersAtMost)
  // Who has left gets no other number of seats.
  await until(async () => {
    const rows = await stage.rows('select tenant_id, quantity from billing_subscriptions')
    return tenants.every((one, at) =>
      rows.some((row) => row.tenant_id === one.tenantId && row.quantity === 1 + (at % 3)),
    )
  }, 90)
  const leaving = tenants.filter((_, at) => at % 2)
  storm.kills.workersAtMost = KILLS
  for (const tenant of leaving) {
    const { data } = await stage.stripe.subscriptions.list({ customer: customers.get(tenant) as string })
    await stage.stripe.subscriptions.cancel(data[0]?.id as string)
  }
  await until(() => storm.kills.workers >= KILLS, 60)
  await storm.stop()

  // Nobody is killed any more; what was held is given to others, and what waits for another attempt need not wait.
  await plansAre('free', leaving)
  await stage.local.settled()
  // What looks for operations that were left behind waits its time; here none was.
  const open = `select count(*) from pgboss.job where name not in ('dead-letters', 'billing.operation_left_behind')
    and state < 'completed' and start_after < now() + interval '1 hour'`
  await until(async () => (await stage.count(open)) === 0, 90)
  const repeated = await stage.count('select coalesce(sum(retry_count), 0) from pgboss.job')
  const events = stage.local.stats()
  for (const worker of workers) worker.kill('SIGTERM')
  await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, 'exit')))

  const unsettled = await stage.rows(`select state, note, type from stripe_events where state <> 'done'`)
  assert.deepEqual(unsettled, [])
  const kept = new Set((await stage.rows('select id from stripe_events')).map(({ id }) => id))
  const [endpoint] = (await stage.stripe.webhookEndpoints.list()).data
  const ours = new Set(customers.values())
  const told = stage.local.world.table('event').filter(({ type, data }) => {
    const { customer, id } = data.object as Row
    return ours.has(customer ?? id) && endpoint?.enabled_events.includes(type) === true
  })
  assert.ok(told.length > TENANTS * 5)
  assert.deepEqual(
    told.filter(({ id }) => !kept.has(id)).map(({ type }) => type),
    [],
  )
  assert.equal(await stage.count(`select count(*) from pgboss.job where name = 'dead-letters'`), 0)
  const made = await stage.stripe.customers.list({ limit: 100 })
  for (const [at, tenant] of tenants.entries()) await assertSettled(tenant, at, made.data)
  const mails = async (kind: string) =>
    stage.rows('select count(*)::int as all, count(distinct text_body)::int as texts from emails where kind = $1', [
      kind,
    ])
  // The same way back and forth is told in the same words.
  assert.equal((await mails('billing.plan_changed'))[0].all, TENANTS * rounds)
  assert.deepEqual(await mails('billing.canceled'), [{ all: leaving.length, texts: leaving.length }])
  assert.equal(await stage.count('select count(*) from emails where sent_at is null'), 0)
  const { workers: killed, servers } = storm.kills
  assert.ok(killed >= KILLS)
  assert.ok(repeated > 0, 'nobody was killed in the midst of a job, so nothing was shown')
  t.diagnostic(`${killed} workers and ${servers} servers killed, ${repeated} jobs begun again`)
  t.diagnostic(`${events.events} events, ${events.deliveries} deliveries, ${rounds} rounds of ${TENANTS} tenants`)

  async function assertSettled(tenant: Tenant, at: number, customersMade: Row[]): Promise<void> {
    const { tenantId } = tenant
    const customer = customers.get(tenant) as string
    const named = customersMade.filter(({ metadata }) => metadata.plinth_tenant === tenantId)
    assert.deepEqual(
      named.map(({ id }) => id),
      [customer],
    )
    const { data } = await stage.stripe.subscriptions.list({ customer, status: 'all' })
    assert.equal(data.length, 1)
    const [truth] = data as Row[]
    const rows = await stage.rows('select * from billing_subscriptions where tenant_id = $1', [tenantId])
    const facts = rows.map((row) => [row.stripe_subscription_id, row.status, row.price_id, row.quantity])
    const item = truth.items.data[0]
    assert.deepEqual(facts, [[truth.id, truth.status, item.price.id, item.quantity]])
    assert.equal(item.quantity, 1 + (at % 3))
    const invoices = await stage.stripe.invoices.list({ customer, limit: 100 })
    const copies = await stage.rows(
      'select stripe_invoice_id as id, status, total from billing_invoices where tenant_id = $1',
      [tenantId],
    )
    const sorted = (list: Row[]) => list.map(({ id, status, total }) => `${id} ${status} ${total}`).sort()
    assert.deepEqual(sorted(copies), sorted(invoices.data))
    await assertOnce(tenant, rows[0].status === 'canceled')
  }

  /** Each row of the log begins where the one before has ended; told twice, one would begin where it ends. */
  async function assertOnce({ tenantId }: Tenant, left: boolean): Promise<void> {
    const log = await stage.rows(
      `select action, details from audit_events where tenant_id = $1 and actor_name = 'stripe' order by seq`,
      [tenantId],
    )
    let plan = 'free'
    for (const { details } of log) {
      assert.equal(details.plan.from, plan)
      plan = details.plan.to
    }
    const changes = log.filter(({ action }) => action === 'billing.plan_changed')
    assert.equal(changes.length, 1 + rounds + (left ? 1 : 0))
    const quantities = log.flatMap(({ details }) => details.changed.quantity ?? [])
    for (const [index, { from }] of quantities.entries()) assert.equal(from, quantities[index - 1]?.to ?? null)
    const seats = await stage.count(
      `select count(*) from audit_events where tenant_id = $1 and action = 'billing.seats_changed'`,
      [tenantId],
    )
    assert.ok(seats <= 1)
    assert.equal(
      await stage.count('select count(*) from billing_notices where tenant_id = $1', [tenantId]),
      rounds + (left ? 1 : 0),
    )
    const hanging = `select count(*) from billing_operations where tenant_id = $1 and state = 'pending'`
    assert.equal(await stage.count(hanging, [tenantId]), 0)
  }
})
