/** Tenants are kept apart by the database itself: every table is tried, with rows of two tenants in it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startEmbeddedPostgres } from '#platform/db/embedded.ts'
import { migrateUp } from '#platform/db/migrations.ts'
import { installSteps } from '../../src/bin/install-steps.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { SHARED_TABLES } from '../support/row-security.ts'
import { fillEveryTable, insertStatement, type Row } from '../support/rows.ts'

let database: TestDatabase
let client: pg.Client
const acme = randomUUID()
const globex = randomUUID()
let rows: Map<string, Row>
let tenantTables: string[]

before(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('begin')
  rows = await fillEveryTable(client, acme)
  await fillEveryTable(client, globex)
  await client.query('commit')
  tenantTables = [...rows].filter(([name, row]) => name === 'tenants' || 'tenant_id' in row).map(([name]) => name)
  assert.ok(tenantTables.length >= 7, `only ${tenantTables.length} tenant tables were found`)
})

after(async () => {
  await client.end()
  await database.drop()
})

/** Runs the work in a transaction that is rolled back, so that planted faults leave nothing. */
async function passing<T>(work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    return await work()
  } finally {
    await client.query('rollback')
  }
}

function as<T>(role: string, settings: { tenant?: string; user?: string }, work: () => Promise<T>): Promise<T> {
  return passing(async () => {
    await client.query(
      "select set_config('role', $1, true), set_config('app.tenant_id', $2, true), set_config('app.user_id', $3, true)",
      [role, settings.tenant ?? '', settings.user ?? ''],
    )
    return work()
  })
}

const REFUSED = '42501'

/** The number of rows that a statement reaches, or `refused`. */
async function reach(statement: string, values: unknown[] = []): Promise<number | 'refused'> {
  await client.query('savepoint attempt')
  try {
    const { rows: counted, rowCount, command } = await client.query(statement, values)
    return command === 'SELECT' ? Number(counted[0].count) : (rowCount ?? 0)
  } catch (error) {
    await client.query('rollback to savepoint attempt')
    if ((error as { code?: string }).code !== REFUSED) throw error
    return 'refused'
  }
}

const count = (table: string) => reach(`select count(*) from ${table}`)
const isClosed = (reached: number | 'refused') => reached === 0 || reached === 'refused'

/** Tables in which the role reaches rows with these settings. */
async function openTables(role: string, settings: { tenant?: string; user?: string }): Promise<string[]> {
  const open: string[] = []
  await as(role, settings, async () => {
    for (const table of rows.keys()) {
      if (SHARED_TABLES.includes(table)) continue
      const key = Object.keys(rows.get(table) as Row)[0]
      const reached = [
        await count(table),
        await reach(`delete from ${table}`),
        await reach(`update ${table} set ${key} = ${key}`),
      ]
      if (!reached.every(isClosed)) open.push(table)
    }
  })
  return open
}

/** Tables into which a tenant's row can be written under the role and settings. */
async function writableTables(role: string, settings: { tenant?: string; user?: string }): Promise<string[]> {
  const open: string[] = []
  await as(role, settings, async () => {
    for (const table of tenantTables) {
      const row = rows.get(table) as Row
      if ((await reach(insertStatement(table, row), Object.values(row))) !== 'refused') open.push(table)
    }
  })
  return open
}

test('with the tenant role and no tenant set, no table shows a row or takes one', async () => {
  assert.deepEqual(await openTables('plinth_tenant', {}), [])
  assert.deepEqual(await writableTables('plinth_tenant', {}), [])
})

test('with a tenant that does not exist, no tenant table shows a row', async () => {
  assert.deepEqual(await openTables('plinth_tenant', { tenant: randomUUID() }), [])
})

test("a tenant sees its own rows and cannot write another's", async () => {
  await as('plinth_tenant', { tenant: acme }, async () => {
    const seen = new Map<string, number | 'refused'>()
    for (const table of tenantTables) seen.set(table, await count(table))
    assert.deepEqual(
      [...seen.values()].filter((reached) => reached !== 1 && reached !== 'refused'),
      [],
    )
    assert.equal(seen.get('tenants'), 1)
    assert.equal(seen.get('memberships'), 1)
  })
  assert.deepEqual(await writableTables('plinth_tenant', { tenant: globex }), [])
})

test('the role of pooled connections sees nothing by itself', async () => {
  assert.deepEqual(await openTables('plinth_app', { tenant: acme, user: String(rows.get('users')?.id) }), [])
})

test('with the role of a person and no person set, no table shows a row', async () => {
  assert.deepEqual(await openTables('plinth_user', {}), [])
  assert.deepEqual(await writableTables('plinth_user', {}), [])
})

test('a plain owner without superuser rights can migrate, and drops to the confined role', async () => {
  // A server of its own: on a shared one the roles were made by somebody else already.
  const server = await startEmbeddedPostgres({ throwaway: true })
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  try {
    await admin.query("create role plain_owner login createrole password 'plain'")
    await admin.query('create database owned owner plain_owner')
    const url = `postgres://plain_owner:plain@127.0.0.1:${server.port}/owned`
    await migrateUp({ url, steps: installSteps })
    const login = new pg.Client({ connectionString: url })
    await login.connect()
    try {
      await login.query('set role plinth_app')
      assert.deepEqual((await login.query('select current_user::text as role')).rows, [{ role: 'plinth_app' }])
    } finally {
      await login.end()
    }
  } finally {
    await admin.end()
    await server.stop()
  }
})

test('an open table is noticed when it is tried, too', async () => {
  await client.query('alter table projects no force row level security, disable row level security')
  try {
    assert.deepEqual(await openTables('plinth_tenant', {}), ['projects'])
    assert.deepEqual(
      await writableTables('plinth_tenant', {}).catch((error) => (error as { code: string }).code),
      '23505',
    )
  } finally {
    await client.query('alter table projects force row level security, enable row level security')
  }
})
