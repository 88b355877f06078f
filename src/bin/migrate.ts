/** `npm run migrate -- <command>`; see migrations/README.md. */
import { parseArgs } from 'node:util'
import { ConfigError, loadConfig, processEnvironment } from '#platform/config.ts'
import {
  createMigration,
  MigrationError,
  type MigrationOptions,
  type MigrationState,
  migrateDown,
  migrateUp,
  migrationStatus,
  planMigrations,
} from '#platform/db/migrations.ts'
import { locateDatabase } from './database-url.ts'
import { installSteps } from './install-steps.ts'

const USAGE = `npm run migrate -- <command>

  up                apply what is pending
  down [n | all]    take back the last migration, the last n, or all
  status            what is applied and what is pending
  sql               print the SQL that "up" would run; runs nothing
  new <name>        make an empty pair of files with the next number
  check             fail when the generated types or the dump of the schema are stale

  --retry-for <seconds>   how long "up" and "down" come back for locks that others hold (900)
`

const say = (line: string) => console.log(line)

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, 'retry-for': { type: 'string' } },
  })
  const [command, argument, ...rest] = positionals
  if (values.help) {
    say(USAGE)
    return 0
  }
  const takesArgument = command === 'down' || command === 'new'
  if (rest.length > 0 || (argument !== undefined && !takesArgument))
    throw new MigrationError(`Too many arguments.\n\n${USAGE}`)
  const retryForSeconds = values['retry-for'] === undefined ? undefined : wholeNumber(values['retry-for'])

  if (command === 'new') {
    const { up, down } = createMigration(argument ?? '')
    say(`Made ${up}\nMade ${down}`)
    return 0
  }
  if (command === 'check') return check()
  const run = { up, down, status, sql }[command ?? '']
  if (!run) {
    console.error(command ? `There is no command "${command}".\n\n${USAGE}` : USAGE)
    return 2
  }
  const database = await locateDatabase(databaseConfig())
  // The plan is all that "sql" prints, so that it can be piped.
  if (command !== 'sql') say(`Database: ${database.label}`)
  try {
    return await run(
      { url: database.url, steps: installSteps, log: command === 'sql' ? console.error : say, retryForSeconds },
      argument,
    )
  } finally {
    await database.release()
  }
}

/** The database is all that a release step is told; the application's secrets may stay away from it. */
function databaseConfig() {
  const { NODE_ENV, DATABASE_URL, PLINTH_DATA_DIR } = processEnvironment()
  if (NODE_ENV === 'production' && !DATABASE_URL)
    throw new MigrationError('Set DATABASE_URL to the database to migrate.')
  return loadConfig({ DATABASE_URL, PLINTH_DATA_DIR })
}

async function up(options: MigrationOptions): Promise<number> {
  const applied = await migrateUp(options)
  const { states } = await migrationStatus(options)
  const newest = states.findLast(({ state }) => state === 'applied')?.name ?? 'nothing'
  const what =
    applied.length === 0
      ? 'Nothing to do'
      : applied.length === 1
        ? '1 migration applied'
        : `${applied.length} migrations applied`
  say(`${what}; the schema is at ${newest}.`)
  return 0
}

async function down(options: MigrationOptions, argument = '1'): Promise<number> {
  const undone = await migrateDown({
    ...options,
    count: argument === 'all' ? Number.MAX_SAFE_INTEGER : wholeNumber(argument),
  })
  if (undone.length === 0) say('Nothing to do: no migration is applied.')
  return 0
}

async function status(options: MigrationOptions): Promise<number> {
  const { states, faults } = await migrationStatus(options)
  for (const state of states) say(describe(state))
  for (const fault of faults) console.error(fault)
  return faults.length > 0 ? 1 : 0
}

function describe({ name, state, appliedAt, durationMs }: MigrationState): string {
  if (state === 'pending') return `  pending   ${name}`
  const when = `${appliedAt?.toISOString().slice(0, 19).replace('T', ' ')} UTC, ${durationMs} ms`
  return `  applied   ${name}   ${when}${state === 'unknown here' ? ', by a later release' : ''}`
}

async function sql(options: MigrationOptions): Promise<number> {
  const plan = await planMigrations(options)
  say(plan || '-- Nothing to do.')
  return 0
}

async function check(): Promise<number> {
  // Development only: it needs a scratch database, and the image has neither the scripts nor the embedded server.
  const { staleSchemaFiles } = await import('../../scripts/generate-schema.ts')
  const stale = await staleSchemaFiles()
  for (const path of stale)
    console.error(`${path} is not what the migrations make. Run "npm run generate" and commit it.`)
  if (stale.length === 0) say('The generated types and the dump of the schema are what the migrations make.')
  return stale.length > 0 ? 1 : 0
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new MigrationError(`"${text}" is not a whole number.`)
  return Number(text)
}

/** What a person can act on is said in words; anything else is a fault of ours and keeps its stack. */
function explain(error: unknown): unknown {
  if (error instanceof AggregateError) return explain(error.errors[0])
  if (!(error instanceof Error)) return error
  const { name, code } = error as Error & { code?: string }
  if (error instanceof ConfigError || error instanceof MigrationError || name === 'EmbeddedPostgresError')
    return error.message
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') return `The database cannot be reached: ${error.message}`
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${error.message}\n\n${USAGE}`
  return /^[0-9A-Z]{5}$/.test(code ?? '') ? error.message : error
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
