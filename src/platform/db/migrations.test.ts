import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { closeDatabase, openDatabase } from './database.ts'
import {
  createMigration,
  migrateDown,
  migrateUp,
  migrationStatus,
  pendingMigrations,
  planMigrations,
  readMigrations,
} from './migrations.ts'

let database: TestDatabase
let client: pg.Client
let folder: string
let log: string[]

beforeEach(async () => {
  database = await createEmptyDatabase()
  client = await connect()
  folder = mkdtempSync(join(tmpdir(), 'plinth-migrations-'))
  log = []
})

afterEach(async () => {
  await client.end()
  await database.drop()
  rmSync(folder, { recursive: true })
})

async function connect(): Promise<pg.Client> {
  const connection = new pg.Client({ connectionString: database.url })
  await connection.connect()
  return connection
}

function write(name: string, up: string, down = ''): void {
  writeFileSync(join(folder, `${name}.up.sql`), up)
  writeFileSync(join(folder, `${name}.down.sql`), down)
}

const options = () => ({ url: database.url, folder, log: (line: string) => void log.push(line) })
const tables = async () =>
  (
    await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations' order by 1`,
    )
  ).rows.map(({ name }) => name)

test('files are applied in order and once, and taken back in reverse', async () => {
  write('0001_one', 'create table one (id int primary key);', 'drop table one;')
  write('0002_two', 'create table two (id int references one);', 'drop table two;')
  assert.deepEqual(await migrateUp(options()), ['0001_one', '0002_two'])
  assert.deepEqual(await migrateUp(options()), [])
  write('0003_three', 'create table three ();', 'drop table three;')
  assert.deepEqual(await migrateUp(options()), ['0003_three'])
  assert.deepEqual(await tables(), ['one', 'three', 'two'])

  assert.deepEqual(await migrateDown(options()), ['0003_three'])
  assert.deepEqual(
    (await migrationStatus(options())).states.map(({ name, state }) => `${name} ${state}`),
    ['0001_one applied', '0002_two applied', '0003_three pending'],
  )
  assert.deepEqual(await migrateDown({ ...options(), count: 9 }), ['0002_two', '0001_one'])
  assert.deepEqual(await tables(), [])
})

test('a file that fails leaves nothing of itself, and its error names file, line and cause', async () => {
  write('0001_good', 'create table good ();')
  write('0002_bad', 'create table half ();\n\ninsert into half\nvalues (1, nothing);\n')
  await assert.rejects(migrateUp(options()), /migrations\/0002_bad\.up\.sql, line 4: column "nothing" does not exist/)
  assert.deepEqual(await tables(), ['good'])
  assert.deepEqual(
    (await migrationStatus(options())).states.map(({ state }) => state),
    ['applied', 'pending'],
  )
})

test('an edited, a lost and a late file are refused before anything runs', async () => {
  write('0001_one', 'create table one ();')
  write('0003_three', 'create table three ();')
  await migrateUp(options())

  write('0001_one', 'create table one (added int);')
  await assert.rejects(migrateUp(options()), /0001_one\.up\.sql is not what was applied/)
  assert.match((await migrationStatus(options())).faults.join(), /0001_one/)
  write('0001_one', 'create table one ();'.replaceAll('\n', '\r\n'))

  write('0002_two', 'create table two ();')
  await assert.rejects(migrateUp(options()), /0002_two was never applied, but later migrations were/)
  unlinkSync(join(folder, '0002_two.up.sql'))
  unlinkSync(join(folder, '0002_two.down.sql'))

  unlinkSync(join(folder, '0001_one.up.sql'))
  unlinkSync(join(folder, '0001_one.down.sql'))
  await assert.rejects(migrateUp(options()), /0001_one was applied to this database, but its file is gone/)
  assert.deepEqual(await tables(), ['one', 'three'])
})

test('line ends of another system are the same migration', async () => {
  write('0001_one', 'create table one (\n  id int\n);\n')
  await migrateUp(options())
  write('0001_one', 'create table one (\r\n  id int\r\n);\r\n')
  assert.deepEqual(await migrateUp(options()), [])
})

test('a release older than the schema notices, and leaves what it does not know alone', async () => {
  write('0001_one', 'create table one ();', 'drop table one;')
  write('0002_later', 'create table later ();', 'drop table later;')
  await migrateUp(options())
  unlinkSync(join(folder, '0002_later.up.sql'))
  unlinkSync(join(folder, '0002_later.down.sql'))
  assert.deepEqual(await migrateUp(options()), [])
  assert.match(log.join('\n'), /ahead of this release: 0002_later/)
  assert.equal((await migrationStatus(options())).states.at(-1)?.state, 'unknown here')
  await assert.rejects(migrateDown(options()), /0002_later came with a later release/)
})

test('files that could not be applied safely are refused when they are read', () => {
  const refused = (name: string, up: string, reason: RegExp) => {
    write(name, up)
    assert.throws(() => readMigrations(folder), reason)
    for (const file of readdirSync(folder)) unlinkSync(join(folder, file))
  }
  refused('0001_a', 'begin;\nselect 1;\ncommit;', /0001_a\.up\.sql, line 1: a migration neither opens nor ends/)
  refused('0001_b', 'select 1;\ncreate index concurrently if not exists i on t (x);', /line 2: CONCURRENTLY needs/)
  refused('0001_c', '-- no-transaction\ncreate index concurrently i on t (x);', /must be repeatable/)
  refused('0001_d', 'create function f() returns int begin atomic select 1; end;', /BEGIN ATOMIC/)
  refused('0001_e', "select 'open;", /0001_e\.up\.sql, line 1: ' is not closed/)
  refused('1_f', 'select 1', /not named like 0001_name/)
  write('0001_g', '')
  write('0001_h', '')
  assert.throws(() => readMigrations(folder), /Two migrations have the number 0001/)
  unlinkSync(join(folder, '0001_h.up.sql'))
  assert.throws(() => readMigrations(folder), /0001_h\.up\.sql is missing/)
  unlinkSync(join(folder, '0001_h.down.sql'))
  unlinkSync(join(folder, '0001_g.down.sql'))
  assert.throws(() => readMigrations(folder), /0001_g\.down\.sql is missing/)
})

test('a lock held by a long transaction is waited for, and nobody queues behind the migration for long', async () => {
  await client.query('create table busy (id int)')
  write('0001_busy', 'alter table busy add column added int;')
  const holder = await connect()
  await holder.query('begin; select * from busy')
  const migration = migrateUp({ ...options(), log: (line) => log.push(line) })
  const waits: number[] = []
  const until = Date.now() + 2500
  while (Date.now() < until) {
    const started = Date.now()
    await client.query('select count(*) from busy')
    waits.push(Date.now() - started)
    await pause(20)
  }
  await holder.query('commit')
  await holder.end()
  assert.deepEqual(await migration, ['0001_busy'])
  assert.match(
    log.join('\n'),
    /0001_busy\.up\.sql waits for a lock\.\n {2}open for \d+ s: process \d+ .*select \* from busy/,
  )
  assert.ok(Math.max(...waits) < 1200, `a reader waited for ${Math.max(...waits)} ms`)
})

test('when the lock is never let go the migration gives up, changes nothing and says who holds it', async () => {
  await client.query('create table busy (id int)')
  write('0001_busy', 'create table before (); alter table busy add column added int;')
  const holder = await connect()
  await holder.query('begin; select * from busy')
  await assert.rejects(migrateUp({ ...options(), retryForSeconds: 1 }), /gave up after 1 s.*\n.*select \* from busy/)
  await holder.end()
  assert.deepEqual(await tables(), ['busy'])
})

test('an index whose building was interrupted is built again', async () => {
  await client.query('create table people (email text); insert into people values (1), (1)')
  write(
    '0001_unique',
    '-- no-transaction\ncreate unique index concurrently if not exists people_email on people (email);\n',
    '-- no-transaction\ndrop index concurrently if exists people_email;',
  )
  const valid = async () =>
    (await client.query(`select indisvalid as valid from pg_index where indexrelid = to_regclass('people_email')`))
      .rows[0]?.valid
  await assert.rejects(migrateUp(options()), /0001_unique\.up\.sql, line 2: could not create unique index/)
  assert.equal(await valid(), false)
  await client.query('truncate people')
  assert.deepEqual(await migrateUp(options()), ['0001_unique'])
  assert.equal(await valid(), true)
  await migrateDown(options())
  assert.equal(await valid(), undefined)
})

test('two migrators, one of them building an index, do not wait for each other for ever', async () => {
  await client.query('create table people (email text)')
  write('0001_index', '-- no-transaction\ncreate index concurrently if not exists people_email on people (email);')
  const results = await Promise.all([1, 2, 3, 4].map(() => migrateUp(options())))
  assert.deepEqual(results.flat(), ['0001_index'])
})

test('what another part installs comes before the files that build on it, at every run', async () => {
  write('0001_one', 'create table one ();')
  write('0002_grants', 'create table two as select * from installed;')
  let installs = 0
  const steps = [
    {
      name: 'the other part',
      before: 2,
      async install(session: pg.ClientBase) {
        installs++
        await session.query('create table if not exists installed as select count(*) from one')
      },
    },
  ]
  await migrateUp({ ...options(), steps })
  assert.deepEqual(await tables(), ['installed', 'one', 'two'])
  await migrateUp({ ...options(), steps })
  assert.equal(installs, 2)
})

test('the printed plan does what "up" does', async () => {
  write('0001_one', "create table one (id int);\ncomment on table one is 'a;b'", 'drop table one')
  write('0002_index', '-- no-transaction\ncreate index concurrently if not exists one_id on one (id);')
  const plan = await planMigrations(options())
  assert.deepEqual(await tables(), [])
  const { splitStatements } = await import('./migrations/statements.ts')
  for (const { text } of splitStatements(plan)) await client.query(text)
  assert.deepEqual(await migrateUp(options()), [])
  assert.deepEqual(await tables(), ['one'])
  assert.equal(await planMigrations(options()), '')
})

test('the application, in its own role, sees whether the schema is the one it was built for', async () => {
  const migrated = await createTestDatabase()
  const db = openDatabase({ url: migrated.url, poolMax: 1, log: { error: () => {} } as never })
  try {
    const migrations = readMigrations()
    assert.deepEqual(await pendingMigrations(db), { pending: [], faults: [], ahead: [] })
    const next = { ...migrations[0], version: 9999, name: '9999_next' } as (typeof migrations)[number]
    assert.deepEqual((await pendingMigrations(db, [...migrations, next])).pending, ['9999_next'])
    const last = migrations.at(-1)?.name
    assert.deepEqual((await pendingMigrations(db, migrations.slice(0, -1))).ahead, [last])
  } finally {
    await closeDatabase(db)
    await migrated.drop()
  }
})

test('a new migration gets the next number and an empty pair of files', async () => {
  write('0007_seven', '')
  const { up, down } = createMigration('Add Colours', folder)
  assert.equal(up, join(folder, '0008_add_colours.up.sql'))
  assert.match(readFileSync(down, 'utf8'), /^--/)
  assert.throws(() => createMigration('../x', folder), /is not a name/)
  assert.throws(() => createMigration('', folder), /is not a name/)
  assert.deepEqual(await migrateUp(options()), ['0007_seven', '0008_add_colours'])
})
