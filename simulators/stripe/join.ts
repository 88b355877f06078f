/**
 * Finds the local Stripe of a meeting place, or starts it. Server, worker and replicas of one system speak to the same
 * one, whichever of them was first; it stays while any of them lives, also when the first is killed.
 */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from './processes.ts'

export interface JoinOptions {
  /** Where the processes of one system meet. */
  meeting: string
  /** Where the state is kept, by whoever starts it. */
  state: string
  webhookSecret: string
  offsetMs: number
  port?: number
}

export interface Joined {
  url: string
  leave(): void
}

const START_TIMEOUT_MS = 20_000
/** A starter that was killed leaves its lock; nobody needs so long. */
const LOCK_STALE_MS = 15_000

export async function joinLocalStripe({ meeting, state, ...options }: JoinOptions): Promise<Joined> {
  const clients = join(meeting, 'clients')
  mkdirSync(clients, { recursive: true, mode: 0o700 })
  const client = join(clients, String(process.pid))
  writeFileSync(client, '')
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    const url = await addressOf(meeting)
    if (url) return { url, leave: () => rmSync(client, { force: true }) }
    if (lock(meeting)) {
      start(meeting, state, options)
      await pause(200)
      await waitForAddress(meeting, deadline)
      rmSync(join(meeting, 'lock'), { force: true })
    } else {
      await pause(50)
    }
  }
  throw new Error(`The local Stripe did not start. Its words are in ${join(meeting, 'stripe.log')}.`)
}

/** Ends the one that runs for a meeting place, if any, whoever uses it. */
export async function endLocalStripe(meeting: string): Promise<void> {
  const path = join(meeting, 'address.json')
  let pid: number
  try {
    pid = JSON.parse(readFileSync(path, 'utf8')).pid
  } catch {
    return
  }
  if (isAlive(pid)) process.kill(pid, 'SIGTERM')
  for (let waited = 0; isAlive(pid) && waited < 5_000; waited += 50) await pause(50)
}

/** Of the one that answers, if any. */
export async function addressOf(meeting: string): Promise<string | undefined> {
  try {
    const { pid, url } = JSON.parse(readFileSync(join(meeting, 'address.json'), 'utf8'))
    if (!isAlive(pid)) return undefined
    const answer = await fetch(`${url}/_sim/state`, { signal: AbortSignal.timeout(3000) })
    await answer.body?.cancel()
    return answer.ok ? url : undefined
  } catch {
    return undefined
  }
}

async function waitForAddress(meeting: string, deadline: number): Promise<void> {
  while (Date.now() < deadline && !(await addressOf(meeting))) await pause(25)
}

function lock(meeting: string): boolean {
  const path = join(meeting, 'lock')
  try {
    closeSync(openSync(path, 'wx'))
    return true
  } catch {
    try {
      if (Date.now() - statSync(path).mtimeMs > LOCK_STALE_MS) rmSync(path, { force: true })
    } catch {
      // It was given back a moment ago.
    }
    return false
  }
}

function start(meeting: string, state: string, options: object): void {
  const log = openSync(join(meeting, 'stripe.log'), 'a')
  const child = spawn(process.execPath, [join(import.meta.dirname, 'daemon.ts'), meeting, state], {
    // It must outlive whoever starts it, and a Ctrl-C in their terminal is not for it.
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      // Not as an argument, which every account of the machine can read.
      LOCAL_STRIPE_OPTIONS: JSON.stringify(options),
    },
  })
  child.unref()
  closeSync(log)
}
