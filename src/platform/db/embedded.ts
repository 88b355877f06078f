/**
 * A real PostgreSQL out of an npm package, for development and tests: nothing to install, no Docker.
 *
 * The server belongs to everybody who uses its folder, not to the process that started it: each user leaves a file
 * named after its process in `clients/`, and the last one out stops the server. A small shell stands between, because
 * it must outlive a user that is killed with -9: it holds a pipe from the starter, and when that closes and no other
 * user lives, it stops PostgreSQL.
 *
 *     <dataDir>/password     of the superuser, 0600
 *     <dataDir>/port         kept, so that addresses in other tools stay valid
 *     <dataDir>/server.log
 *     <dataDir>/cluster      PGDATA, or a link to it where PostgreSQL's account cannot enter dataDir
 */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { EmbeddedPostgresError, findBinaries } from './embedded/binaries.ts'
import { ensureCluster, keptPassword, makeFolder, SUPERUSER } from './embedded/cluster.ts'
import { giveToOwnerOf } from './embedded/ownership.ts'
import { isAlive, launch, type Postmaster, readPostmaster, settledPostmaster } from './embedded/process.ts'

export { removeEmbeddedPostgres } from './embedded/cluster.ts'
export { EmbeddedPostgresError }

export interface EmbeddedPostgresOptions {
  /** Made when missing. May be left out with `throwaway`: then it is a temporary folder, removed at the end. */
  dataDir?: string
  /** Asked for; otherwise the kept one, or a free one. */
  port?: number
  /** Nothing survives a power cut, everything is faster. For tests. */
  throwaway?: boolean
  log?: (line: string) => void
}

export interface EmbeddedPostgres {
  /** Superuser, database `plinth`. */
  url: string
  port: number
  dataDir: string
  /** `created` a new cluster, `started` an existing one, or `joined` a server that was running. */
  state: 'created' | 'started' | 'joined'
  /** Stops the server unless another process uses it. May be called twice. */
  stop(): Promise<void>
}

const DATABASE = 'plinth'
/** Generous: after a crash PostgreSQL first replays its log. */
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { throwaway = false, log = () => {} } = options
  if (options.dataDir === undefined && !throwaway) throw new TypeError('dataDir is needed unless throwaway is set.')
  const temporary = options.dataDir === undefined
  const dataDir = temporary ? mkdtempSync(join(tmpdir(), 'plinth-postgres-')) : resolve(options.dataDir as string)
  const leaving: Leaving = { temporary, dataDir }
  try {
    const account = makeFolder(dataDir, temporary)
    const binaries = findBinaries(account)
    const password = keptPassword(dataDir)
    const created = await ensureCluster(dataDir, binaries, account, password, { throwaway, log })
    const cluster = realpathSync(join(dataDir, 'cluster'))
    const clients = join(cluster, 'clients')
    const client = join(clients, `${process.pid}.${randomBytes(4).toString('hex')}`)
    mkdirSync(clients, { recursive: true })
    giveToOwnerOf(cluster, clients)
    leaving.client = client

    const setting = { dataDir, cluster, clients, binaries, account, throwaway, temporary }
    const deadline = Date.now() + START_TIMEOUT_MS
    let server: Postmaster | undefined
    let joined = false
    for (let attempt = 1; !server; attempt++) {
      dropDeadClients(clients)
      // Before the look at the server, because who stops it looks for clients first.
      writeFileSync(client, '')
      server = await settledPostmaster(cluster, deadline)
      joined = server !== undefined
      if (server) break

      const started = await launch({ ...setting, port: await choosePort(dataDir, options.port), deadline })
      server = started.server
      leaving.leash = started.leash
      if (server) break
      // Somebody else started it at the same moment, took the port, or an earlier server still lets go of its memory.
      if (attempt === 8 || Date.now() > deadline) throw new EmbeddedPostgresError(explain(started.output, dataDir))
      await pause(100 * attempt)
    }

    const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/${DATABASE}`
    await ensureDatabase(url, dataDir)
    const state = created ? 'created' : joined ? 'joined' : 'started'
    log(`PostgreSQL ${binaries.major} ${state} on port ${server.port}`)
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= leave(leaving)
      return stopping
    }
    return { url, port: server.port, dataDir, state, stop }
  } catch (error) {
    await leave(leaving)
    throw error
  }
}

/** Whether a server runs on this folder, for commands that must not touch it then. */
export function isEmbeddedPostgresRunning(dataDir: string): boolean {
  const cluster = join(resolve(dataDir), 'cluster')
  return existsSync(cluster) && readPostmaster(realpathSync(cluster)) !== undefined
}

function dropDeadClients(clients: string): void {
  for (const name of readdirSync(clients)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(join(clients, name), { force: true })
  }
}

async function choosePort(dataDir: string, wanted: number | undefined): Promise<number> {
  const path = join(dataDir, 'port')
  if (wanted !== undefined) {
    if (!(await isFree(wanted))) throw new EmbeddedPostgresError(`Port ${wanted} for PostgreSQL is in use.`)
    return wanted
  }
  const kept = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  if (kept > 0 && (await isFree(kept))) return kept
  const port = await freePort()
  writeFileSync(path, String(port))
  giveToOwnerOf(dataDir, path)
  return port
}

function freePort(port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address() as { port: number }
      probe.close(() => resolve(address.port))
    })
  })
}

function isFree(port: number): Promise<boolean> {
  return freePort(port).then(
    () => true,
    () => false,
  )
}

function explain(output: string, dataDir: string): string {
  const lines = output.split('\n').slice(-8).join('\n')
  return `PostgreSQL did not start (log: ${join(dataDir, 'server.log')}).\n${lines}`
}

async function ensureDatabase(url: string, dataDir: string): Promise<void> {
  const admin = new URL(url)
  admin.pathname = '/postgres'
  const client = new pg.Client({ connectionString: admin.href, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    // duplicate_database, or unique_violation when two create it in the same instant.
    if (code === '42P04' || code === '23505') return
    if (code === '28P01') {
      throw new EmbeddedPostgresError(
        `The password kept in ${dataDir} is not that of its database. Start over with "npm run reset".`,
      )
    }
    throw new EmbeddedPostgresError(`PostgreSQL in ${dataDir} runs but does not answer: ${message}`)
  } finally {
    await client.end().catch(() => {})
  }
}

interface Leaving {
  dataDir: string
  temporary: boolean
  client?: string
  leash?: Socket | undefined
}

async function leave({ dataDir, temporary, client, leash }: Leaving): Promise<void> {
  if (client) {
    const clients = dirname(client)
    rmSync(client, { force: true })
    const server = readPostmaster(dirname(clients))
    dropDeadClients(clients)
    if (server && readdirSync(clients).length === 0) {
      // Ends sessions and writes the data.
      process.kill(server.pid, 'SIGINT')
      const deadline = Date.now() + STOP_TIMEOUT_MS
      while (isAlive(server.pid) && Date.now() < deadline) await pause(15)
    }
  }
  leash?.end()
  // The shell removes it too, for the case that we cannot.
  if (temporary) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
}
