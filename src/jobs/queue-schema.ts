/** pg-boss's own tables, and one row for each kind of job. */

import type pg from 'pg'
import pgBoss from 'pg-boss/package.json' with { type: 'json' }
import type { Database } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { introduction } from './enqueue.ts'
import type { Job } from './job.ts'

export const QUEUE_SCHEMA = 'pgboss'

/**
 * Installs pg-boss's tables, or brings them up to the installed version. Repeating it changes nothing. Runs as the
 * migrating role, outside a transaction (an upgrade may build indexes concurrently), before `0004_jobs`.
 */
export async function installQueueSchema(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  const { rows } = await client.query<{ installed: string | null }>(
    `select to_regclass('${QUEUE_SCHEMA}.version') as installed`,
  )
  if (!rows[0]?.installed) {
    const { getConstructionPlans } = await import('pg-boss')
    await client.query(withoutTransaction(getConstructionPlans(QUEUE_SCHEMA)))
    return
  }
  const version = await installedVersion(client)
  if (version >= pgBoss.pgboss.schema) return
  const { getMigrationPlans } = await import('pg-boss')
  const [transaction = '', ...concurrent] = getMigrationPlans(QUEUE_SCHEMA, version).split(/^\s*COMMIT;\s*$/m)
  await client.query(withoutTransaction(transaction))
  // Each for itself: building an index concurrently is refused in company.
  for (const statement of concurrent.join('').split(/;\s*$/m)) {
    if (statement.trim()) await client.query(statement)
  }
}

async function installedVersion(client: Pick<pg.ClientBase, 'query'>): Promise<number> {
  const { rows } = await client.query<{ version: number }>(`select version from ${QUEUE_SCHEMA}.version`)
  return rows[0]?.version ?? 0
}

/** Several statements sent at once are one transaction already; ours, so that a caller's is not committed from here. */
function withoutTransaction(script: string): string {
  return script.replace(/^\s*(BEGIN|COMMIT);\s*$/gm, '')
}

/**
 * Brings the settings of the queues, which replays go by, up to what the code says. Needs no rights but the
 * application's own; workers do it when they start.
 */
export async function syncQueues(
  db: Database,
  jobs: readonly (Job<object> | { readonly job: Job<object> })[],
): Promise<void> {
  const byName = new Map(jobs.map((entry) => ('job' in entry ? entry.job : entry)).map((job) => [job.name, job]))
  if (byName.size === 0) return
  const columns = sql.raw(SETTINGS.map((column) => `known.${column}`).join(', '))
  const proposed = sql.raw(SETTINGS.map((column) => `excluded.${column}`).join(', '))
  // Written only when they differ, and in one order, as many processes start at once.
  const sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  await sql`
    ${introduction(sorted)}
    on conflict (name) do update set (${sql.raw(SETTINGS.join(', '))}, updated_on) = (${proposed}, now())
    where (${columns}) is distinct from (${proposed})
  `.execute(db)
}

const SETTINGS = [
  'retry_limit',
  'retry_delay',
  'retry_delay_max',
  'expire_seconds',
  'retention_seconds',
  'deletion_seconds',
  'dead_letter',
  'heartbeat_seconds',
]
