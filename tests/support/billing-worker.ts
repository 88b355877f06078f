/** The process that billing-kill.test.ts starts and kills: what `src/bin/worker.ts` is, with short leases. */
import { startWorker } from '#jobs'
import { systemClock } from '#platform/clock.ts'
import { loadConfig } from '#platform/config.ts'
import { createLogger } from '#platform/log.ts'
import { createServices } from '../../src/services.ts'
import { workOf } from '../../src/worker.ts'

/** Instead of 30, so that the test need not wait so long for what a killed worker held. */
export const LEASE_SECONDS = 2

export async function work(): Promise<void> {
  const config = loadConfig()
  const log = createLogger(config)
  const databaseUrl = config.databaseUrl as string
  const services = await createServices({ config, databaseUrl, log, clock: systemClock })
  const worker = await startWorker({
    ...services,
    databaseUrl,
    leaseSeconds: LEASE_SECONDS,
    pollSeconds: 0.1,
    ...workOf(services),
  })
  process.once('SIGTERM', async () => {
    await worker.stop()
    await services.close()
    process.exit(0)
  })
}

if (process.argv[1] === import.meta.filename) await work()
