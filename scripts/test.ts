/**
 * `npm test [-- what...]`: all tests, or those of the files, folders, globs or parts of names that are given; with
 * `--test-name-pattern=...` those whose names match. One PostgreSQL for the run, embedded and thrown away, or
 * TEST_DATABASE_URL.
 */
import { randomBytes } from 'node:crypto'
import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '#platform/db/embedded.ts'
import { buildTemplate, dropTestDatabases, namesOfRun } from '../tests/support/database.ts'
import { shareProcesses, type TestProcess } from './test-processes.ts'
import { openScratch } from './test-scratch.ts'
import { startTally, type TallyOfRun } from './test-tally.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The longest first: begun last, one of them would be waited for alone. */
const PLACES = ['tests/browser', 'src/billing', 'tests', 'src', 'simulators', 'scripts', 'web/src']
const TEST_TIMEOUT_MS = 240_000
const LIMIT_MINUTES = 15
const QUIET_SECONDS = 20

process.chdir(root)
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'test-name-pattern': { type: 'string', multiple: true } },
})
const files = findFiles(positionals)
if (files.length === 0) {
  console.error(`No test file matches ${positionals.join(' ')}.`)
  process.exit(1)
}

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort())

const started = performance.now()
const scratch = await openScratch()
if (scratch.folder) process.env.TMPDIR = scratch.folder
const shared = shareProcesses(files, root)
const tally = startTally()
const server = await openServer()
const { template, databases } = namesOfRun(`${process.pid}${randomBytes(3).toString('hex')}`)
try {
  await buildTemplate(server.url, template)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  // More than cores: half of their time they wait for processes, leases and browsers.
  const parallel = availableParallelism() * 2
  const { processes } = shared
  console.log(
    `${await describe(server.url)}, migrated in ${seconds} s; ` +
      `${files.length} files in ${processes.length} processes, ${parallel} at a time\n`,
  )
  process.exitCode = (await runTests(processes, parallel, tally)) ? 0 : 1
} finally {
  shared.remove()
  tally.remove()
  // On a server of somebody else's nothing of ours stays behind, whatever happened.
  if (!server.isOurs) {
    await dropTestDatabases(server.url, databases)
    await dropTestDatabases(server.url, template)
  }
  await server.stop()
  await scratch.remove()
}

function findFiles(patterns: string[]): string[] {
  const exclude = ['**/node_modules/**']
  const all = [...new Set(PLACES.flatMap((place) => globSync(`${place}/**/*.test.{ts,tsx}`, { exclude }).sort()))]
  if (patterns.length === 0) return all
  const chosen = patterns.flatMap((pattern) => {
    const given = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
    if (statSync(given, { throwIfNoEntry: false })?.isFile()) return [given]
    const inside = all.filter((file) => file.startsWith(`${given}/`))
    if (inside.length > 0) return inside
    const matching = globSync(given).filter((file) => file.includes('.test.'))
    return matching.length > 0 ? matching : all.filter((file) => file.includes(given))
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

/** Answers whether all passed. The processes have this process's environment. */
async function runTests(processes: TestProcess[], parallel: number, tally: TallyOfRun): Promise<boolean> {
  // A developer's own database is none of the tests' business.
  delete process.env.DATABASE_URL
  process.env.PLINTH_TEST_SERVER = server.url
  process.env.PLINTH_TEST_TEMPLATE = template
  process.env.LOCAL_STRIPE_TALLY = tally.path
  // Saves every file from compiling the libraries again.
  process.env.NODE_COMPILE_CACHE ??= resolve('.data/test/compile-cache')

  const results = run({
    files: processes.map(({ entry }) => entry),
    concurrency: parallel,
    timeout: TEST_TIMEOUT_MS,
    signal: interruption.signal,
    ...(values['test-name-pattern'] && { testNamePatterns: values['test-name-pattern'] }),
  })
  let passed = false
  results.on('test:summary', ({ file, success }) => {
    if (file === undefined) passed = success
  })
  const stopWatching = watch(results, processes)
  const output = results.compose(tally.beforeTheSummary).compose(new spec())
  output.pipe(process.stdout)
  await finished(output, { writable: false })
  stopWatching()
  return passed && tally.isFaultless() && !interruption.signal.aborted
}

/** Results are printed in the order of the processes, so a slow one holds back the others: says that work goes on. */
function watch(results: ReturnType<typeof run>, processes: TestProcess[]): () => void {
  const names = new Map(processes.map(({ name, entry }) => [entry, name]))
  const running = new Set<string>()
  let done = 0
  let lastWord = performance.now()
  results.on('test:dequeue', ({ name, file }) => {
    if (name === file) running.add(names.get(name) ?? name)
  })
  results.on('test:complete', ({ name, file }) => {
    if (name === file && running.delete(names.get(name) ?? name)) done++
  })
  for (const event of ['test:pass', 'test:fail'] as const) {
    results.on(event, () => {
      lastWord = performance.now()
    })
  }
  const progress = setInterval(() => {
    if (performance.now() - lastWord < QUIET_SECONDS * 1000) return
    lastWord = performance.now()
    console.error(`... ${done} of ${processes.length} processes are done; running: ${[...running].join(', ')}`)
  }, 1000)
  const limit = setTimeout(() => {
    console.error(`Stopped after ${LIMIT_MINUTES} minutes.`)
    interruption.abort()
  }, LIMIT_MINUTES * 60_000)
  interruption.signal.addEventListener('abort', () =>
    console.error(`\nInterrupted while running ${[...running].join(', ')}`),
  )
  return () => {
    clearInterval(progress)
    clearTimeout(limit)
  }
}
