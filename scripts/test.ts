/**
 * `npm test [-- what...]`: all tests, or those of the files, folders, globs or parts of names that are given; what begins
 * with a dash goes to the test runner. One PostgreSQL for the run, embedded and thrown away, or TEST_DATABASE_URL.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startEmbeddedPostgres } from '#platform/db/embedded.ts'
import { buildTemplate, dropTestDatabases, namesOfRun } from '../tests/support/database.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const PLACES = ['src', 'tests', 'scripts', 'web/src', 'simulators']
/** A file that never ends is named by the runner when it is interrupted. */
const LIMIT_MINUTES = 15

process.chdir(root)
const wanted = process.argv.slice(2)
const files = findFiles(wanted.filter((argument) => !argument.startsWith('-')))
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`)
  process.exit(1)
}

const started = performance.now()
const server = await openServer()
const { template, databases } = namesOfRun(`${process.pid}${randomBytes(3).toString('hex')}`)
let exitCode = 1
try {
  await buildTemplate(server.url, template)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const parallel = Math.max(2, availableParallelism())
  console.log(`${await describe(server.url)}, migrated in ${seconds} s; ${files.length} files, ${parallel} at a time\n`)
  exitCode = await runTests(parallel)
} finally {
  // On a server of somebody else's nothing of ours stays behind, whatever happened.
  if (!server.isOurs) {
    await dropTestDatabases(server.url, databases)
    await dropTestDatabases(server.url, template)
  }
  await server.stop()
}
process.exitCode = exitCode

function findFiles(patterns: string[]): string[] {
  const all = PLACES.flatMap((place) =>
    globSync(`${place}/**/*.test.{ts,tsx}`, { exclude: ['**/node_modules/**'] }),
  ).sort()
  if (patterns.length === 0) return all
  const chosen = patterns.flatMap((pattern) => {
    const given = pattern.replace(/^\.\//, '')
    const kind = statSync(given, { throwIfNoEntry: false })
    if (kind?.isFile()) return [given]
    if (kind?.isDirectory()) return all.filter((file) => file.startsWith(`${given.replace(/\/+$/, '')}/`))
    const globbed = globSync(given).filter((file) => file.includes('.test.'))
    return globbed.length > 0 ? globbed : all.filter((file) => file.includes(given))
  })
  return [...new Set(chosen)]
}

async function openServer(): Promise<{ url: string; isOurs: boolean; stop(): Promise<void> }> {
  const url = process.env.TEST_DATABASE_URL
  if (url) return { url, isOurs: false, stop: async () => {} }
  const embedded = await startEmbeddedPostgres({ throwaway: true })
  return { url: embedded.url, isOurs: true, stop: () => embedded.stop() }
}

async function describe(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('show server_version')
  await client.end()
  const redis = process.env.REDIS_URL ? ' and Redis' : ''
  return `PostgreSQL ${rows[0]?.server_version}${redis}`
}

async function runTests(parallel: number): Promise<number> {
  const { DATABASE_URL: _, ...inherited } = process.env
  const env = {
    ...inherited,
    PLINTH_TEST_SERVER: server.url,
    PLINTH_TEST_TEMPLATE: template,
    // Each file is a process of its own; this saves it from compiling the libraries again.
    NODE_COMPILE_CACHE: inherited.NODE_COMPILE_CACHE ?? '.data/test/compile-cache',
  }
  const flags = ['--test', '--test-reporter=spec', `--test-concurrency=${parallel}`, '--test-timeout=240000']
  const given = wanted.filter((argument) => argument.startsWith('-'))
  const child = spawn(process.execPath, [...flags, ...given, ...files], { env, stdio: 'inherit' })

  // A terminal sends Ctrl-C to the runner as well; other senders reach only us. Twice does no harm.
  const interrupt = () => child.kill('SIGINT')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  const limit = setTimeout(() => {
    console.error(`\nStopped after ${LIMIT_MINUTES} minutes.`)
    interrupt()
  }, LIMIT_MINUTES * 60_000)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(limit)
  return code ?? 1
}
