import type { Database } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { DEAD_LETTERS } from './enqueue.ts'

export interface JobsHealth {
  status: 'ok' | 'degraded'
  /** Age of the oldest job that could run now; 0 when none waits. */
  oldestWaitingSeconds: number
  dead: number
}

/** Work that is due and has waited this long means that no worker runs, or too few. */
const LATE_SECONDS = 120

export async function jobsHealth(db: Database): Promise<JobsHealth> {
  const { rows } = await sql<{ waiting: number | null; dead: number }>`
    select
      (select extract(epoch from now() - min(start_after))::float8 from pgboss.job
        where name <> ${DEAD_LETTERS} and state < 'active' and not blocked and start_after <= now()) as waiting,
      (select count(*)::int from pgboss.job where name = ${DEAD_LETTERS} and state < 'active') as dead
  `.execute(db)
  const waiting = Math.max(0, rows[0]?.waiting ?? 0)
  return { status: waiting > LATE_SECONDS ? 'degraded' : 'ok', oldestWaitingSeconds: waiting, dead: rows[0]?.dead ?? 0 }
}
