import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { type Account, startTestApp, type TestApp } from '../../../tests/support/app.ts'
import { createCallCounter } from './calls.ts'
import { countUsage } from './jobs.ts'
import { insertCalls } from './queries.ts'
import { recordUsage } from './record.ts'

/** Replicas accept each other's tokens. */
const env = { PLINTH_SECRET: randomBytes(32).toString('base64url') }

let app: TestApp
let owner: pg.Client

before(async () => {
  app = await startTestApp({ env })
  owner = new pg.Client({ connectionString: app.databaseUrl })
  await owner.connect()
})

after(async () => {
  await owner.end()
  await app.close()
})

const DAY_MS = 86_400_000
/** The middle of a month, whatever day it is today. */
const NOON = Date.parse('2031-05-15T12:00:00Z')

const standAt = (moment: number | string) => app.clock.set(new Date(moment))

/** Signs in anew: the clock may have gone on by years. */
async function newTenant(name: string): Promise<Account> {
  standAt(NOON)
  return app.signUp(name)
}

const use = (of: Account, quantity: number, at: number, source?: string) =>
  inTenant(app.services.db, of, (tx) =>
    recordUsage(tx, of, 'ai_credits', quantity, { at: new Date(at), ...(source && { source }) }),
  )

async function usage(of: Account, query = 'metric=ai_credits') {
  const { status, body, text } = await app.request('GET', `/billing/usage?${query}`, { token: of.access })
  assert.equal(status, 200, text)
  return body.data.items
}

async function daily(of: Account): Promise<[string, number][]> {
  const { rows } = await owner.query(
    `select to_char(day, 'MM-DD') as day, quantity::int from usage_daily where tenant_id = $1 order by day`,
    [of.tenantId],
  )
  return rows.map(({ day, quantity }) => [day, quantity])
}

test('a use is added to its day exactly once, however many count at once and again', async () => {
  const tenant = await newTenant('usage-once')
  for (let index = 0; index < 60; index++) await use(tenant, 2, NOON - (index % 2) * DAY_MS)
  const before = await usage(tenant)
  const runs = () => Promise.all([1, 2, 3, 4].map(() => countUsage(app.services.db)))
  await Promise.all([runs(), use(tenant, 5, NOON), use(tenant, 5, NOON)])
  await runs()
  assert.deepEqual(await daily(tenant), [
    ['05-14', 60],
    ['05-15', 70],
  ])
  const [{ period_total: total, points }] = await usage(tenant)
  assert.equal(before[0].period_total, 120)
  assert.equal(total, 130)
  assert.deepEqual(points.slice(-2), [
    { date: '2031-05-14', value: 60 },
    { date: '2031-05-15', value: 70 },
  ])
})

test('a use of one source is recorded once, also by twenty at once, and not at all when its transaction fails', async () => {
  const tenant = await newTenant('usage-source')
  const answers = await Promise.all(Array.from({ length: 20 }, () => use(tenant, 3, NOON, 'job:1')))
  assert.equal(answers.filter(Boolean).length, 1)
  const failing = inTenant(app.services.db, tenant, async (tx) => {
    await recordUsage(tx, tenant, 'ai_credits', 9, { at: new Date(NOON), source: 'job:2' })
    throw new Error('The work failed.')
  })
  await assert.rejects(failing, /The work failed/)
  assert.equal((await usage(tenant))[0].period_total, 3)
  const { rows } = await owner.query('select value::int from meter_events where tenant_id = $1', [tenant.tenantId])
  assert.deepEqual(rows, [{ value: 3 }])
})

test('nothing, less than nothing and parts are no quantity', async () => {
  const tenant = await newTenant('usage-quantity')
  for (const quantity of [0, -1, 1.5, Number.NaN, 2 ** 60]) {
    await assert.rejects(async () => use(tenant, quantity, NOON), RangeError, String(quantity))
  }
})

test('the total is that of the calendar month, counted or not, and the points are the days that were asked for', async () => {
  const tenant = await newTenant('usage-month')
  standAt('2031-06-01T00:00:00Z')
  await use(tenant, 1, Date.parse('2031-05-31T23:59:59.999Z'))
  await use(tenant, 10, Date.parse('2031-06-01T00:00:00Z'))
  await countUsage(app.services.db)
  await use(tenant, 100, Date.parse('2031-06-01T00:00:00Z'))
  const { body } = await app.request('POST', '/auth/login', {
    body: { email: tenant.email, password: tenant.password },
  })
  tenant.access = body.data.access_token
  const [june] = await usage(tenant)
  assert.deepEqual([june.period_total, june.unit, june.limit], [110, 'credits', 50])
  assert.deepEqual(june.points, [{ date: '2031-06-01', value: 110 }])
  const [may] = await usage(tenant, 'metric=ai_credits&from=2031-05-30&to=2031-05-31')
  assert.deepEqual(may.points, [
    { date: '2031-05-30', value: 0 },
    { date: '2031-05-31', value: 1 },
  ])
  assert.equal(may.period_total, 110)
  const all = await usage(tenant, '')
  assert.deepEqual(
    all.map(({ metric }: { metric: string }) => metric),
    ['api_calls', 'ai_credits'],
  )
})

test('a range that is upside down, longer than a year or no range at all is refused', async () => {
  const tenant = await newTenant('usage-range')
  for (const query of [
    'from=2031-05-02&to=2031-05-01',
    'from=2030-01-01&to=2031-05-01',
    'from=yesterday',
    'from=2031-02-30',
    'to=0000-01-01',
    'metric=secrets',
    'metric=__proto__',
  ]) {
    const { status, body } = await app.request('GET', `/billing/usage?${query}`, { token: tenant.access })
    assert.deepEqual([status, body.code], [400, 'VALIDATION_ERROR'], query)
    assert.equal(body.details.length, 1, query)
  }
  const [{ points }] = await usage(tenant, 'metric=ai_credits&from=2030-05-15&to=2031-05-15')
  assert.equal(points.length, 366)
})

test('usage is read in pieces like every log, each metric once, with a cursor that is of no use to others', async () => {
  const [tenant, other] = [await newTenant('usage-pieces'), await newTenant('usage-pieces-other')]
  const piece = async (query: string, by = tenant) =>
    (await app.request('GET', `/billing/usage?${query}`, { token: by.access })).body
  const first = (await piece('limit=1')).data
  const second = (await piece(`limit=1&cursor=${first.next_cursor}`)).data
  const keys = [...first.items, ...second.items].map(({ metric }: { metric: string }) => metric)
  assert.deepEqual(keys, ['api_calls', 'ai_credits'])
  assert.equal(second.next_cursor, null)
  assert.equal((await piece('')).data.next_cursor, null)
  for (const refused of [
    await piece(`cursor=${first.next_cursor}`, other),
    await piece(`cursor=${first.next_cursor}&metric=ai_credits`),
    await piece('cursor=made-up'),
    await piece('limit=0'),
    await piece('limit=101'),
  ]) {
    assert.equal(refused.code, 'VALIDATION_ERROR')
  }
})

test('one tenant does not see or count what another used', async () => {
  const [one, other] = [await newTenant('usage-one'), await newTenant('usage-other')]
  await use(one, 7, NOON, 'same')
  await use(other, 1, NOON, 'same')
  assert.equal((await usage(one))[0].period_total, 7)
  assert.equal((await usage(other))[0].period_total, 1)
})

test('calls of tenants are counted, refused ones and those of nobody are not, and a stopping server keeps them', async () => {
  /** Counts what is called in it, and nothing else: the timer of another server may write at any moment. */
  const onServer = async (work: (server: TestApp) => Promise<void>) => {
    const server = await startTestApp({ env, databaseUrl: app.databaseUrl })
    server.clock.set(new Date(NOON))
    await work(server).finally(() => server.close())
  }
  let tenant: Account | undefined
  let viewer: Account | undefined
  await onServer(async (server) => {
    tenant = await server.signUp('calls')
    viewer = await server.invite(tenant, 'viewer')
  })
  const [boss, reader] = [tenant, viewer] as [Account, Account]
  const before = await callsIn(boss)
  await onServer(async (server) => {
    server.clock.set(new Date(NOON + 60_000))
    for (let index = 0; index < 7; index++) await server.request('GET', '/projects', { token: boss.access })
    await server.request('GET', '/projects', { token: 'nobody' })
    await server.request('PATCH', '/tenant', { token: reader.access, body: { name: 'Mine' } })
    await server.request('GET', '/auth/me', { token: boss.access })
    await server.request('GET', '/health')
  })
  const added = (await callsIn(boss)).slice(before.length)
  assert.equal(
    added.reduce((sum, calls) => sum + calls, 0),
    7,
  )
})

const callsIn = async (of: Account): Promise<number[]> => {
  const { rows } = await owner.query(
    `select quantity::int from usage_events where tenant_id = $1 and metric = 'api_calls' order by id`,
    [of.tenantId],
  )
  return rows.map(({ quantity }) => quantity)
}

test('calls that could not be written down are kept, and counted once', async () => {
  const tenant = await newTenant('calls-outage')
  const counter = createCallCounter(app.services)
  for (let index = 0; index < 3; index++) counter.count(tenant.tenantId)
  await owner.query('alter table usage_events rename to away')
  try {
    await assert.rejects(counter.flush())
    counter.count(tenant.tenantId)
  } finally {
    await owner.query('alter table away rename to usage_events')
  }
  await Promise.all([counter.flush(), counter.flush()])
  await counter.flush()
  assert.deepEqual(await callsIn(tenant), [3, 1])
})

test('writing the same batch of calls again, after an answer that was lost, adds nothing', async () => {
  const tenant = await newTenant('calls-again')
  const batch = [{ tenantId: tenant.tenantId, id: newId(), calls: 4 }]
  for (let attempt = 0; attempt < 2; attempt++) {
    await asSystem(app.services.db, 'test', (tx) => insertCalls(tx, batch, 'process:0', new Date(NOON)))
  }
  assert.deepEqual(await callsIn(tenant), [4])
})
