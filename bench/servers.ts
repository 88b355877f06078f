/** The servers that are measured: each a process of its own, configured as in production. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { emailOf, PASSWORD, type Stage } from './stage.ts'

const ROOT = join(import.meta.dirname, '..')
const SECRET = randomBytes(48).toString('base64')

export interface Usage {
  cpuMicroseconds: number
  rssBytes: number
}

export interface MeasuredServer {
  url: string
  /** Of the whole process, since it started. */
  usage(): Promise<Usage>
  stop(): Promise<void>
}

/** `src/bin/server.ts` as production runs it, except that nobody is limited. */
export function startApplication(stage: Stage, env: Record<string, string> = {}): Promise<MeasuredServer> {
  return start('src/bin/server.ts', stage, env)
}

export function startFull(stage: Stage): Promise<MeasuredServer> {
  return start('bench/full.ts', stage, {})
}

export function environmentOf(stage: Stage, port: number): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: stage.databaseUrl,
    PLINTH_APP_URL: 'https://app.example.com',
    PLINTH_SECRET: SECRET,
    PLINTH_DATABASE_POOL_MAX: String(availableParallelism() * 4),
    PLINTH_EMAIL_VERIFICATION: 'optional',
    PLINTH_RATE_PER_MINUTE: '10000000',
    PLINTH_LOGIN_RATE_PER_MINUTE: '100000',
    PLINTH_SHUTDOWN_DELAY_SECONDS: '0',
    LOG_LEVEL: 'info',
  }
}

async function start(file: string, stage: Stage, env: Record<string, string>): Promise<MeasuredServer> {
  const port = await freePort()
  // What the measurement is started with, the servers are started with: `node --cpu-prof bench/http.ts`.
  const child = spawn(process.execPath, [...process.execArgv, '--import', './bench/report-cpu.ts', file], {
    cwd: ROOT,
    env: { ...environmentOf(stage, port), ...env },
    // The log is written in full and read by nobody.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  await untilAnswering(child, url)
  return {
    url,
    async usage() {
      const answer = once(child, 'message')
      child.send('usage')
      return (await answer)[0] as Usage
    },
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  return port
}

async function untilAnswering(child: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The server ended at its start.')
    if (await fetch(`${url}/livez`).then(Boolean, () => false)) return
    await sleep(25)
  }
  throw new Error('The server does not answer.')
}

export async function signIn(url: string, person = 0): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: loginBody(person),
  })
  if (!response.ok) throw new Error(`Signing in answered ${response.status}: ${await response.text()}`)
  const { data } = (await response.json()) as { data: { access_token: string } }
  return data.access_token
}

export function loginBody(person: number): string {
  return JSON.stringify({ email: emailOf(person), password: PASSWORD })
}

/** A token for FULL, of about the same length as ours. */
export function tokenForFull(stage: Stage): string {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = part({ alg: 'HS256', typ: 'at+jwt', kid: 'bench' })
  const body = part({
    iss: 'https://app.example.com',
    aud: 'plinth-api',
    sub: stage.userId,
    sid: stage.userId,
    tid: stage.tenantId,
    jti: stage.userId,
    iat: now,
    exp: now + 3600,
  })
  return `${head}.${body}.${createHmac('sha256', SECRET).update(`${head}.${body}`).digest('base64url')}`
}
