/**
 * `npm run billing -- push | reconcile [--report | --forget-unknown] | events [state] | replay <event id>`: brings the plans to Stripe,
 * compares our copy with Stripe's truth and heals it, and shows or repeats what Stripe told.
 */
import { type Billing, listEvents, openStripe, push, reconcile, replayEvent } from '#billing'
import { closeDatabase, openDatabase } from '#platform/db/database.ts'
import { createLogger } from '#platform/log.ts'
import { clockOf, configure } from './boot.ts'
import { locateDatabase } from './database-url.ts'
import { locateStripe } from './local-stripe.ts'

const USAGE =
  'Usage: npm run billing -- push | reconcile [--report | --forget-unknown] | events [pending|unmatched|ignored|dead|done] | replay <event id>'
const STATES = ['pending', 'unmatched', 'ignored', 'dead', 'done'] as const

const [command = '', argument] = process.argv.slice(2)
const say = (line: string) => void process.stdout.write(`${line}\n`)

const commands: Record<string, (billing: Billing) => Promise<void>> = {
  push: (billing) => push(billing, say),

  async reconcile(billing) {
    if (argument !== undefined && argument !== '--report' && argument !== '--forget-unknown') return refuse()
    const heal = argument !== '--report'
    const { customers, drift } = await reconcile(billing, { heal, forgetUnknown: argument === '--forget-unknown' })
    for (const found of drift) say(JSON.stringify(found))
    say(`${customers} customers compared, ${drift.length} differences${heal ? '' : ', none healed'}.`)
    if (drift.some(({ healed }) => !healed)) process.exitCode = 1
  },

  async events(billing) {
    const state = STATES.find((name) => name === argument)
    if (argument !== undefined && !state) return refuse()
    const events = await listEvents(billing, { ...(state && { state }) })
    for (const event of events) say(JSON.stringify(event))
    say(`${events.length} events${events.length === 100 ? ', the newest' : ''}.`)
  },

  async replay(billing) {
    if (!argument) return refuse()
    const state = await replayEvent(billing, argument)
    if (!state) {
      process.stderr.write(`No event ${argument} was kept.\n`)
      process.exitCode = 1
    } else say(`${argument} is ${state} now.`)
  },
}

const run = commands[command]
if (!run) refuse()
else {
  const given = configure()
  const clock = clockOf(given)
  const log = createLogger(given)
  const { config, release } = await locateStripe(given, clock)
  const database = await locateDatabase(config)
  const db = openDatabase({ url: database.url, poolMax: 4, log, applicationName: 'plinth-billing' })
  try {
    const stripe = openStripe(config)
    if (!stripe) throw new Error('No Stripe is configured: set STRIPE_SECRET_KEY.')
    await run({ db, clock, log, stripe, appUrl: config.appUrl })
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  } finally {
    await closeDatabase(db)
    await database.release()
    release()
    // The clock is watched for as long as the process lives.
    process.exit()
  }
}

function refuse(): void {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = 2
}
