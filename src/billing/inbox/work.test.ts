import assert from 'node:assert/strict'
import { after, afterEach, before, type TestContext, test } from 'node:test'
import pg from 'pg'
import { listDeadLetters, replay } from '#jobs'
import { until } from '../../../tests/support/jobs.ts'
import {
  eventsOf,
  type Inbox,
  type Row,
  type Subscriber,
  startInbox,
  subscribe,
} from '../../../tests/support/stripe-inbox.ts'
import { POISON_AFTER } from './jobs.ts'
import { replayEvent } from './keep.ts'

let inbox: Inbox
let owner: pg.Client

before(async () => {
  inbox = await startInbox()
  owner = new pg.Client({ connectionString: inbox.app.databaseUrl })
  await owner.connect()
  // Rows of one tenant cannot be written while it is named here.
  await owner.query(`
    create table poisoned (tenant_id uuid);
    grant select on poisoned to public;
    create function refuse_poisoned() returns trigger language plpgsql as $$
    begin
      if exists (select from poisoned p where p.tenant_id = new.tenant_id) then raise exception 'this row is poisoned'; end if;
      return new;
    end $$;
    create trigger refuse_poisoned before insert on billing_subscriptions for each row execute function refuse_poisoned();
  `)
})
afterEach(() => {
  Object.assign(inbox.local.chaos.api, { status: undefined, rate: 0 })
})
after(async () => {
  await owner.end()
  await inbox.close()
})

const kept = async (id: string) => (await inbox.rows('select * from stripe_events where id = $1', [id]))[0]
const planOf = async ({ tenantId }: Subscriber) =>
  (await inbox.rows('select plan from tenant_entitlements where tenant_id = $1', [tenantId]))[0].plan
const listen = (t: TestContext) => {
  const { mock } = t.mock.method(inbox.app.services.billing.log, 'error', () => {})
  return () => mock.calls.map((call) => (call.arguments as unknown as [{ alarm: string }])[0].alarm).filter(Boolean)
}
/** As if the pauses between attempts were over. */
const hurry = () =>
  owner.query(`update pgboss.job set start_after = now() where name = 'stripe.event' and state = 'retry'`)
const settled = (id: string, state: string) =>
  until(async () => {
    await hurry()
    const row = await kept(id)
    return row.state === state && row
  }, 30)
const created = async (customer: string) =>
  (await eventsOf(inbox.stripe, customer)).find(({ type }) => type === 'customer.subscription.created')

test('a burst of events of one customer is a few readings, and all of them are done', async () => {
  const acme = await inbox.subscriber('work-burst')
  await subscribe(inbox, acme.customer)
  const events = await eventsOf(inbox.stripe, acme.customer)
  assert.ok(events.length >= 10)
  const before = inbox.local.stats().requests
  await Promise.all(events.map((event) => inbox.send(event)))
  await inbox.quiet(acme.customer)
  assert.equal(await planOf(acme), 'pro')
  const readings = (inbox.local.stats().requests - before) / 3
  assert.ok(readings <= events.length / 2, `${readings} readings for ${events.length} events`)
})

test('an event that fails by itself is put aside with an alarm, others go on, and a replay gives it its one effect', async (t) => {
  const alarms = listen(t)
  const [bad, good] = [await inbox.subscriber('work-poison'), await inbox.subscriber('work-sound')]
  await Promise.all([bad, good].map(({ customer }) => subscribe(inbox, customer)))
  await owner.query('insert into poisoned values ($1)', [bad.tenantId])
  const event = await created(bad.customer)
  await inbox.send(event)
  for (const other of await eventsOf(inbox.stripe, good.customer)) await inbox.send(other)
  await inbox.quiet(good.customer)
  assert.equal(await planOf(good), 'pro')

  const dead = await settled(event.id, 'dead')
  assert.deepEqual([dead.attempts, dead.note], [POISON_AFTER, 'this row is poisoned'])
  assert.deepEqual(alarms(), ['dead_event'])
  const isOurs = ({ payload }: { payload: object }) => (payload as { event_id: string }).event_id === event.id
  const letter = await until(async () =>
    (await listDeadLetters(inbox.app.services.db, { job: 'stripe.event' })).find(isOurs),
  )
  assert.equal(await planOf(bad), 'free')

  await owner.query('delete from poisoned')
  assert.equal(await replayEvent(inbox.app.services.billing, event.id), 'pending')
  await settled(event.id, 'done')
  assert.equal(await planOf(bad), 'pro')
  // The dead letter says the same once more, and nothing follows from that.
  assert.equal(await replay(inbox.app.services.db, letter.id), true)
  await until(async () => {
    const open = await inbox.rows(`select from pgboss.job where name = 'stripe.event' and state < 'completed'`)
    return open.length === 0
  })
  const audit = await inbox.rows(`select from audit_events where tenant_id = $1 and action like 'billing.%'`, [
    bad.tenantId,
  ])
  assert.equal(audit.length, 1)
})

test('a dead event whose job is replayed has all its attempts again', async () => {
  const acme = await inbox.subscriber('work-letter')
  await subscribe(inbox, acme.customer)
  await owner.query('insert into poisoned values ($1)', [acme.tenantId])
  const event = await created(acme.customer)
  await inbox.send(event)
  await settled(event.id, 'dead')
  await owner.query('delete from poisoned')
  const letter = await until(async () => (await listDeadLetters(inbox.app.services.db, { job: 'stripe.event' }))[0])
  await replay(inbox.app.services.db, letter.id)
  const done = await settled(event.id, 'done')
  assert.equal(done.attempts, 0)
  assert.equal(await planOf(acme), 'pro')
})

test('while Stripe is away events wait, are not blamed for it, and are done afterwards', async () => {
  const acme = await inbox.subscriber('work-outage')
  await subscribe(inbox, acme.customer)
  const events = await eventsOf(inbox.stripe, acme.customer)
  for (const status of [500, 429] as const) {
    Object.assign(inbox.local.chaos.api, { status, rate: 1 })
    for (const event of events.splice(0, 3)) assert.equal((await inbox.send(event)).status, 200)
    await until(async () => {
      const [row] = await inbox.rows(
        `select max(retry_count) as tries from pgboss.job where name = 'stripe.event' and state = 'retry'`,
      )
      return row.tries !== null
    }, 30)
  }
  const waiting = await inbox.rows(`select attempts from stripe_events where customer_id = $1 and state = 'pending'`, [
    acme.customer,
  ])
  assert.ok(waiting.length > 0)
  assert.ok(waiting.every(({ attempts }) => attempts === 0))
  Object.assign(inbox.local.chaos.api, { status: undefined, rate: 0 })
  await until(async () => {
    await hurry()
    return (await planOf(acme)) === 'pro'
  }, 30)
  await inbox.quiet(acme.customer)
})

for (const [how, inOrder] of Object.entries({
  'the end first': (events: Row[]) => events.toReversed(),
  'the end last': (events: Row[]) => [...events.filter(({ type }) => type.endsWith('subscription.deleted')), ...events],
})) {
  test(`late events of a customer who was deleted at Stripe alarm nobody: ${how}`, async (t) => {
    const acme = await inbox.subscriber(`work-${how.replaceAll(' ', '-')}`)
    await subscribe(inbox, acme.customer)
    await inbox.stripe.customers.del(acme.customer)
    const alarms = listen(t)
    for (const event of inOrder(await eventsOf(inbox.stripe, acme.customer))) {
      await inbox.send(event)
      await inbox.quiet(acme.customer)
    }
    assert.deepEqual(alarms(), [])
    const states = await inbox.rows('select distinct state from stripe_events where customer_id = $1 order by 1', [
      acme.customer,
    ])
    assert.deepEqual(
      states.map(({ state }) => state),
      ['done', 'ignored'],
    )
    assert.equal(await planOf(acme), 'free')
  })
}
