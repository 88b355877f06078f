/** The HTTP server; with PLINTH_WORKER=inline the worker as well. */
import { startWorker } from '#jobs'
import { exitOnUncaught, onShutdown } from '#platform/http/shutdown.ts'
import { createLogger } from '#platform/log.ts'
import { buildApp } from '../app.ts'
import { createServices, healthOf } from '../services.ts'
import { workOf } from '../worker.ts'
import { assertConfinable, clockOf, configure, prepareDatabase, withPort } from './boot.ts'

const config = await withPort(configure())
const log = createLogger(config)
exitOnUncaught(log)

const database = await prepareDatabase(config, log)
const clock = clockOf(config)
const services = await createServices({ config, databaseUrl: database.url, log, clock })
await assertConfinable(services.db, config)
if (config.seed === 'demo') {
  const { seedDemo } = await import('../demo/index.ts')
  await seedDemo({ db: services.db, clock, passwords: services.accounts.passwords })
}

const app = await buildApp({ ...services, health: healthOf(services) })
await app.listen({ host: config.host, port: config.port })

const worker =
  config.worker === 'inline'
    ? await startWorker({ ...services, databaseUrl: database.url, ...workOf(services) })
    : undefined

onShutdown({
  app,
  log,
  delaySeconds: config.shutdownDelaySeconds,
  steps: [
    { name: 'worker', run: async () => worker?.stop() },
    { name: 'connections', run: () => services.close() },
    { name: 'database', run: () => database.release() },
  ],
})
if (config.env === 'production' && config.smtpUrl === undefined) {
  log.warn('SMTP_URL is not set: mails are written but nobody gets them')
}
log.info({ address: config.appUrl }, 'serving')
