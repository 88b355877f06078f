/** What a process does before it can serve: read the configuration, find or start the database, bring it up to date. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { type AdjustableClock, type Clock, systemClock } from '#platform/clock.ts'
import { type Config, ConfigError, loadConfig } from '#platform/config.ts'
import { type Database, loginPrivileges } from '#platform/db/database.ts'
import { migrateUp } from '#platform/db/migrations.ts'
import type { Logger } from '#platform/log.ts'
import { sharedClock } from '#platform/shared-clock.ts'
import { type DatabaseLocation, locateDatabase } from './database-url.ts'
import { installSteps } from './install-steps.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Ends the process with every fault of the configuration in words. */
export function configure(): Config {
  try {
    const config = loadConfig(undefined, { developmentSecret })
    return { ...config, dataDir: absolute(config.dataDir) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** From whatever folder a command is run, its data is beside the code. */
function absolute(dataDir: string): string {
  return isAbsolute(dataDir) ? dataDir : join(ROOT, dataDir)
}

/** Outside production only. The same for all processes on one database, and after a restart, so nobody is signed out. */
function developmentSecret(dataDir: string, databaseUrl: string | undefined): string {
  if (!databaseUrl) return keptSecret(dataDir)
  return createHash('sha256').update(`plinth development ${databaseUrl}`).digest('base64url')
}

function keptSecret(dataDir: string): string {
  const path = join(absolute(dataDir), 'secret')
  if (!existsSync(path)) {
    mkdirSync(absolute(dataDir), { recursive: true })
    try {
      writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
    } catch (error) {
      // Another process was first; its secret is the one.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    process.stderr.write(
      `${path} cannot be read: it belongs to another user. Run as that user, or set PLINTH_DATA_DIR.\n`,
    )
    process.exit(1)
  }
}

/**
 * Where the processes of one system meet on this machine in development: the data folder, or for one database with
 * several data folders a place that its address leads to.
 */
export function meetingPlace({ databaseUrl, dataDir }: Config): string {
  if (!databaseUrl) return dataDir
  const name = createHash('sha256').update(databaseUrl).digest('hex').slice(0, 16)
  const me = process.getuid?.() ?? 0
  const place = join(tmpdir(), `plinth-${me}-${name}`)
  // Anybody may put a folder there; what somebody else's says is not believed.
  const owner = statSync(place, { throwIfNoEntry: false })?.uid ?? me
  return owner === me ? place : dataDir
}

/** Development can travel in time, all its processes together, and stays where it is over restarts. */
export function clockOf(config: Config): Clock | AdjustableClock {
  return config.env === 'production' ? systemClock : sharedClock(join(meetingPlace(config), 'clock'))
}

/** The configured database, or the embedded one. Outside production it is migrated here, behind an advisory lock. */
export async function prepareDatabase(config: Config, log: Logger): Promise<DatabaseLocation> {
  const database = await locateDatabase(config, (line) => log.debug(line))
  if (config.env !== 'production') {
    const applied = await migrateUp({ url: database.url, steps: installSteps })
    if (applied.length > 0) log.info({ applied }, 'database migrated')
  }
  return database
}

/** Row security must bind the login even after an injected `reset role`. */
export async function assertConfinable(db: Database, config: Config): Promise<void> {
  if (config.env !== 'production') return
  const { superuser, bypassesRowSecurity } = await loginPrivileges(db)
  if (!superuser && !bypassesRowSecurity) return
  throw new Error(
    `DATABASE_URL signs in as a role ${superuser ? 'with superuser rights' : 'that bypasses row security'}. ` +
      'Use a plain role: see docs/operations/database.md.',
  )
}

/** Links carry the address, so the port has to be known before anything is built. */
export async function withPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, config.host, () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
  const appUrl = config.appUrl.endsWith(':0') ? config.appUrl.replace(/:0$/, `:${port}`) : config.appUrl
  return { ...config, port, appUrl }
}
