/** The migrations of this repository: reversible, safe to interrupt, safe to run by everybody at once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { MIGRATIONS_FOLDER, type Migration, migrateDown, migrateUp, readMigrations } from '#platform/db/migrations.ts'
import { generateSchemaFiles, staleSchemaFiles } from '../../scripts/generate-schema.ts'
import { dumpSchema } from '../../scripts/schema-dump.ts'
import { installSteps } from '../../src/bin/install-steps.ts'
import { createEmptyDatabase, createTestDatabase } from '../support/database.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders: string[] = []
const steps = installSteps
let complete: string

before(async () => {
  const database = await createTestDatabase()
  complete = await snapshot(database.url)
  await database.drop()
})

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** Everything that a migration could leave behind, but the roles: other databases of the server share them. */
async function snapshot(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ line: string }>(`
      select concat('schema ', nspname, ' ', nspacl::text) as line from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
      union all select concat('relation ', relnamespace::regnamespace, '.', relname, ' ', relrowsecurity) from pg_class
        where relkind in ('r', 'v', 'S', 'm', 'p', 'i') and relnamespace::regnamespace::text !~ '^(pg_|information_schema|public)' and relname <> 'bam'
      union all select concat('policy ', polname, ' on ', polrelid::regclass) from pg_policy
      union all select concat('defaults ', defaclnamespace::regnamespace) from pg_default_acl
      order by 1`)
    const owner = (await client.query<{ owner: string }>('select current_user as owner')).rows[0]?.owner ?? ''
    const others = rows.map(({ line }) => line.replaceAll(`${owner}=`, 'owner=').replaceAll(`/${owner}`, '/owner'))
    return `${(await dumpSchema(client)).replace(/^(create role|grant plinth_\w+ to) .*\n/gm, '')}\n${others.join('\n')}`
  })
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function onEmptyDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const database = await createEmptyDatabase()
  try {
    return await work(database.url)
  } finally {
    await database.drop()
  }
}

function folderOf(migrations: readonly Migration[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-migrations-'))
  folders.push(folder)
  for (const { name } of migrations) {
    for (const way of ['up', 'down'])
      cpSync(join(MIGRATIONS_FOLDER, `${name}.${way}.sql`), join(folder, `${name}.${way}.sql`))
  }
  return folder
}

function withPlanted(up: string, down: string): string {
  const folder = folderOf(readMigrations().slice(0, 1))
  writeFileSync(join(folder, '9999_planted.up.sql'), up)
  writeFileSync(join(folder, '9999_planted.down.sql'), down)
  return folder
}

/** The newest migration whose down file does not restore what was there before its up file. */
function incompleteDown(folder = MIGRATIONS_FOLDER): Promise<string | undefined> {
  return onEmptyDatabase(async (url) => {
    const migrations = readMigrations(folder)
    const early = folderOf([])
    await migrateUp({ url, folder: early })
    const snapshots = [await snapshot(url)]
    for (const { name } of migrations) {
      for (const way of ['up', 'down']) cpSync(join(folder, `${name}.${way}.sql`), join(early, `${name}.${way}.sql`))
      await migrateUp({ url, folder: early, steps })
      snapshots.push(await snapshot(url))
    }
    for (const [index, { name }] of [...migrations.entries()].reverse()) {
      await migrateDown({ url, folder })
      if ((await snapshot(url)) !== snapshots[index]) return name
    }
    await migrateUp({ url, folder, steps })
    assert.equal(await snapshot(url), snapshots.at(-1), 'a second way up ends elsewhere than the first')
    return undefined
  })
}

test('every down file takes back all that its up file made, and up again gives the same schema', async () => {
  assert.equal(await incompleteDown(), undefined)
})

test('a down file that forgets something is found', async () => {
  const up = 'create table planted (); create function forgotten() returns int language sql as $$ select 1 $$;'
  assert.equal(await incompleteDown(withPlanted(up, 'drop table planted;')), '9999_planted')
})

test('twenty migrators at once apply everything once, and all succeed', async () => {
  await onEmptyDatabase(async (url) => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => run(['src/bin/migrate.ts', 'up'], url)))
    assert.deepEqual(
      runs.map(({ code, stderr }) => ({ code, stderr })),
      runs.map(() => ({ code: 0, stderr: '' })),
    )
    const count = readMigrations().length
    assert.equal(runs.filter(({ stdout }) => stdout.includes(`${count} migrations applied`)).length, 1)
    assert.equal(runs.filter(({ stdout }) => stdout.includes('Nothing to do')).length, 19)
    assert.equal(await snapshot(url), complete)
  })
})

test('without the lock the same files do collide', async () => {
  await onEmptyDatabase(async (url) => {
    const script = readMigrations()
      .slice(1, 3)
      .map(({ up }) => up.text)
      .join('\n')
    await migrateUp({ url, folder: folderOf(readMigrations().slice(0, 1)) })
    const results = await Promise.allSettled([1, 2, 3].map(() => withClient(url, (client) => client.query(script))))
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 2)
  })
})

/** Ends a migrator with SIGKILL in front of a statement, runs another to the end, and returns what it then looks like. */
async function killedAndRunAgain(folder: string, path: string, index: number): Promise<string> {
  return onEmptyDatabase(async (url) => {
    const script = `
      import { migrateUp } from ${JSON.stringify(import.meta.resolve('#platform/db/migrations.ts'))}
      import { installSteps as steps } from ${JSON.stringify(import.meta.resolve('../../src/bin/install-steps.ts'))}
      const onStatement = (path, index) => {
        if (path === ${JSON.stringify(path)} && index === ${index}) process.kill(process.pid, 'SIGKILL')
      }
      await migrateUp({ url: process.env.DATABASE_URL, folder: ${JSON.stringify(folder)}, steps, onStatement })
    `
    const { signal, stderr } = await run(['--input-type=module-typescript', '-e', script], url)
    assert.equal(signal, 'SIGKILL', `${path} ${index} was not reached: ${stderr}`)
    await migrateUp({ url, folder, steps })
    return snapshot(url)
  })
}

test('a migrator killed in front of any statement is made good by the next one', async () => {
  const places = readMigrations().flatMap(({ up }) => up.statements.map((_, index) => ({ path: up.path, index })))
  // All of them take minutes; nine from beginning to end are run each time.
  const every = process.env.PLINTH_TEST_EVERY_STATEMENT ? 1 : Math.ceil(places.length / 9)
  const sample = places.filter((_, index) => index % every === 0 || index === places.length - 1)
  assert.ok(sample.length >= 9)
  for (const { path, index } of sample) {
    assert.equal(
      await killedAndRunAgain(MIGRATIONS_FOLDER, path, index),
      complete,
      `killed in front of ${path}, statement ${index}`,
    )
  }
})

test('a file that does not survive being killed half-way is found', async () => {
  const folder = withPlanted(
    '-- no-transaction\ncreate table planted ();\ncreate table other ();\n',
    'drop table planted, other;',
  )
  await assert.rejects(
    killedAndRunAgain(folder, 'migrations/9999_planted.up.sql', 1),
    /relation "planted" already exists/,
  )
})

test('the generated types and the dump are what the migrations make', async () => {
  const { code, stdout } = await run(['src/bin/migrate.ts', 'check'])
  assert.equal(code, 0, stdout)
})

test('a generated file that was edited or lost is found', async () => {
  const files = await generateSchemaFiles()
  const edited = await staleSchemaFiles((path) => files.get(path)?.replace(/tenant_id/, 'tenant_no'), files)
  assert.deepEqual(edited, ['src/platform/db/schema.ts', 'migrations/schema.sql'])
  const lost = await staleSchemaFiles((path) => (path.endsWith('.sql') ? undefined : files.get(path)), files)
  assert.deepEqual(lost, ['migrations/schema.sql'])
})

async function run(args: string[], databaseUrl?: string) {
  const env = { ...process.env, NODE_ENV: 'test', ...(databaseUrl && { DATABASE_URL: databaseUrl }) }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, ...output }
}
