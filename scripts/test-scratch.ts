/**
 * Where the tests of a run write: in memory, where the machine has room there. A run makes and removes some hundred databases
 * of a thousand files each, and on a disk a quarter of its time would go to the file system (docs/decisions/0023).
 */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statfsSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const PREFIX = 'plinth-test-'
const TMPFS = 0x01021994
const GIB = 2 ** 30
/** More than twice what a run takes, in which as many tests are at work at once as there are cores. */
const ROOM = (1 + availableParallelism() / 2) * GIB

export interface Scratch {
  /** For TMPDIR; undefined where the usual one is as good. */
  folder: string | undefined
  remove(): Promise<void>
}

/** Somebody's own TMPDIR is kept to. */
export async function openScratch({
  env = process.env,
  memory = '/dev/shm',
  meminfo = '/proc/meminfo',
} = {}): Promise<Scratch> {
  if (env.TMPDIR || !hasRoom(memory, meminfo)) return { folder: undefined, remove: async () => {} }
  await removeLeftBehind(memory)
  const folder = mkdtempSync(join(memory, `${PREFIX}${process.pid}-`))
  // As the usual one is: a PostgreSQL that root starts runs as somebody else.
  chmodSync(folder, 0o1777)
  return { folder, remove: () => removeAll(folder) }
}

/** Repeated, because it ends at a file that somebody else, such as a server that stops, removes at the same moment. */
async function removeAll(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && existsSync(folder); attempt++) {
    if (attempt > 0) await pause(20)
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

function hasRoom(memory: string, meminfo: string): boolean {
  try {
    accessSync(memory, constants.W_OK)
    const { type, bavail, bsize } = statfsSync(memory)
    const available = Number(/^MemAvailable: +(\d+) kB$/m.exec(readFileSync(meminfo, 'utf8'))?.[1]) * 1024
    return type === TMPFS && bavail * bsize >= ROOM && available >= 2 * ROOM
  } catch {
    return false
  }
}

/** By runs that were killed: memory is given back by nobody else. */
async function removeLeftBehind(memory: string): Promise<void> {
  for (const name of readdirSync(memory)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    await removeAll(join(memory, name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
