/** The worker: jobs and schedules, without HTTP. Any number of them may run. */
import { startWorker } from '#jobs'
import { exitOnUncaught, onShutdown } from '#platform/http/shutdown.ts'
import { createLogger } from '#platform/log.ts'
import { createServices } from '../services.ts'
import { workOf } from '../worker.ts'
import { assertConfinable, clockOf, configure, prepareDatabase } from './boot.ts'

const config = configure()
const log = createLogger(config)
exitOnUncaught(log)

const database = await prepareDatabase(config, log)
const services = await createServices({ config, databaseUrl: database.url, log, clock: clockOf(config) })
await assertConfinable(services.db, config)
const worker = await startWorker({ ...services, databaseUrl: database.url, ...workOf(services) })

onShutdown({
  log,
  delaySeconds: 0,
  steps: [
    { name: 'worker', run: () => worker.stop() },
    { name: 'connections', run: () => services.close() },
    { name: 'database', run: () => database.release() },
  ],
})
