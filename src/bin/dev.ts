/** Everything for development in one command: database, demo data, web app, server and worker, taken up when they change. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { migrateUp } from '#platform/db/migrations.ts'
import { DEMO_PASSWORD, demoAccounts } from '../demo/index.ts'
import { clockOf, configure } from './boot.ts'
import { locateDatabase } from './database-url.ts'
import { onChange } from './dev/changes.ts'
import { secondsSince, step, welcome } from './dev/progress.ts'
import { ServerProcess } from './dev/server-process.ts'
import { buildWeb, stopWebBuild } from './dev/web-build.ts'
import { installSteps } from './install-steps.ts'
import { locateStripe, type StripeLocation } from './local-stripe.ts'

const root = join(import.meta.dirname, '../..')
const config = configure()
const isPortGiven = Boolean(process.env.PORT)
const undo: (() => unknown)[] = []
let stopping: Promise<never> | undefined

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))

try {
  await main()
} catch (error) {
  // What a stop interrupts fails too; that is no news.
  if (!stopping) console.error(`\n${(error as Error).message}\n`)
  await stop(1)
}

async function main(): Promise<void> {
  if (config.env === 'production')
    throw new Error('This is for development. In production run "npm start" and "npm run worker".')
  console.log('\n  Plinth\n')
  mkdirSync(config.dataDir, { recursive: true })
  const pidFile = join(config.dataDir, 'dev.pid')
  writeFileSync(pidFile, String(process.pid))
  undo.push(() => rmSync(pidFile, { force: true }))

  if (isPortGiven) await choosePort()
  const building = step(
    'Web app',
    () => buildWeb(root),
    (built) => (built ? 'built' : 'already built'),
  )
  // Reported when it is awaited; until then it must not count as unhandled.
  building.catch(() => {})
  const database = await step(
    'Database',
    () => locateDatabase(config),
    ({ label }) => label,
  )
  undo.push(() => database.release())
  await step('Schema', () => migrateUp({ url: database.url, steps: installSteps }), describeApplied)
  await building.catch((error: Error) => console.error(`${error.message}\n  The API works without it.`))

  // The server finds the same one; held here, it stays while the server is replaced.
  const stripe = await step('Stripe', () => locateStripe(config, clockOf(config)), describeStripe)
  undo.push(() => stripe.release())

  const { server, port } = await startServer()
  watchForChanges(server)
  const address = process.env.PLINTH_APP_URL ? config.appUrl : `http://localhost:${port}`
  const accounts = config.seed === 'demo' ? demoAccounts.filter((account) => account.endsWith('@acme.test')) : []
  const { localUrl } = stripe
  console.log(
    welcome({ address, accounts, password: DEMO_PASSWORD, stripe: localUrl, secondsToStart: secondsSince(0) }),
  )
}

/** On the configured port, or without one on the first free port from the usual one on. */
async function startServer(): Promise<{ server: ServerProcess; port: number }> {
  for (;;) {
    const port = await choosePort()
    const server = new ServerProcess({
      root,
      host: config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host,
      port,
      // Compiled once: a reload then only reads what did not change.
      env: {
        NODE_COMPILE_CACHE: join(config.dataDir, 'compile-cache'),
        ...process.env,
        PLINTH_DATA_DIR: config.dataDir,
      },
      onCrash: (code) =>
        console.error(`\n  The server ended by itself (${code ?? 'killed'}); it starts again with the next change.\n`),
    })
    undo.push(() => server.stop())
    try {
      await step('Server', () => server.start())
      return { server, port }
    } catch (error) {
      // Somebody else was faster to take the port that was free a moment ago.
      if (stopping || isPortGiven || (await tryPort(port)) !== undefined) throw error
    }
  }
}

function describeStripe({ localUrl }: StripeLocation): string {
  // Where it is stands at the end: the first address that is printed is the one of the app.
  return localUrl ? 'local' : 'as configured'
}

function describeApplied(applied: string[]): string {
  if (applied.length === 0) return 'up to date'
  return applied.length === 1 ? `applied ${applied[0]}` : `${applied.length} migrations applied`
}

function watchForChanges(server: ServerProcess): void {
  const isSource = (path: string) =>
    /\.(?:ts|json|sql)$/.test(path) && !path.includes('.test.') && !path.endsWith('schema.sql')
  const restart = async (path: string) => {
    console.log(`\n  ${path} changed`)
    await step('Server', async () => {
      await server.stop()
      await server.start()
    }).catch(() => console.error('  It starts again with the next change.'))
  }
  const rebuild = (path: string) =>
    step(
      'Web app',
      () => buildWeb(root),
      (built) => (built ? `built, because ${path} changed` : 'unchanged'),
    ).then(
      () => {},
      (error: Error) => console.error(error.message),
    )
  undo.push(onChange(root, ['src', 'migrations'], isSource, restart))
  if (existsSync(join(root, 'web'))) undo.push(onChange(root, ['web'], (path) => !path.startsWith('web/dist'), rebuild))
  undo.push(stopWebBuild)
}

/** The configured port must be free; without one, the first free port from the usual one on. */
async function choosePort(): Promise<number> {
  for (let port = config.port; ; port++) {
    const found = await tryPort(port)
    if (found !== undefined) return found
    if (isPortGiven)
      throw new Error(
        `Port ${port} is in use. Stop what uses it, or set PORT to another one (PORT=0 picks a free one).`,
      )
    if (port > config.port + 50)
      throw new Error(`The ports from ${config.port} to ${port} are all in use. Set PORT to a free one.`)
  }
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    probe.listen(port, config.host, () => {
      const { port: found } = probe.address() as { port: number }
      probe.close(() => resolve(found))
    })
  })
}

/** In reverse: watchers, server and worker, then the database under them. A second Ctrl-C waits for the first. */
function stop(code: number): Promise<never> {
  stopping ??= (async () => {
    if (code === 0) console.log('\n  Stopping ...')
    for (const action of undo.reverse()) {
      try {
        await action()
      } catch (error) {
        console.error((error as Error).message)
      }
    }
    if (code === 0) console.log('  Stopped; the data is kept.')
    process.exit(code)
  })()
  return stopping
}
