/** The process that worker-kill.test.ts starts and kills: a real worker with its own connections. */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineJob, handle, startWorker } from '#jobs'
import { systemClock } from '#platform/clock.ts'
import { openDatabase } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { createLogger } from '#platform/log.ts'

export const charge = defineJob<{ n: number }>('test.charge', { concurrency: 4, attempts: 50 })
/** Instead of 30, so that the test need not wait so long for what a killed worker held. */
export const LEASE_SECONDS = 3

export async function work(databaseUrl: string): Promise<void> {
  const log = createLogger({ env: 'test', logLevel: 'error' })
  const db = openDatabase({ url: databaseUrl, poolMax: 6, log })
  const worker = await startWorker({
    databaseUrl,
    db,
    log,
    clock: systemClock,
    leaseSeconds: LEASE_SECONDS,
    pollSeconds: 0.1,
    jobs: [
      handle(charge, async ({ jobId, payload, tenantId, complete }) => {
        // The call to somebody else: it may be repeated, but always with the same key.
        await sql`insert into calls (key, n) values (${jobId}::uuid, ${payload.n})`.execute(db)
        await sleep(50 + Math.random() * 250)
        await inTenant(db, { tenantId: tenantId as string }, async (tx) => {
          await sql`insert into effects (n) values (${payload.n})`.execute(tx)
          await complete(tx)
        })
      }),
    ],
  })
  process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
}

if (process.argv[1] === import.meta.filename) await work(process.argv[2] as string)
