/** Jobs that failed on their last attempt: kept for a year, to be read and tried again by people. */

import type { Database, Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { DEAD_LETTERS, type Envelope } from './enqueue.ts'

export interface DeadLetter {
  id: string
  job: string
  /** The id under which the handler saw it. */
  jobId: string
  tenantId: string | null
  payload: object
  error: { type?: string; message?: string } | null
  attempts: number
  enqueuedAt: Date
  diedAt: Date
}

export async function listDeadLetters(
  db: Database | Tx,
  { job, limit = 100 }: { job?: string; limit?: number } = {},
): Promise<DeadLetter[]> {
  const { rows } = await sql<{
    id: string
    source_name: string
    source_id: string
    data: Envelope
    output: DeadLetter['error']
    source_retry_count: number
    source_created_on: Date
    created_on: Date
  }>`
    select id, source_name, source_id, data, output, source_retry_count, source_created_on, created_on
    from pgboss.job
    where name = ${DEAD_LETTERS} and state < 'active' and (${job ?? null}::text is null or source_name = ${job ?? null})
    order by created_on desc, id desc
    limit ${limit}
  `.execute(db)
  return rows.map((row) => ({
    id: row.id,
    job: row.source_name,
    jobId: row.source_id,
    tenantId: row.data.tenant_id,
    payload: row.data.payload,
    error: row.output,
    attempts: row.source_retry_count + 1,
    enqueuedAt: row.source_created_on,
    diedAt: row.created_on,
  }))
}

/**
 * Puts a dead letter back on its queue with all its attempts. False when it is gone, was replayed by somebody else, or
 * its kind of job no longer exists.
 */
export async function replay(db: Database | Tx, id: string): Promise<boolean> {
  const result = await sql`
    with dead as (
      delete from pgboss.job
      where name = ${DEAD_LETTERS} and id = ${id} and state < 'active'
        and exists (select 1 from pgboss.queue q where q.name = job.source_name)
      returning id, source_name, data, priority, group_id
    )
    insert into pgboss.job (
      id, name, data, priority, group_id, keep_until, policy, retry_limit, retry_delay, retry_delay_max, retry_backoff,
      expire_seconds, heartbeat_seconds, dead_letter, deletion_seconds
    )
    select
      dead.id, dead.source_name, dead.data, dead.priority, dead.group_id, 'infinity', 'standard', q.retry_limit, q.retry_delay,
      q.retry_delay_max, q.retry_backoff, q.expire_seconds, q.heartbeat_seconds, q.dead_letter, q.deletion_seconds
    from dead join pgboss.queue q on q.name = dead.source_name
  `.execute(db)
  return result.numAffectedRows === 1n
}
