import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { newId } from '../ids.ts'
import { closeDatabase, type Database, loginPrivileges, openDatabase, type Tx } from './database.ts'
import { sql } from './kysely.ts'
import { asSystem, inTenant, inUser, offerTransaction, openTenant, openUser } from './scoped.ts'

let database: TestDatabase
let db: Database
let a: { tenantId: string; userId: string }
let b: { tenantId: string; userId: string }

before(async () => {
  database = await createTestDatabase()
  db = openDatabase({ url: database.url, poolMax: 1, log: { error: () => {} } })
})

beforeEach(async () => {
  a = await plant()
  b = await plant()
})

after(async () => {
  await closeDatabase(db)
  await database.drop()
})

async function plant() {
  const tenantId = newId()
  const userId = newId()
  const now = new Date()
  await asSystem(db, 'test', async (tx) => {
    const slug = tenantId.slice(-12)
    await tx
      .insertInto('users')
      .values({ id: userId, email: `${userId}@example.com`, full_name: 'x' })
      .execute()
    await tx.insertInto('tenants').values({ id: tenantId, slug, name: 'x' }).execute()
    await tx.insertInto('memberships').values({ tenant_id: tenantId, user_id: userId, role: 'owner' }).execute()
    await tx
      .insertInto('projects')
      .values({ tenant_id: tenantId, id: newId(), name: 'p', created_by: userId, created_at: now, updated_at: now })
      .execute()
  })
  return { tenantId, userId }
}

/** As whoever runs the server: the application's own roles may end nobody. */
async function asSystemElsewhere(statement: { compile(db: Database): { sql: string } }): Promise<void> {
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(statement.compile(db).sql)
  await client.end()
}

const projectTenants = async (work: typeof inTenant, scope: { tenantId: string }) =>
  (await work(db, scope, (tx) => tx.selectFrom('projects').select('tenant_id').execute())).map((row) => row.tenant_id)

test('a tenant sees its own rows and no others, on one and the same connection', async () => {
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(await projectTenants(inTenant, a), [a.tenantId])
    assert.deepEqual(await projectTenants(inTenant, b), [b.tenantId])
  }
})

test('without a scope nothing can be read at all', async () => {
  await assert.rejects(db.selectFrom('projects').select('id').execute(), /permission denied/)
  await assert.rejects(db.selectFrom('users').select('id').execute(), /permission denied/)
})

test('a row cannot be written into another tenant', async () => {
  const row = { id: newId(), name: 'p', created_at: new Date(), updated_at: new Date() }
  await assert.rejects(
    inTenant(db, a, (tx) =>
      tx
        .insertInto('projects')
        .values({ ...row, tenant_id: b.tenantId, created_by: b.userId })
        .execute(),
    ),
    /row-level security/,
  )
})

test('a row cannot point at a member of another tenant', async () => {
  const row = { id: newId(), name: 'p', created_at: new Date(), updated_at: new Date() }
  await assert.rejects(
    inTenant(db, a, (tx) =>
      tx
        .insertInto('projects')
        .values({ ...row, tenant_id: a.tenantId, created_by: b.userId })
        .execute(),
    ),
    /foreign key/,
  )
})

test('a person sees the tenants they belong to and themselves', async () => {
  const seen = await inUser(db, a, async (tx) => ({
    users: await tx.selectFrom('users').select('id').execute(),
    tenants: await tx.selectFrom('tenants').select('id').execute(),
  }))
  assert.deepEqual(seen, { users: [{ id: a.userId }], tenants: [{ id: a.tenantId }] })
})

test('work that fails leaves nothing behind, and the connection is fit for the next', async () => {
  await assert.rejects(
    inTenant(db, a, async (tx) => {
      await tx.deleteFrom('projects').execute()
      throw new Error('no')
    }),
    /^Error: no$/,
  )
  assert.deepEqual(await projectTenants(inTenant, a), [a.tenantId])
})

test('a value that cannot be sent fails its own work and leaves nothing broken behind', async () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const echo = (value: unknown) => inTenant(db, a, (tx) => sql`select ${value}::jsonb as value`.execute(tx))
  for (let round = 0; round < 2; round++) {
    await assert.rejects(echo(circular), TypeError)
    assert.deepEqual((await echo({ x: 1 })).rows, [{ value: { x: 1 } }])
  }
})

test('a swallowed database error does not look like success', async () => {
  await assert.rejects(
    inTenant(db, a, async (tx) => {
      await sql`select 1/0`.execute(tx).catch(() => {})
    }),
    /aborted/,
  )
})

test('a transaction asked to be repeated by the database is repeated', async () => {
  let attempts = 0
  await inTenant(db, a, async (tx) => {
    attempts++
    if (attempts < 3) await sql`do $$ begin raise exception using errcode = '40001'; end $$`.execute(tx)
  })
  assert.equal(attempts, 3)
})

test('a transaction opened ahead is joined by its own scope only', async () => {
  const ahead = await openTenant(db, a)
  offerTransaction(a, ahead)
  assert.deepEqual(await projectTenants(inTenant, a), [a.tenantId])
  assert.equal(ahead.settled, true)
  assert.deepEqual(await projectTenants(inTenant, a), [a.tenantId])
})

const userIds = async (tx: Tx) => (await tx.selectFrom('users').select('id').execute()).map(({ id }) => id)

test('a step out of row security joins the transaction of its scope, sees all there, and ends with its work', async () => {
  const scope = { userId: a.userId }
  const ahead = await openUser(db, scope)
  ahead.deferCommit = true
  offerTransaction(scope, ahead)
  const seen = await asSystem(
    db,
    'test',
    async (tx) => {
      await tx.updateTable('users').set({ full_name: 'changed' }).where('id', '=', b.userId).execute()
      return userIds(tx)
    },
    { within: scope },
  )
  assert.ok(seen.includes(a.userId) && seen.includes(b.userId))
  assert.deepEqual(await userIds(ahead.tx), [a.userId])
  await ahead.rollback()
  const name = await asSystem(db, 'test', (tx) =>
    tx.selectFrom('users').select('full_name').where('id', '=', b.userId).executeTakeFirstOrThrow(),
  )
  assert.equal(name.full_name, 'x')
})

test('what is checked at the end of such a step is checked with its own eyes', async () => {
  const scope = { userId: a.userId }
  const ahead = await openUser(db, scope)
  ahead.deferCommit = true
  offerTransaction(scope, ahead)
  const leaving = asSystem(
    db,
    'test',
    (tx) => tx.updateTable('memberships').set({ role: 'member' }).where('tenant_id', '=', b.tenantId).execute(),
    { within: scope },
  )
  // A tenant keeps an owner: the constraint is deferred and reads memberships that the person cannot see.
  await assert.rejects(leaving, { code: '23514' })
  assert.equal(ahead.settled, true)
})

test('a read-only transaction refuses to write', async () => {
  const ahead = await openTenant(db, a, { readOnly: true })
  await assert.rejects(ahead.tx.deleteFrom('projects').execute(), /read-only/)
  await ahead.rollback()
})

test('whoever goes on with a transaction that was ended meanwhile touches nobody else’s', async () => {
  const given = await openTenant(db, a)
  await given.rollback()
  // The only connection now serves somebody else.
  const others = await openTenant(db, b)
  const over = { status: 503 }
  await assert.rejects(given.tx.deleteFrom('projects').execute(), over)
  await assert.rejects(given.query('delete from projects', []), over)
  await assert.rejects(given.commit(), over)
  await given.rollback()
  assert.equal((await others.tx.selectFrom('projects').select('id').execute()).length, 1)
  await others.commit()
})

test('a connection that breaks while it is lent out fails its statement and not the process', async () => {
  const doomed = openDatabase({ url: database.url, poolMax: 1, log: { error: () => {} } })
  await assert.rejects(
    inTenant(doomed, a, async (tx) => {
      await sql`select 1`.execute(tx)
      await asSystemElsewhere(sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`)
      await new Promise((resolve) => setTimeout(resolve, 100))
      await sql`select 1`.execute(tx)
    }),
  )
  assert.deepEqual(await projectTenants((_db, scope, work) => inTenant(doomed, scope, work), a), [a.tenantId])
  await closeDatabase(doomed)
})

test('what the login could do is known, whatever role its connections run as', async () => {
  const { superuser } = await loginPrivileges(db)
  assert.equal(typeof superuser, 'boolean')
})

test('a count is a number', async () => {
  const { rows } = await sql<{ big: number }>`select 9007199254740991::bigint as big`.execute(db)
  assert.equal(rows[0]?.big, Number.MAX_SAFE_INTEGER)
  await assert.rejects(sql`select 9007199254740993::bigint as big`.execute(db), /does not fit/)
})

test('a time is the moment that was stored, to the millisecond, near and far', async () => {
  const moments = [
    ['2026-01-02 03:04:05.678+00', '2026-01-02T03:04:05.678Z'],
    ['2026-12-31 23:59:59+00', '2026-12-31T23:59:59.000Z'],
    ['2026-01-02 03:04:05.9+02', '2026-01-02T01:04:05.900Z'],
    ['2026-01-02 03:04:05.12+00', '2026-01-02T03:04:05.120Z'],
    ['2026-01-02 03:04:05.123999+00', '2026-01-02T03:04:05.123Z'],
    ['1969-12-31 23:59:59.999+00', '1969-12-31T23:59:59.999Z'],
    ['0044-03-15 12:00:00+00', '0044-03-15T12:00:00.000Z'],
    ['12026-03-15 12:00:00+00', '+012026-03-15T12:00:00.000Z'],
  ] as const
  for (const [stored, expected] of moments) {
    const { rows } = await sql<{ at: Date }>`select ${stored}::timestamptz as at`.execute(db)
    assert.equal(rows[0]?.at.toISOString(), expected)
  }
  const { rows } = await sql<{ at: unknown; none: unknown }>`
    select 'infinity'::timestamptz as at, null::timestamptz as none`.execute(db)
  assert.deepEqual({ ...rows[0] }, { at: Number.POSITIVE_INFINITY, none: null })
})
