/**
 * Plain SQL files, applied in order, each exactly once. Written against `pg` and not with Kysely's Migrator, which runs
 * all files in one transaction or none, and keeps no checksums.
 */
import type { Kysely } from 'kysely'
import type pg from 'pg'
import { sql } from './kysely.ts'
import { type Migration, MigrationError, readMigrations } from './migrations/files.ts'
import {
  CREATE_LEDGER,
  compare,
  type LedgerRow,
  OPEN_LEDGER,
  READ_LEDGER,
  readLedger,
  refuseFaults,
} from './migrations/ledger.ts'
import { runScript } from './migrations/run.ts'
import { inMigrationSession, inSession, type MigrationSession, type SessionOptions } from './migrations/session.ts'

export {
  createMigration,
  MIGRATIONS_FOLDER,
  type Migration,
  MigrationError,
  readMigrations,
} from './migrations/files.ts'

/** Something that another part installs by itself and later migrations build on: the queue's own tables. */
export interface InstallStep {
  name: string
  /** Runs before the first file with this number or a higher one, at every `up`, because it may have a new version. */
  before: number
  /** Repeatable; outside a transaction. */
  install(client: pg.ClientBase): Promise<void>
}

export interface MigrationOptions extends SessionOptions {
  folder?: string
  steps?: InstallStep[]
  /** Called before each statement; tests end the process here. */
  onStatement?: (path: string, index: number) => void
}

export interface MigrationState {
  name: string
  state: 'applied' | 'pending' | 'unknown here'
  appliedAt?: Date
  durationMs?: number
}

/** Applies what is pending and returns the names. */
export function migrateUp(options: MigrationOptions): Promise<string[]> {
  const migrations = readMigrations(options.folder)
  return inMigrationSession(options, async (session) => {
    await session.client.query(CREATE_LEDGER)
    const comparison = compare(migrations, await readLedger(session.client))
    refuseFaults(comparison)
    if (comparison.ahead.length > 0) {
      session.log(`The database is ahead of this release: ${comparison.ahead.map(({ name }) => name).join(', ')}`)
    }
    const newest = migrations.at(-1)?.version ?? 0
    const steps = (options.steps ?? []).filter(({ before }) => before <= newest).sort((a, b) => a.before - b.before)
    for (const migration of comparison.pending) {
      while (steps[0] && steps[0].before <= migration.version) await install(session, steps.shift() as InstallStep)
      await apply(session, migration, options)
    }
    for (const step of steps) await install(session, step)
    await session.retry('schema_migrations', async () => void (await session.client.query(OPEN_LEDGER)))
    return comparison.pending.map(({ name }) => name)
  })
}

/** Takes back the last `count` migrations, newest first, and returns their names. */
export function migrateDown(options: MigrationOptions & { count?: number }): Promise<string[]> {
  const migrations = new Map(readMigrations(options.folder).map((migration) => [migration.version, migration]))
  return inMigrationSession(options, async (session) => {
    const rows = (await readLedger(session.client)).reverse().slice(0, options.count ?? 1)
    for (const row of rows) {
      const migration = migrations.get(row.version)
      if (!migration) throw new MigrationError(`${row.name} came with a later release; go down with that one.`)
      const forget = () =>
        session.client.query('delete from public.schema_migrations where version = $1', [row.version])
      await runScript(session, migration.down, forget, options.onStatement)
      session.log(`Took back ${row.name}`)
    }
    return rows.map(({ name }) => name)
  })
}

export async function migrationStatus(
  options: MigrationOptions,
): Promise<{ states: MigrationState[]; faults: string[] }> {
  const migrations = readMigrations(options.folder)
  return inSession(options, async ({ client }) => {
    const ledger = await readLedger(client)
    const { pending, faults } = compare(migrations, ledger)
    const states: MigrationState[] = ledger.map((row) => ({
      name: row.name,
      state: migrations.some(({ version }) => version === row.version) ? 'applied' : 'unknown here',
      appliedAt: row.applied_at,
      durationMs: row.duration_ms,
    }))
    return { states: [...states, ...pending.map(({ name }) => ({ name, state: 'pending' as const }))], faults }
  })
}

/** The SQL that `up` would run, as a script for psql. */
export function planMigrations(options: MigrationOptions): Promise<string> {
  const migrations = readMigrations(options.folder)
  return inSession(options, async ({ client }) => {
    const comparison = compare(migrations, await readLedger(client))
    refuseFaults(comparison)
    if (comparison.pending.length === 0) return ''
    const steps = [...(options.steps ?? [])]
    const parts = [`${CREATE_LEDGER};`]
    for (const migration of comparison.pending) {
      while (steps[0] && steps[0].before <= migration.version) {
        parts.push(`-- Here ${steps.shift()?.name} is installed or brought up to date.`)
      }
      parts.push(planOf(migration))
    }
    return `${parts.join('\n\n')}\n\n${OPEN_LEDGER};\n`
  })
}

function planOf({ version, name, checksum, up }: Migration): string {
  const text = up.text.trim()
  const closed = /;\s*(?:--[^\n]*\s*)*$/.test(text) ? text : `${text}\n;`
  const record = `insert into public.schema_migrations (version, name, checksum, duration_ms)\n  values (${version}, '${name}', '${checksum}', 0);`
  const body = `${closed}\n\n${record}`
  return `-- ${up.path}\n${up.transactional ? `begin;\n${body}\ncommit;` : body}`
}

export interface SchemaState {
  /** Names of migrations that this release needs and the database lacks; or what else is wrong, in words. */
  pending: string[]
  faults: string[]
  /** Names of migrations of a later release. By the rules of migrations/README.md this release still works. */
  ahead: string[]
}

/** For the readiness check; asks as the application's own role. */
export async function pendingMigrations(
  db: Pick<Kysely<never>, 'getExecutor'>,
  migrations: readonly Migration[] = readMigrations(),
): Promise<SchemaState> {
  const exists = await sql<{
    exists: boolean
  }>`select to_regclass('public.schema_migrations') is not null as exists`.execute(db as Kysely<never>)
  const ledger = exists.rows[0]?.exists
    ? (await sql<LedgerRow>`${sql.raw(READ_LEDGER)}`.execute(db as Kysely<never>)).rows
    : []
  const { pending, faults, ahead } = compare(migrations, ledger)
  return { pending: pending.map(({ name }) => name), faults, ahead: ahead.map(({ name }) => name) }
}

async function apply(
  session: MigrationSession,
  migration: Migration,
  { onStatement }: MigrationOptions,
): Promise<void> {
  const { version, name, checksum, up } = migration
  let durationMs = 0
  await runScript(
    session,
    up,
    (milliseconds) => {
      durationMs = milliseconds
      return session.client.query(
        'insert into public.schema_migrations (version, name, checksum, duration_ms) values ($1, $2, $3, $4)',
        [version, name, checksum, milliseconds],
      )
    },
    onStatement,
  )
  session.log(`Applied ${name} (${durationMs} ms)`)
}

async function install(session: MigrationSession, step: InstallStep): Promise<void> {
  await session.retry(step.name, () => step.install(session.client))
}
