/** From the start of the process to the first authenticated answer, on a database that is there; memory; packages. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environmentOf, freePort, signIn, startApplication } from './servers.ts'
import { type Stage, setStage } from './stage.ts'
import { median } from './table.ts'

const ROOT = join(import.meta.dirname, '..')
const IDLE_SECONDS = 5
const POLL_MS = 5

export interface Start {
  milliseconds: number
  /** Nothing was asked of it but the one request. */
  idleMebibytes: number
  packages: number
}

export async function measureStart({ rounds = 5 } = {}): Promise<Start> {
  const stage = await setStage()
  try {
    // Tokens outlive the process that gave them, so the first request of a new one needs no password.
    const before = await startApplication(stage)
    const token = await signIn(before.url)
    await before.stop()

    const times: number[] = []
    // The first fills the file cache.
    for (let round = -1; round < rounds; round++) {
      const milliseconds = await firstAnswer(stage, token)
      if (round >= 0) times.push(milliseconds)
    }
    return { milliseconds: median(times), idleMebibytes: await idleMemory(stage), packages: productionPackages() }
  } finally {
    await stage.clear()
  }
}

async function firstAnswer(stage: Stage, token: string): Promise<number> {
  const port = await freePort()
  const started = performance.now()
  // Without the reporter of the other measurements: exactly the command of production.
  const child = spawn(process.execPath, ['src/bin/server.ts'], {
    cwd: ROOT,
    env: environmentOf(stage, port),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    while ((await statusOf(port, token)) !== 200) {
      if (child.exitCode !== null) throw new Error('The server ended at its start.')
      if (performance.now() - started > 30_000) throw new Error('The server does not answer.')
      await sleep(POLL_MS)
    }
    return performance.now() - started
  } finally {
    await stop(child)
  }
}

const agent = new Agent({ keepAlive: false })

function statusOf(port: number, token: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    httpRequest({ host: '127.0.0.1', port, path: '/api/v1/auth/me', headers, agent }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', () => resolve(undefined))
      .end()
  })
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

async function idleMemory(stage: Stage): Promise<number> {
  const server = await startApplication(stage)
  try {
    await signIn(server.url)
    await sleep(IDLE_SECONDS * 1000)
    return (await server.usage()).rssBytes / 1024 / 1024
  } finally {
    await server.stop()
  }
}

interface Locked {
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
}

/**
 * What `npm ci --omit=dev` puts on a machine like this one: every folder of the lock file that is not for development,
 * without the binaries for other systems. Two versions of one package count twice.
 */
export function productionPackages(): number {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const fits = (allowed: string[] | undefined, here: string) => allowed === undefined || allowed.includes(here)
  return Object.entries(packages).filter(
    ([path, { dev, devOptional, os, cpu, libc }]) =>
      path !== '' &&
      !dev &&
      !devOptional &&
      fits(os, process.platform) &&
      fits(cpu, process.arch) &&
      fits(libc, 'glibc'),
  ).length
}

export async function reportStart(): Promise<void> {
  const { milliseconds, idleMebibytes, packages } = await measureStart()
  console.log(`first authenticated answer after ${(milliseconds / 1000).toFixed(2)} s (aim 0.45)`)
  console.log(`${idleMebibytes.toFixed(0)} MiB resident after ${IDLE_SECONDS} idle seconds (aim < 130)`)
  console.log(`${packages} production packages (aim <= 120)`)
}

if (import.meta.main) await reportStart()
