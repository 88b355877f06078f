/** Tenants are kept apart by the database itself: its catalogue says so, and every table is tried with rows in it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startEmbeddedPostgres } from '#platform/db/embedded.ts'
import { migrateUp } from '#platform/db/migrations.ts'
import { installSteps } from '../../src/bin/install-steps.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { rowSecurityFindings, SHARED_TABLES } from '../support/row-security.ts'
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

test('the catalogue has no finding', async () => {
  assert.deepEqual(await rowSecurityFindings(client), [])
})

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

const tenantTable = (name: string, body = '') =>
  `create table ${name} (tenant_id uuid references tenants, id uuid, ${body} primary key (tenant_id, id));`
const secured = (name: string) => `alter table ${name} enable row level security, force row level security;`
const policy = (name: string, condition: string) =>
  `create policy tenant on ${name} to plinth_tenant using (${condition}) with check (${condition});`
const OWN = "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)"
const good = (name: string, body = '') => tenantTable(name, body) + secured(name) + policy(name, OWN)

test('a well-made table is no finding', async () => {
  await passing(async () => {
    await client.query(good('planted'))
    assert.deepEqual(await rowSecurityFindings(client), [])
  })
})

const FAULTS: [what: string, sql: string, finding: RegExp][] = [
  [
    'a tenant table without row security',
    tenantTable('planted') + policy('planted', OWN),
    /planted has tenant_id, but row security/,
  ],
  [
    'row security that the owner escapes',
    `${tenantTable('planted')} alter table planted enable row level security; ${policy('planted', OWN)}`,
    /planted has tenant_id, but row security/,
  ],
  [
    'a table of persons without row security',
    'create table planted (user_id uuid primary key)',
    /planted is on nobody's list/,
  ],
  [
    'a tenant table without a policy',
    tenantTable('planted') + secured('planted'),
    /planted has tenant_id, but no policy/,
  ],
  [
    'a policy that is always true',
    tenantTable('planted') + secured('planted') + policy('planted', 'true'),
    /policy tenant on planted lets plinth_tenant/,
  ],
  [
    'a second policy that opens the first',
    `${good('planted')} create policy more on planted for select to plinth_tenant using (id is not null)`,
    /policy more on planted lets plinth_tenant/,
  ],
  [
    'a policy that lets rows be written to others',
    `${good('planted')} create policy more on planted for insert to plinth_tenant with check (true)`,
    /policy more on planted lets plinth_tenant/,
  ],
  [
    'a policy for everybody',
    `${good('planted')} create policy more on planted using (${OWN})`,
    /policy more on planted is for everybody/,
  ],
  [
    'a key that does not begin with the tenant',
    `create table planted (id uuid primary key, tenant_id uuid not null); ${secured('planted')} ${policy('planted', OWN)}`,
    /planted does not have tenant_id first/,
  ],
  [
    'a foreign key that leaves the tenant',
    `${good('planted', 'key uuid unique,')} ${good('pointing', 'key uuid references planted (key),')}`,
    /foreign key \w+ of pointing does not carry/,
  ],
  [
    'a foreign key that carries the tenant to another column',
    `${good('planted', 'other uuid, unique (other, id),')} ${good('pointing', 'foreign key (tenant_id, id) references planted (other, id),')}`,
    /foreign key \w+ of pointing does not carry/,
  ],
  [
    'a unique column over all tenants',
    good('planted', 'name text unique,'),
    /unique index planted_name_key of planted spans tenants/,
  ],
  ["a view with its owner's rights", 'create view planted as select * from projects', /view planted does not run/],
  [
    'a materialized view',
    'create materialized view planted as select * from projects',
    /materialized view planted keeps rows/,
  ],
  [
    "a function with its owner's rights",
    'create function planted() returns bigint language sql security definer as $$ select count(*) from projects $$',
    /planted runs .* not on the reviewed list/,
  ],
  [
    'such a function with a loose search_path',
    'create function planted() returns bigint language sql security definer as $$ select count(*) from projects $$',
    /planted runs .* does not fix its search_path/,
  ],
  ['a right to truncate', 'grant truncate on projects to plinth_system', /plinth_system may truncate projects/],
  ['a right of everybody', 'grant select on projects to public', /everybody may select projects/],
  [
    'a right that can be passed on',
    'grant select on projects to plinth_tenant with grant option',
    /plinth_tenant may select projects/,
  ],
  [
    'a right of the pooled connection',
    'grant select on projects to plinth_app',
    /plinth_app may select projects without/,
  ],
  [
    'a column of the pooled connection',
    'grant select (name) on projects to plinth_app',
    /plinth_app may select projects without/,
  ],
]

for (const [what, sql, finding] of FAULTS) {
  test(`${what} is found`, async () => {
    await passing(async () => {
      await client.query(sql)
      assert.match((await rowSecurityFindings(client)).join('\n'), finding)
    })
  })
}

test('a role that owns, inherits or bypasses is found', async (t) => {
  const { rows: found } = await client.query('select rolsuper as superuser from pg_roles where rolname = current_user')
  if (!found[0]?.superuser) return t.skip('needs a superuser, to spoil the roles for the length of a transaction')
  for (const [sql, finding] of [
    ['alter role plinth_system bypassrls', /role plinth_system can do more/],
    ['alter role plinth_tenant login', /role plinth_tenant can do more/],
    ['alter table projects owner to plinth_app', /role plinth_app owns something/],
    [
      'alter role plinth_app inherit; revoke plinth_system from plinth_app; grant plinth_system to plinth_app',
      /plinth_app has the rights of plinth_system/,
    ],
  ] as [string, RegExp][]) {
    await passing(async () => {
      await client.query(sql)
      assert.match((await rowSecurityFindings(client)).join('\n'), finding)
    })
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
