import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase, type TestDatabase } from '../tests/support/database.ts'
import { generateTypes } from './schema-types.ts'

let database: TestDatabase
let client: pg.Client

before(async () => {
  database = await createEmptyDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

after(async () => {
  await client.end()
  await database.drop()
})

async function typesOf(ddl: string): Promise<string> {
  await client.query('begin')
  try {
    await client.query(ddl)
    return await generateTypes(client)
  } finally {
    await client.query('rollback')
  }
}

test('each column has the type that the driver reads and takes', async () => {
  const types = await typesOf(`
    create type mood as enum ('fine', 'so so');
    create domain address as text not null;
    create table samples (
      id uuid primary key, big bigint, at timestamptz not null, raw bytea not null, data jsonb not null, maybe jsonb, more jsonb not null default '{}',
      price numeric not null, tags text[] not null, mood mood not null, mail address, counter integer generated always as identity,
      doubled integer generated always as (2) stored, flag boolean not null default false
    )`)
  for (const line of [
    'id: string',
    'big: number | null',
    'at: Date',
    'raw: Buffer',
    'data: ColumnType<unknown, JsonInput, JsonInput>',
    'maybe: ColumnType<unknown, JsonInput | null, JsonInput | null>',
    'more: ColumnType<unknown, JsonInput | undefined, JsonInput>',
    'price: ColumnType<string, string | number, string | number>',
    'tags: string[]',
    "mood: 'fine' | 'so so'",
    'mail: string',
    'counter: GeneratedAlways<number>',
    'doubled: GeneratedAlways<number | null>',
    'flag: Generated<boolean>',
  ]) {
    assert.ok(types.includes(`  ${line}\n`), `${line} is not in\n${types}`)
  }
  assert.match(types, /import type \{ ColumnType, Generated, GeneratedAlways \} from 'kysely'/)
})

test('a check that lists values is a union, and one that does not is not', async () => {
  const types = await typesOf(`
    create table checks (
      role text not null check (role in ('owner', 'admin')), one text check (one in ('staff')), short text not null check (length(short) < 9),
      state varchar(9) not null default 'on' check (state in ('on', 'off'))
    )`)
  assert.match(
    types,
    /role: 'owner' \| 'admin'\n {2}one: 'staff' \| null\n {2}short: string\n {2}state: Generated<'on' \| 'off'>/,
  )
})

test('a type that nobody has thought about is refused by name', async () => {
  await assert.rejects(typesOf('create table odd (area polygon)'), /odd\.area has the type polygon/)
})
