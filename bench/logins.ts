/**
 * Signing in under load, and what it does to everybody else. Hashing a password is made to be dear; the queue in front of
 * it (see docs/decisions/0014-password-hashing-queue.md) is there so that a crowd at the sign-in page slows down itself only.
 */
import { type LoadRequest, type LoadResult, startLoadGenerator } from './load.ts'
import { loginBody, signIn, startApplication } from './servers.ts'
import { PEOPLE, setStage } from './stage.ts'
import { median, table } from './table.ts'

export interface Logins {
  /** At 32 connections, each signing in somebody else. */
  perSecond: number
  p50: number
  p99: number
  /** GET /projects/{id} on four connections, by the number of logins beside it. */
  beside: { logins: number; p50: number; p99: number }[]
}

const CONNECTIONS = 32
const READERS = 4
const CROWDS = [0, 8, 32]

export async function measureLogins({ rounds = 3, seconds = 3 } = {}): Promise<Logins> {
  const stage = await setStage()
  const readers = startLoadGenerator()
  const crowd = startLoadGenerator()
  const application = await startApplication(stage)
  const { url } = application
  try {
    const token = await signIn(url)
    const reads: LoadRequest[] = stage.projectIds.map((id) => ({
      method: 'GET',
      path: `/api/v1/projects/${id}`,
      token,
    }))
    const logins: LoadRequest[] = Array.from({ length: PEOPLE }, (_, person) => ({
      method: 'POST',
      path: '/api/v1/auth/login',
      body: loginBody(person),
    }))
    const read = () => readers.run({ url, connections: READERS, seconds, requests: reads })
    const login = (connections: number, duration = seconds) =>
      crowd.run({ url, connections, seconds: duration, requests: logins })

    await read()
    await login(CONNECTIONS)

    const alone: LoadResult[] = []
    const beside = new Map<number, LoadResult[]>(CROWDS.map((logins) => [logins, []]))
    for (let round = 0; round < rounds; round++) {
      alone.push(await login(CONNECTIONS))
      for (const people of CROWDS) {
        // The crowd is there before the readers come and stays until they have left.
        const rush = people === 0 ? undefined : login(people, seconds + 1)
        await new Promise((resolve) => setTimeout(resolve, 300))
        beside.get(people)?.push(await read())
        await rush
      }
    }
    return {
      ...summary(alone),
      beside: CROWDS.map((people) => ({ logins: people, ...summary(beside.get(people) ?? []) })),
    }
  } finally {
    readers.stop()
    crowd.stop()
    await application.stop()
    await stage.clear()
  }
}

function summary(results: LoadResult[]): { perSecond: number; p50: number; p99: number } {
  return {
    perSecond: median(results.map(({ perSecond }) => perSecond)),
    p50: median(results.map(({ p50 }) => p50)),
    p99: median(results.map(({ p99 }) => p99)),
  }
}

export async function reportLogins(): Promise<void> {
  const { perSecond, p50, p99, beside } = await measureLogins()
  console.log(
    `${perSecond.toFixed(0)} logins/s at ${CONNECTIONS} connections, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
  )
  const alone = beside[0]
  console.log(
    table(
      ['one project, beside', 'p50 ms', 'p99 ms', 'p99 to alone'],
      beside.map((row) => [
        row.logins === 0 ? 'nobody' : `${row.logins} logins`,
        row.p50.toFixed(1),
        row.p99.toFixed(1),
        (row.p99 / (alone?.p99 ?? Number.NaN)).toFixed(2),
      ]),
    ),
  )
}

if (import.meta.main) await reportLogins()
