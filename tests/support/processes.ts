/** Real server processes, for what only shows between processes or when one is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const running = new Set<ChildProcess>()
// A test that fails leaves its servers behind, and they would keep the runner waiting.
after(() => {
  for (const child of running) child.kill('SIGKILL')
})

const ROOT = join(import.meta.dirname, '../..')

export interface ServerProcess {
  url: string
  child: ChildProcess
  output(): string
  /** Sends the signal and answers the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export async function freePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

/** What a process of ours needs to start as fast as one whose data folder is not new. */
export function compiledCode(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = process.env
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }
}

/** Starts `src/bin/server.ts`; answers when it serves. */
export async function startServer(env: Record<string, string>, port?: number): Promise<ServerProcess> {
  const chosen = port ?? (await freePort())
  const dataDir = mkdtempSync(join(tmpdir(), 'plinth-server-'))
  let output = ''
  const child = spawn(process.execPath, ['src/bin/server.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      PORT: String(chosen),
      HOST: '127.0.0.1',
      PLINTH_DATA_DIR: dataDir,
      PLINTH_SEED: 'none',
      PLINTH_LOGIN_RATE_PER_MINUTE: '100000',
      PLINTH_RATE_PER_MINUTE: '1000000',
      PLINTH_SHUTDOWN_DELAY_SECONDS: '0',
      ...compiledCode(),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const collect = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child)
    rmSync(dataDir, { recursive: true, force: true })
    return code as number | null
  })

  const url = `http://127.0.0.1:${chosen}`
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server ended at its start:\n${output}`)
    const ready = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) break
    if (attempt > 300) throw new Error(`The server did not become ready:\n${output}`)
    await sleep(50)
  }
  return {
    url,
    child,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
  }
}

export async function post(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}
