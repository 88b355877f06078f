import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../tests/support/database.ts'
import { dumpSchema } from './schema-dump.ts'

let database: TestDatabase
let client: pg.Client

before(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`
    create table kept (id int primary key, name text);
    create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger touched before update on kept for each row execute function touch();
    create view names as select id from kept;
  `)
})

after(async () => {
  await client.end()
  await database.drop()
})

/** Each with what takes it back. */
const CHANGES: [what: string, change: string, back: string][] = [
  ['a column', 'alter table kept add added int', 'alter table kept drop added'],
  ['a type', 'alter table kept alter name type varchar(9)', 'alter table kept alter name type text'],
  ['a default', "alter table kept alter name set default 'x'", 'alter table kept alter name drop default'],
  ['a "not null"', 'alter table kept alter name set not null', 'alter table kept alter name drop not null'],
  ['a check', "alter table kept add constraint named check (name <> '')", 'alter table kept drop constraint named'],
  ['an index', 'create index by_name on kept (name)', 'drop index by_name'],
  ['row security', 'alter table kept enable row level security', 'alter table kept disable row level security'],
  [
    'that it is forced',
    'alter table kept enable row level security, force row level security',
    'alter table kept disable row level security, no force row level security',
  ],
  ['a policy', 'create policy p on kept to plinth_tenant using (true)', 'drop policy p on kept'],
  ['a right', 'grant select on kept to plinth_tenant', 'revoke select on kept from plinth_tenant'],
  [
    'a right on one column',
    'grant update (name) on kept to plinth_tenant',
    'revoke update (name) on kept from plinth_tenant',
  ],
  [
    'a right taken from everybody',
    'revoke execute on function touch() from public',
    'grant execute on function touch() to public',
  ],
  [
    'a right on the schema',
    'grant create on schema public to plinth_tenant',
    'revoke create on schema public from plinth_tenant',
  ],
  [
    'a right given in advance',
    'alter default privileges in schema public grant select on tables to plinth_tenant',
    'alter default privileges in schema public revoke select on tables from plinth_tenant',
  ],
  ['a trigger that is off', 'alter table kept disable trigger touched', 'alter table kept enable trigger touched'],
  [
    'a body',
    'create or replace function touch() returns trigger language plpgsql as $$ begin return null; end $$',
    'create or replace function touch() returns trigger language plpgsql as $$ begin return new; end $$',
  ],
  ['whose rights a function has', 'alter function touch() security definer', 'alter function touch() security invoker'],
  [
    'whose rights a view has',
    'alter view names set (security_invoker = on)',
    'alter view names reset (security_invoker)',
  ],
  ['a comment', "comment on column kept.name is 'why'", 'comment on column kept.name is null'],
  ['a sequence', 'create sequence numbers', 'drop sequence numbers'],
  ['an enumeration', "create type mood as enum ('fine')", 'drop type mood'],
  [
    'that a table is not logged',
    'drop view names; alter table kept set unlogged',
    'alter table kept set logged; create view names as select id from kept',
  ],
]

for (const [what, change, back] of CHANGES) {
  test(`${what} shows in the dump, and is gone when it is taken back`, async () => {
    const before = await dumpSchema(client)
    await client.query(change)
    assert.notEqual(await dumpSchema(client), before)
    await client.query(back)
    assert.equal(await dumpSchema(client), before)
  })
}

test('the dump does not tell who owns the objects', async () => {
  const { rows } = await client.query<{ owner: string }>('select current_user as owner')
  assert.doesNotMatch(await dumpSchema(client), new RegExp(`\\b(to|from) ${rows[0]?.owner}\\b`))
})
