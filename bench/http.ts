/**
 * Requests per second and the server's processor time per request, beside FULL. All servers run at the same time, one is
 * asked at a time, in rounds: what else happens on the machine hits every row alike, and a ratio is made within a round.
 */
import { startLoadGenerator } from './load.ts'
import { type MeasuredServer, signIn, startApplication, startFull, tokenForFull } from './servers.ts'
import { setStage } from './stage.ts'
import { median, table } from './table.ts'

export interface HttpOptions {
  rounds: number
  seconds: number
  warmUpSeconds: number
  connections?: number
  rows?: readonly RowName[]
}

export type RowName = 'FULL' | 'one project' | 'list of 20' | 'auth/me'

export interface Row {
  name: RowName
  perSecond: number
  cpuMicroseconds: number
  /** Processor time relative to FULL in the same round. */
  ratio: number
  p50: number
  p99: number
}

/** What the design asks for; FULL itself is 1. */
export const AIMS: Partial<Record<RowName, number>> = { 'one project': 1.3, 'list of 20': 1.5 }

interface Round {
  perSecond: number
  cpuMicroseconds: number
  p50: number
  p99: number
}

export async function measureHttp({
  rounds,
  seconds,
  warmUpSeconds,
  connections = 32,
  rows = ['FULL', 'one project', 'list of 20', 'auth/me'],
}: HttpOptions): Promise<Row[]> {
  const stage = await setStage()
  const load = startLoadGenerator()
  const servers: MeasuredServer[] = []
  try {
    const full = await startFull(stage)
    servers.push(full)
    const application = await startApplication(stage)
    servers.push(application)

    const token = await signIn(application.url)
    const fullToken = tokenForFull(stage)
    const get = (path: string) => ({ method: 'GET', path: `/api/v1${path}`, token }) as const
    const asked = {
      FULL: {
        server: full,
        requests: stage.projectIds.map((id) => ({ method: 'GET', path: `/projects/${id}`, token: fullToken }) as const),
      },
      'one project': { server: application, requests: stage.projectIds.map((id) => get(`/projects/${id}`)) },
      'list of 20': { server: application, requests: [get('/projects?per_page=20')] },
      'auth/me': { server: application, requests: [get('/auth/me')] },
    }

    const measure = async (name: RowName, duration: number): Promise<Round> => {
      const { server, requests } = asked[name]
      const before = await server.usage()
      const result = await load.run({ url: server.url, connections, seconds: duration, requests })
      const after = await server.usage()
      return {
        perSecond: result.perSecond,
        cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / result.answers,
        p50: result.p50,
        p99: result.p99,
      }
    }

    for (const name of rows) await measure(name, warmUpSeconds)
    const measured = new Map<RowName, Round[]>(rows.map((name) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      // Every other round backwards, so that no row always comes after the same one.
      for (const name of round % 2 === 0 ? rows : rows.toReversed()) {
        measured.get(name)?.push(await measure(name, seconds))
      }
    }
    return rows.map((name) => summary(name, measured.get(name) ?? [], measured.get('FULL') ?? []))
  } finally {
    load.stop()
    await Promise.all(servers.map((server) => server.stop()))
    await stage.clear()
  }
}

function summary(name: RowName, rounds: Round[], full: Round[]): Row {
  const ratios = rounds.map(
    ({ cpuMicroseconds }, round) => cpuMicroseconds / (full[round]?.cpuMicroseconds ?? Number.NaN),
  )
  return {
    name,
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuMicroseconds: median(rounds.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    ratio: median(ratios),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
  }
}

export function httpTable(rows: Row[]): string {
  return table(
    ['', 'requests/s', 'CPU µs/request', 'CPU to FULL', 'aim', 'p50 ms', 'p99 ms'],
    rows.map(({ name, perSecond, cpuMicroseconds, ratio, p50, p99 }) => [
      name,
      perSecond.toFixed(0),
      cpuMicroseconds.toFixed(1),
      ratio.toFixed(2),
      AIMS[name] === undefined ? '' : `<= ${AIMS[name]}`,
      p50.toFixed(1),
      p99.toFixed(1),
    ]),
  )
}

export async function reportHttp(): Promise<void> {
  console.log(httpTable(await measureHttp({ rounds: 5, seconds: 2, warmUpSeconds: 2 })))
}

if (import.meta.main) await reportHttp()
