/** What `worker.ts` starts once compiled code is kept: jobs and schedules, without HTTP. */
import { startWorker } from '#jobs'
import { exitOnUncaught, onShutdown } from '#platform/http/shutdown.ts'
import { createLogger } from '#platform/log.ts'
import { createServices } from '../services.ts'
import { workOf } from '../worker.ts'
import { assertConfinable, clockOf, configure, prepareDatabase } from './boot.ts'
import { locateStripe } from './local-stripe.ts'

const given = configure()
const log = createLogger(given)
exitOnUncaught(log)

const clock = clockOf(given)
const [database, stripe] = await Promise.all([prepareDatabase(given, log), locateStripe(given, clock)])
const { config } = stripe
const services = await createServices({ config, databaseUrl: database.url, log, clock })
await assertConfinable(services.db, config)
const worker = await startWorker({ ...services, databaseUrl: database.url, ...workOf(services) })

onShutdown({
  log,
  delaySeconds: 0,
  steps: [
    { name: 'worker', run: () => worker.stop() },
    { name: 'connections', run: () => services.close() },
    { name: 'database', run: () => database.release() },
    { name: 'local Stripe', run: async () => stripe.release() },
  ],
})
