/**
 * Putting work on the queue, in the transaction of the change that asks for it.
 *
 * The insert is our own rather than pg-boss's: that one reads the queue's settings and returns the row, and the roles
 * that requests run under may do nothing here but insert. Settings therefore travel with each job.
 */
import type { RawBuilder } from 'kysely'
import type { Database, Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { newId } from '#platform/ids.ts'
import type { Job } from './job.ts'

/** A job whose worker has not been heard of for so long is given to another. */
export const LEASE_SECONDS = 30
export const DEAD_LETTERS = 'dead-letters'
/** Finished jobs stay to be looked at, and so that no slot of a schedule can run again. */
export const KEEP_FINISHED_SECONDS = 3 * 86_400

/** Ten years: pg-boss takes away what has waited so long. */
const NEVER_SECONDS = 315_360_000

export interface EnqueueOptions {
  /** Not before this moment, by the application's clock. */
  startAfter?: Date
  /** While a job with this key waits for its first run, another one is not added. */
  singletonKey?: string
  /** For callers that see every tenant (`asSystem`). In a tenant's transaction it is always that tenant. */
  tenantId?: string
}

/** What `data` holds in the queue. */
export interface Envelope {
  version: number
  tenant_id: string | null
  payload: object
}

export async function enqueue<P extends object>(
  tx: Tx,
  job: Job<P>,
  payload: P,
  options: EnqueueOptions = {},
): Promise<void> {
  await insertJob(tx, job, payload, options)
}

/** Adds the job of one slot of a schedule. Answers whether it was this call that did. */
export function enqueueSlot(
  db: Database,
  job: Job<object>,
  payload: object,
  key: string,
  slot: Date,
): Promise<boolean> {
  return insertJob(db, job, payload, { singletonKey: key }, slot)
}

type Settings = Pick<
  Job<object>,
  'name' | 'version' | 'attempts' | 'retryDelaySeconds' | 'retryDelayMaxSeconds' | 'expireSeconds'
>

/**
 * The row of a queue, without which pg-boss takes no job. Its settings serve replays and people; jobs bring their own.
 */
export function introduction(jobs: readonly Settings[]): RawBuilder<unknown> {
  const rows = jobs.map(
    (job) => sql`(
      ${job.name}::text, 'standard', ${job.attempts - 1}::int, ${job.retryDelaySeconds}::int, true, ${job.retryDelayMaxSeconds}::int,
      ${job.expireSeconds}::int, ${NEVER_SECONDS}::int, ${KEEP_FINISHED_SECONDS}::int, ${DEAD_LETTERS}, false, 'job_common', ${LEASE_SECONDS}::int
    )`,
  )
  return sql`
    insert into pgboss.queue as known (
      name, policy, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, retention_seconds,
      deletion_seconds, dead_letter, partition, table_name, heartbeat_seconds
    ) values ${sql.join(rows)}`
}

async function insertJob(
  tx: Tx | Database,
  job: Settings,
  payload: object,
  { startAfter, singletonKey, tenantId }: EnqueueOptions,
  slot?: Date,
): Promise<boolean> {
  const tenant = sql`coalesce(${tenantId ?? null}, nullif(current_setting('app.tenant_id', true), ''))`
  // 'short' is pg-boss's word for "one per key among those that wait".
  const policy = singletonKey && !slot ? 'short' : 'standard'
  // `singleton_on` has no zone and holds UTC.
  const singletonOn = slot ? slot.toISOString().slice(0, -1) : null
  const result = await sql`
    with introduced as (${introduction([job])} on conflict do nothing)
    insert into pgboss.job (
      id, name, data, group_id, start_after, keep_until, policy, singleton_key, singleton_on,
      retry_limit, retry_delay, retry_delay_max, retry_backoff, expire_seconds, heartbeat_seconds, dead_letter, deletion_seconds
    )
    select
      ${newId()}::uuid, ${job.name},
      jsonb_build_object('version', ${job.version}::int, 'tenant_id', tenant.id, 'payload', ${JSON.stringify(payload)}::jsonb),
      tenant.id, coalesce(${startAfter ?? null}::timestamptz, now()), 'infinity', ${policy}, ${singletonKey ?? null}::text, ${singletonOn}::timestamp,
      ${job.attempts - 1}::int, ${job.retryDelaySeconds}::int, ${job.retryDelayMaxSeconds}::int, true, ${job.expireSeconds}::int,
      ${LEASE_SECONDS}::int, ${DEAD_LETTERS}, ${KEEP_FINISHED_SECONDS}::int
    from (select ${tenant} as id) tenant
    on conflict do nothing
  `.execute(tx)
  return result.numAffectedRows === 1n
}
