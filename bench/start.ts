/** From the start of the process to the first authenticated answer, on a database that is there; memory; packages. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environmentOf, freePort, signIn, startApplication, tokenForFull } from './servers.ts'
import { type Stage, setStage } from './stage.ts'
import { median } from './table.ts'

const ROOT = join(import.meta.dirname, '..')
const IDLE_SECONDS = 5
const POLL_MS = 5

export interface Start {
  /** The first start on a machine: everything is compiled. */
  milliseconds: number
  /** Every later one: compiled code was kept (src/bin/compile-cache.ts). */
  cachedMilliseconds: number
  /** FULL, for the scale of the machine. */
  fullMilliseconds: number
  /** Of a later start. Nothing was asked of it but one sign-in. */
  idleMebibytes: number
  packages: number
}

export async function measureStart({ rounds = 5 } = {}): Promise<Start> {
  const stage = await setStage()
  const cache = mkdtempSync(join(tmpdir(), 'plinth-bench-'))
  const cached = { PLINTH_DATA_DIR: cache }
  const uncached = { NODE_DISABLE_COMPILE_CACHE: '1' }
  try {
    // Tokens outlive the process that gave them, so the first request of a new one needs no password.
    const before = await startApplication(stage, cached)
    const token = await signIn(before.url)
    await before.stop()

    const application = { file: 'src/bin/server.ts', path: '/api/v1/auth/me', token }
    const full = { file: 'bench/full.ts', path: `/projects/${stage.projectIds[0]}`, token: tokenForFull(stage) }
    const times: Record<'plain' | 'cached' | 'full', number[]> = { plain: [], cached: [], full: [] }
    // In turn, so that what else happens on the machine hits all of them alike.
    for (let round = 0; round < rounds; round++) {
      times.plain.push(await firstAnswer(stage, application, uncached))
      times.cached.push(await firstAnswer(stage, application, cached))
      times.full.push(await firstAnswer(stage, full))
    }
    return {
      milliseconds: median(times.plain),
      cachedMilliseconds: median(times.cached),
      fullMilliseconds: median(times.full),
      idleMebibytes: await idleMemory(stage, cached),
      packages: productionPackages(),
    }
  } finally {
    rmSync(cache, { recursive: true, force: true })
    await stage.clear()
  }
}

interface Started {
  file: string
  path: string
  token: string
}

async function firstAnswer(
  stage: Stage,
  { file, path, token }: Started,
  env: Record<string, string> = {},
): Promise<number> {
  const port = await freePort()
  const started = performance.now()
  // Without the reporter of the other measurements: exactly the command of production.
  const child = spawn(process.execPath, [file], {
    cwd: ROOT,
    env: { ...environmentOf(stage, port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    while ((await statusOf(port, path, token)) !== 200) {
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

function statusOf(port: number, path: string, token: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    httpRequest({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
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

async function idleMemory(stage: Stage, env: Record<string, string>): Promise<number> {
  const server = await startApplication(stage, env)
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
  const { milliseconds, cachedMilliseconds, fullMilliseconds, idleMebibytes, packages } = await measureStart()
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  console.log(`first authenticated answer after ${seconds(cachedMilliseconds)} (aim 0.45 s)`)
  console.log(`  ${seconds(milliseconds)} without kept code; FULL takes ${seconds(fullMilliseconds)}`)
  console.log(`${idleMebibytes.toFixed(0)} MiB resident after ${IDLE_SECONDS} idle seconds (aim < 130)`)
  console.log(`${packages} production packages (aim <= 120)`)
}

if (import.meta.main) await reportStart()
