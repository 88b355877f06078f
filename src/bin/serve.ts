/** What `server.ts` starts once compiled code is kept: the HTTP server, with PLINTH_WORKER=inline the worker as well. */
import { announce, localStripeAt } from '#billing'
import { startWorker, type Worker } from '#jobs'
import { exitOnUncaught, onShutdown } from '#platform/http/shutdown.ts'
import { createLogger } from '#platform/log.ts'
import { buildApp } from '../app.ts'
import { createServices, healthOf } from '../services.ts'
import { workOf } from '../worker.ts'
import { assertConfinable, clockOf, configure, prepareDatabase, withPort } from './boot.ts'
import { locateStripe } from './local-stripe.ts'

const given = await withPort(configure())
const log = createLogger(given)
exitOnUncaught(log)

const clock = clockOf(given)
const [database, stripe] = await Promise.all([prepareDatabase(given, log), locateStripe(given, clock)])
const { config } = stripe
const services = await createServices({ config, databaseUrl: database.url, log, clock })
await assertConfinable(services.db, config)
const localStripe = stripe.localUrl === undefined ? undefined : localStripeAt(stripe.localUrl)
if (config.seed === 'demo') {
  const { seedDemo, seedSubscription } = await import('../demo/index.ts')
  const isNew = await seedDemo({ db: services.db, clock, passwords: services.accounts.passwords })
  if (isNew && localStripe) await seedSubscription(services.billing, localStripe)
}

const app = await buildApp({ ...services, health: healthOf(services), localStripe })
let starting: Promise<Worker> | undefined
// Before anybody can be answered: who is asked to stop while still starting stops like any other.
onShutdown({
  app,
  log,
  delaySeconds: config.shutdownDelaySeconds,
  steps: [
    { name: 'worker', run: async () => (await starting)?.stop() },
    { name: 'connections', run: () => services.close() },
    { name: 'database', run: () => database.release() },
    { name: 'local Stripe', run: async () => stripe.release() },
  ],
})
await app.listen({ host: config.host, port: config.port })
if (config.worker === 'inline') starting = startWorker({ ...services, databaseUrl: database.url, ...workOf(services) })
if (localStripe) await announce(services.billing, `http://127.0.0.1:${config.port}`)
await starting

if (config.env === 'production' && config.smtpUrl === undefined) {
  log.warn('SMTP_URL is not set: mails are written but nobody gets them')
}
log.info({ address: config.appUrl }, 'serving')
