/** Tenants are kept apart by the database itself: its catalogue says so, and each kind of hole in it would be found. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { rowSecurityFindings } from '../support/row-security.ts'

let database: TestDatabase
let client: pg.Client

before(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
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

test('the catalogue has no finding', async () => {
  assert.deepEqual(await rowSecurityFindings(client), [])
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
