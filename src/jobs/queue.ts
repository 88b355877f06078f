/**
 * The worker's side of the queue: claiming, keeping, and settling jobs. A claim is known by the moment it was made
 * (`started_on`); every statement that settles a job names it, so a worker that lost its lease changes nothing.
 *
 * pg-boss decides what is next, how long a retry waits and what becomes a dead letter. What it cannot do is tell two
 * claims of one job apart, or give a job back without counting an attempt; that is done here on its table.
 */
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { describeError, type Logger } from '#platform/log.ts'
import { type Envelope, LEASE_SECONDS } from './enqueue.ts'
import type { Job } from './job.ts'
import { QUEUE_SCHEMA } from './queue-schema.ts'

export interface Claim {
  readonly name: string
  readonly id: string
  /** When it was claimed, to the microsecond, as PostgreSQL wrote it. */
  readonly claimedAt: string
  readonly attempt: number
  readonly attempts: number
  readonly data: Envelope
}

export interface Queue {
  readonly boss: PgBoss
  /** Which of these have a job that could start now. One cheap question for all of them, however many there are. */
  readyAmong(names: readonly string[]): Promise<string[]>
  claim(job: Job<object>, limit: number): Promise<Claim[]>
  /** Whether the claim still held. */
  complete(claim: Claim): Promise<boolean>
  /** Schedules the next attempt, or makes it a dead letter when there is none or `hopeless`. */
  fail(claim: Claim, error: unknown, options?: { hopeless?: boolean }): Promise<boolean>
  /** Gives the job back unharmed: the run does not count as an attempt. */
  release(claim: Claim, delaySeconds?: number): Promise<boolean>
  /** Renews the leases; answers the ids of those that still held. */
  renew(claims: readonly Claim[]): Promise<Set<string>>
  /** Ends the runs of workers that have not been heard of, so that their jobs are tried again. */
  reclaimExpired(): Promise<number>
  /** Makes jobs due that wait for a moment which, by a clock ahead of the database's, has passed. */
  advanceWaiting(names: readonly string[], offsetMs: number): Promise<void>
  close(): Promise<void>
}

const TIMESTAMPTZ = 1184

/** Timestamps stay text: a JavaScript date would round the microseconds off that tell two claims apart. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === TIMESTAMPTZ ? (text: string) => text : pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig

/** Maintenance may scan the job table, which takes longer than a request is given. */
const STATEMENT_TIMEOUT_SECONDS = 30
/** Beyond what the database allows, nobody is there any more; see platform/db/database.ts. */
const ANSWER_SECONDS = STATEMENT_TIMEOUT_SECONDS + 3
/** Of advisory locks: one process at a time takes jobs that are limited for each tenant. */
const CLAIMING = 726_155_432

const HELD = "state = 'active' and started_on = $3::timestamptz"

export async function openQueue({ databaseUrl, log }: { databaseUrl: string; log: Logger }): Promise<Queue> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'plinth-worker',
    // Claims, heartbeats and maintenance; handlers use the application's own pool.
    max: 3,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    query_timeout: ANSWER_SECONDS * 1000,
    types,
    async onConnect(client) {
      await client.query(
        `set role plinth_app; set datestyle = 'ISO'; set statement_timeout = '${STATEMENT_TIMEOUT_SECONDS}s'`,
      )
    },
  })
  pool.on('error', (error) => log.error({ err: error }, 'idle queue connection lost'))
  // A connection that is lost while it is lent out fails its statement; without a listener it would end the process.
  pool.on('connect', (client) => void client.on('error', () => {}))

  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: QUEUE_SCHEMA,
    migrate: false,
    schedule: false,
    // Takes away finished jobs. Expired leases are not left to it: it looks once a minute.
    supervise: true,
    maintenanceIntervalSeconds: 3600,
    // Needs the owner's rights.
    reindex: false,
    monitorVacuum: false,
  })
  // What it emits is a copy of the error without its class.
  boss.on('error', (error) =>
    log.error({ err: Object.assign(new Error(error.message), error) }, 'queue maintenance failed'),
  )
  boss.on('warning', (warning) => log.warn({ warning }, 'queue warning'))
  try {
    await boss.start()
  } catch (error) {
    await pool.end()
    throw error
  }

  async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const result = await work(client)
      await client.query('commit')
      client.release()
      return result
    } catch (error) {
      // The connection is thrown away rather than rolled back: it may be what failed.
      client.release(true)
      throw error
    }
  }

  const failWith = (client: pg.PoolClient, name: string, ids: string[], error: unknown) =>
    boss.fail(name, ids, describeError(error) as object, {
      db: { executeSql: (text, values) => client.query(text, values) },
    })

  return {
    boss,

    async readyAmong(names) {
      const { rows } = await pool.query<{ name: string }>(
        `select name from unnest($1::text[]) as name
         where exists (
           select 1 from pgboss.job j where j.name = name.name and j.state < 'active' and not j.blocked and j.start_after <= now()
         )`,
        [names],
      )
      return rows.map((row) => row.name)
    },

    async claim(job, limit) {
      const options = { batchSize: limit, includeMetadata: true } as const
      const fetched =
        job.perTenant === undefined
          ? await boss.fetch<Envelope>(job.name, options)
          : await inTransaction(async (client) => {
              // Two who count at the same moment would each take a tenant's last place.
              await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [CLAIMING, job.name])
              const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
              return boss.fetch<Envelope>(job.name, { ...options, groupConcurrency: job.perTenant as number, db })
            })
      return fetched.map((row) => ({
        name: row.name,
        id: row.id,
        claimedAt: row.startedOn as unknown as string,
        attempt: row.retryCount + 1,
        attempts: row.retryLimit + 1,
        data: row.data,
      }))
    },

    async complete(claim) {
      const result = await pool.query(
        `update pgboss.job set state = 'completed', completed_on = now() where name = $1 and id = $2 and ${HELD}`,
        [claim.name, claim.id, claim.claimedAt],
      )
      return result.rowCount === 1
    },

    fail(claim, error, { hopeless = false } = {}) {
      return inTransaction(async (client) => {
        const held = await client.query(
          `update pgboss.job set retry_limit = case when $4 then retry_count else retry_limit end
           where name = $1 and id = $2 and ${HELD}`,
          [claim.name, claim.id, claim.claimedAt, hopeless],
        )
        if (held.rowCount !== 1) return false
        await failWith(client, claim.name, [claim.id], error)
        return true
      })
    },

    async release(claim, delaySeconds = 0) {
      // Without `started_on` the next claim does not count as a retry.
      const result = await pool.query(
        `update pgboss.job
         set state = 'retry', started_on = null, heartbeat_on = null, start_after = now() + $4 * interval '1 second'
         where name = $1 and id = $2 and ${HELD}`,
        [claim.name, claim.id, claim.claimedAt, delaySeconds],
      )
      return result.rowCount === 1
    },

    async renew(claims) {
      // A row that is locked is being settled by its own handler's transaction: nothing to renew, and nothing to wait for.
      const { rows } = await pool.query<{ id: string }>(
        `with mine as (
           select * from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as m (name, id, claimed_at)
         ), held as (
           select j.name, j.id from pgboss.job j join mine on j.name = mine.name and j.id = mine.id
           where j.state = 'active' and j.started_on = mine.claimed_at
           for update of j skip locked
         ), renewed as (
           update pgboss.job j set heartbeat_on = now() from held where j.name = held.name and j.id = held.id
         )
         select j.id from pgboss.job j join mine on j.name = mine.name and j.id = mine.id
         where j.state = 'active' and j.started_on = mine.claimed_at`,
        [claims.map((claim) => claim.name), claims.map((claim) => claim.id), claims.map((claim) => claim.claimedAt)],
      )
      return new Set(rows.map((row) => row.id))
    },

    reclaimExpired() {
      return inTransaction(async (client) => {
        const { rows } = await client.query<{ name: string; ids: string[] }>(
          `select name, array_agg(id) as ids from (
             select name, id from pgboss.job
             where state = 'active' and heartbeat_on < now() - make_interval(secs => heartbeat_seconds)
             order by heartbeat_on limit 100
             for update skip locked
           ) expired group by name`,
        )
        for (const { name, ids } of rows) {
          await failWith(client, name, ids, new Error(`The worker was not heard of for ${LEASE_SECONDS} seconds.`))
        }
        return rows.reduce((count, { ids }) => count + ids.length, 0)
      })
    },

    async advanceWaiting(names, offsetMs) {
      await pool.query(
        `update pgboss.job set start_after = now()
         where name = any ($1) and state = 'created' and start_after > now() and start_after <= now() + $2 * interval '1 millisecond'`,
        [names, offsetMs],
      )
    },

    async close() {
      await boss.stop({ graceful: false })
      await pool.end()
    },
  }
}
