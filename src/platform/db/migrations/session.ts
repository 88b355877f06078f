import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { MigrationError } from './files.ts'

/** Any number will do that nobody else locks in this database. */
const LOCK = 7_261_554_317

/**
 * While a statement waits for a lock, everybody who comes after waits behind it. So it waits shortly and comes again:
 * requests are held up for this long at most, even beside a transaction that stays open for minutes.
 */
const LOCK_TIMEOUT_MS = 300
const RETRY_FOR_SECONDS = 15 * 60
const LONGEST_PAUSE_MS = 5_000

export interface SessionOptions {
  url: string
  log?: (line: string) => void
  lockTimeoutMs?: number
  /** How long locks held by others are waited for, over all attempts at one file. */
  retryForSeconds?: number
}

export interface MigrationSession {
  client: pg.Client
  log: (line: string) => void
  lockTimeoutMs: number
  /** Runs the work again while it fails only because others hold locks. It must undo itself when it fails. */
  retry(what: string, work: () => Promise<void>): Promise<void>
}

/** One migrator at a time: the others wait for the lock and then find everything done. */
export function inMigrationSession<T>(
  options: SessionOptions,
  work: (session: MigrationSession) => Promise<T>,
): Promise<T> {
  return inSession(options, async (session) => {
    await lock(session)
    return work(session)
  })
}

/** Without the lock, for those who only look. */
export async function inSession<T>(
  options: SessionOptions,
  work: (session: MigrationSession) => Promise<T>,
): Promise<T> {
  const { url, log = () => {}, lockTimeoutMs = LOCK_TIMEOUT_MS, retryForSeconds = RETRY_FOR_SECONDS } = options
  const client = new pg.Client({ connectionString: url, application_name: 'plinth migrate', keepAlive: true })
  let lost: Error | undefined
  client.on('error', (error) => {
    lost = error
  })
  client.on('notice', (notice) => log(`  ${notice.message}`))
  await client.connect()
  try {
    await prepare(client, lockTimeoutMs)
    const retryHere = (what: string, attempt: () => Promise<void>) => retry(client, log, retryForSeconds, what, attempt)
    return await work({ client, log, lockTimeoutMs, retry: retryHere })
  } catch (error) {
    throw lost ?? error
  } finally {
    // Ends the session, and with it the lock.
    await client.end().catch(() => {})
  }
}

async function prepare(client: pg.Client, lockTimeoutMs: number): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding`,
  )
  if ((rows[0]?.version ?? 0) < 150_000) throw new MigrationError('Plinth needs PostgreSQL 15 or newer.')
  if (rows[0]?.encoding !== 'UTF8')
    throw new MigrationError(`The database must be encoded in UTF8, not ${rows[0]?.encoding}.`)
  await client.query(
    `set lock_timeout = ${lockTimeoutMs}; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0;
     set search_path = public; set client_min_messages = warning`,
  )
}

/**
 * Asks again and again instead of waiting in the database: a waiting statement holds a snapshot, and another migrator's
 * CREATE INDEX CONCURRENTLY would wait for that snapshot for ever.
 */
async function lock({ client, log }: MigrationSession): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await client.query<{ locked: boolean }>(`select pg_try_advisory_lock(${LOCK}) as locked`)
    if (rows[0]?.locked) return
    if (attempt === 10) log('Another migration is running; waiting for it')
    await pause(50 + Math.random() * 100)
  }
}

async function retry(
  client: pg.Client,
  log: (line: string) => void,
  seconds: number,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isTransient(error)) throw error
      if (Date.now() > deadline) {
        throw new MigrationError(
          `${what}: gave up after ${seconds} s, because others hold locks.\n${await describeHolders(client)}`,
        )
      }
      if (attempt % 10 === 0) log(`${what} waits for a lock.\n${await describeHolders(client)}`)
      await pause(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2))
    }
  }
}

/** lock_not_available, deadlock_detected, serialization_failure, and two databases of a cluster that change one role. */
function isTransient(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string }
  if (code === 'XX000') return message.includes('tuple concurrently updated')
  return code === '55P03' || code === '40P01' || code === '40001'
}

async function describeHolders(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{
    pid: number
    seconds: number
    application: string
    state: string
    query: string
  }>(
    `select pid, extract(epoch from now() - xact_start)::int as seconds, application_name as application, state, left(query, 80) as query
     from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
     order by xact_start limit 3`,
  )
  return rows
    .map(
      (row) =>
        `  open for ${row.seconds} s: process ${row.pid} (${row.application || 'unnamed'}, ${row.state}): ${row.query}`,
    )
    .join('\n')
}
