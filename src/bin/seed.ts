/** Plants the demo data in an empty database. */
import { createLogger } from '#platform/log.ts'
import { seedDemo } from '../demo/index.ts'
import { createServices } from '../services.ts'
import { clockOf, configure, prepareDatabase } from './boot.ts'

const config = configure()
if (config.env === 'production') {
  process.stderr.write('The demo data is for development: its passwords are public. Nothing was changed.\n')
  process.exit(1)
}
const log = createLogger({ ...config, logLevel: 'error' })
const database = await prepareDatabase(config, log)
const services = await createServices({ config, databaseUrl: database.url, log, clock: clockOf(config) })
const planted = await seedDemo({ db: services.db, clock: services.clock, passwords: services.accounts.passwords })
process.stdout.write(planted ? 'The demo data is planted.\n' : 'The database is not empty; nothing was changed.\n')
await services.close()
await database.release()
