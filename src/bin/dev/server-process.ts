import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const START_TIMEOUT_MS = 60_000
/** Requests in flight get this long; then the server is ended the hard way. */
const STOP_TIMEOUT_MS = 10_000

export interface ServerProcessOptions {
  root: string
  host: string
  port: number
  env: Record<string, string | undefined>
  /** It ended without being asked to. */
  onCrash(code: number | null): void
}

/** The server, with the worker in it, as a process that can be replaced while the database stays. */
export class ServerProcess {
  readonly #options: ServerProcessOptions
  #child: ChildProcess | undefined

  constructor(options: ServerProcessOptions) {
    this.#options = options
  }

  /** Resolves when it answers; rejects when it ends before that. */
  async start(): Promise<void> {
    const { root, host, port, env, onCrash } = this.#options
    const leash = pathToFileURL(join(import.meta.dirname, 'leash.ts')).href
    const child = spawn(process.execPath, ['--import', leash, 'src/bin/server.ts'], {
      cwd: root,
      env: { ...env, PORT: String(port) },
      // A group of its own: Ctrl-C reaches only us, and we stop things in order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    // Heard from itself, not asked for at the port: another program could answer there.
    let isListening = false
    let isReady = false
    let hasEnded = false
    child.on('message', (message: { listensOn?: number }) => {
      isListening ||= message.listensOn === port
    })
    child.once('exit', (code) => {
      hasEnded = true
      if (this.#child !== child) return
      this.#child = undefined
      if (isReady) onCrash(code)
    })
    child.once('error', () => {
      hasEnded = true
    })

    const deadline = Date.now() + START_TIMEOUT_MS
    const probe = `http://${host.includes(':') ? `[${host}]` : host}:${port}/livez`
    while (!hasEnded && Date.now() < deadline) {
      if (isListening && (await answers(probe))) {
        isReady = true
        return
      }
      await pause(15)
    }
    await this.stop()
    throw new Error(
      hasEnded ? 'The server did not start.' : `The server did not answer within ${START_TIMEOUT_MS / 1000} s.`,
    )
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exit
    clearTimeout(hard)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
