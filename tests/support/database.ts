/**
 * Databases for tests: copies of one migrated template, on a real PostgreSQL. `npm test` brings server and template
 * (scripts/test.ts); a file that is run by itself starts, or shares, the server below .data/test.
 */
import { createHash, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import pgBoss from 'pg-boss/package.json' with { type: 'json' }
import { startEmbeddedPostgres } from '#platform/db/embedded.ts'
import { migrateUp, readMigrations } from '#platform/db/migrations.ts'
import { installSteps } from '../../src/bin/install-steps.ts'

export interface TestDatabase {
  url: string
  /** Ends what is still connected and removes the database. */
  drop(): Promise<void>
}

const SHARED_SERVER = fileURLToPath(new URL('../../.data/test', import.meta.url))
const DATABASE_PREFIX = 'plinth_test_'
const TEMPLATE_PREFIX = 'plinth_template_'
/** Keeps two test files from building the same template at once. */
const TEMPLATE_LOCK = 7_261_554_318

/** A migrated database of its own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url, template } = await testServer()
  return createDatabase(url, `template ${await template}`)
}

/** An empty one, for tests of migrations and of databases that know nothing of us. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const { url } = await testServer()
  return createDatabase(url, "template template0 encoding 'UTF8'")
}

async function createDatabase(server: string, options: string): Promise<TestDatabase> {
  const run = process.env.PLINTH_TEST_TEMPLATE?.slice(TEMPLATE_PREFIX.length) ?? String(process.pid)
  const name = `${DATABASE_PREFIX}${run}_${randomBytes(6).toString('hex')}`
  await onServer(server, (client) => client.query(`create database ${name} ${options}`))
  return {
    url: urlOf(server, name),
    drop: () =>
      onServer(server, async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  }
}

let server: Promise<{ url: string; template: Promise<string> | string }> | undefined

function testServer() {
  server ??= openTestServer()
  return server
}

async function openTestServer(): Promise<{ url: string; template: Promise<string> | string }> {
  const { PLINTH_TEST_SERVER, PLINTH_TEST_TEMPLATE, TEST_DATABASE_URL } = process.env
  if (PLINTH_TEST_SERVER && PLINTH_TEST_TEMPLATE) return { url: PLINTH_TEST_SERVER, template: PLINTH_TEST_TEMPLATE }
  if (TEST_DATABASE_URL) return { url: TEST_DATABASE_URL, template: sharedTemplate(TEST_DATABASE_URL) }
  // Nobody stops it: it stops by itself when the last test process has ended.
  const { url, state } = await startEmbeddedPostgres({ dataDir: SHARED_SERVER, throwaway: true })
  if (state !== 'joined') await dropTestDatabases(url, DATABASE_PREFIX)
  return { url, template: sharedTemplate(url) }
}

/** The template is kept for the next run, under a name that changes with the migrations. */
async function sharedTemplate(url: string): Promise<string> {
  const hash = createHash('sha256').update(pgBoss.version)
  for (const { name, checksum } of readMigrations()) hash.update(`${name}${checksum}`)
  const name = TEMPLATE_PREFIX + hash.digest('hex').slice(0, 16)
  await onServer(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database where datname = $1', [
      name,
    ])
    if (rows.length > 0) return
    await dropTestDatabases(url, TEMPLATE_PREFIX, { keepNewest: 8 })
    const draft = `${DATABASE_PREFIX}draft_${process.pid}`
    await buildTemplate(url, draft)
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return name
}

export async function buildTemplate(url: string, name: string): Promise<void> {
  await onServer(url, (client) => client.query(`create database ${name} template template0 encoding 'UTF8'`))
  await migrateUp({ url: urlOf(url, name), steps: installSteps })
}

export async function dropTestDatabases(url: string, prefix: string, { keepNewest = 0 } = {}): Promise<void> {
  await onServer(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database where starts_with(datname, $1) and pg_has_role(datdba, 'member')
       order by oid desc offset $2`,
      [prefix, keepNewest],
    )
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`)
  })
}

/** For scripts/test.ts: names of one run, which nobody else uses. */
export function namesOfRun(run: string): { template: string; databases: string } {
  return { template: TEMPLATE_PREFIX + run, databases: `${DATABASE_PREFIX}${run}_` }
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
