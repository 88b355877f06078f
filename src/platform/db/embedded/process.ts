import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, rmSync, statSync, truncateSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Account, Binaries } from './binaries.ts'
import { giveToOwnerOf } from './ownership.ts'

export interface Postmaster {
  pid: number
  port: number
  status: string
}

/**
 * Stands between us and PostgreSQL and outlives us. Arguments: the folder of clients, a folder to remove at the end or
 * nothing, then the command. Standard input is a pipe from the starter that nobody writes to; it closes when the
 * starter ends, however it ends.
 */
const watchdog = `
clients=$1 remove=$2
shift 2
exec 3<&0
busy() {
  for client in "$clients"/*; do
    pid=\${client##*/}
    pid=\${pid%%.*}
    if [ -d /proc/self ]; then
      [ -r "/proc/$pid/status" ] && ! grep -q '^State:[[:space:]]*[ZX]' "/proc/$pid/status" && return 0
    else
      ps -p "$pid" >/dev/null 2>&1 && return 0
    fi
  done
  return 1
}
"$@" </dev/null 3<&- &
server=$!
{
  while read -r _ <&3; do :; done
  while busy; do sleep 1; done
  kill -INT "$server"
} 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait "$server"
code=$?
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
[ "$code" = 0 ] && [ -n "$remove" ] && rm -rf "$remove"
exit "$code"
`

/** A zombie has ended; where nobody collects it (a container without init) it would count as alive for ever. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

/**
 * The server that runs on this cluster. A file left by a killed server may carry a process id that belongs to an
 * innocent process by now (certain in a container, where ids start over); PostgreSQL would refuse to start because of
 * it, so such a file is removed. Only such a one: by it, PostgreSQL notices when children of a killed server still run.
 */
export function readPostmaster(cluster: string): Postmaster | undefined {
  const path = join(cluster, 'postmaster.pid')
  let lines: string[]
  try {
    lines = readFileSync(path, 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  if (!isAlive(pid)) return undefined
  const runs = runsOn(cluster, pid)
  if (runs === 'elsewhere') rmSync(path, { force: true })
  if (runs !== 'here') return undefined
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? 'starting' }
}

/** Waits while a server is starting or stopping; returns it when it is ready and nothing when there is none. */
export async function settledPostmaster(cluster: string, deadline: number): Promise<Postmaster | undefined> {
  for (;;) {
    const server = readPostmaster(cluster)
    if (!server || server.status === 'ready' || Date.now() > deadline) return server
    await pause(25)
  }
}

/** PostgreSQL's working directory is its cluster. */
function runsOn(cluster: string, pid: number): 'here' | 'elsewhere' | 'nowhere' {
  try {
    const isHere = existsSync('/proc/self')
      ? readlinkSync(`/proc/${pid}/cwd`) === cluster
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(cluster)
    return isHere ? 'here' : 'elsewhere'
  } catch {
    // It has just ended, or is another user's, which ours never is.
    return 'nowhere'
  }
}

export interface LaunchOptions {
  dataDir: string
  cluster: string
  clients: string
  port: number
  binaries: Binaries
  account: Account | undefined
  throwaway: boolean
  temporary: boolean
  deadline: number
}

/** Resolves when a server is ready on the cluster, or ours has given up; it may not be ours that is ready. */
export async function launch(options: LaunchOptions): Promise<{ server?: Postmaster; leash?: Socket; output: string }> {
  const { dataDir, cluster, clients, port, binaries, account } = options
  const logPath = join(dataDir, 'server.log')
  if ((statSync(logPath, { throwIfNoEntry: false })?.size ?? 0) > 1_000_000) truncateSync(logPath)
  const output = openSync(logPath, 'a')
  giveToOwnerOf(dataDir, logPath)
  const written = statSync(logPath).size
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      watchdog,
      'plinth-postgres',
      clients,
      options.temporary ? dataDir : '',
      binaries.postgres,
      '-D',
      cluster,
      ...settings(port, options.throwaway),
    ],
    {
      ...account,
      // Ctrl-C in a terminal reaches the whole group; the application must be able to finish its transactions first.
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
      stdio: ['pipe', output, output],
    },
  )
  closeSync(output)
  let over = false
  child.once('exit', () => {
    over = true
  })
  child.once('error', () => {
    over = true
  })
  const leash = child.stdin as Socket
  leash.on('error', () => {})
  // Neither keeps this process alive: a test file ends when its tests do.
  leash.unref()
  child.unref()

  while (!over && Date.now() < options.deadline) {
    await pause(15)
    const server = readPostmaster(cluster)
    if (server?.status === 'ready') return { server, leash, output: '' }
  }
  leash.end()
  return { output: readFileSync(logPath, 'utf8').slice(written).trim() }
}

function settings(port: number, throwaway: boolean): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '256MB',
    // Both cost more than they give on small data; parallel workers also need a /dev/shm larger than containers have.
    jit: 'off',
    max_parallel_workers_per_gather: 0,
    ...(throwaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' } : {}),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
