/**
 * Three questions of operations: does the process run (`/livez`), should it get traffic (`/readyz`), and how is
 * everything (`/health`). The first touches nothing; the others never wait longer than a probe does.
 */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../errors.ts'
import { type Static, Type } from '../schema.ts'
import { VERSION } from './version.ts'

export interface HealthChecks {
  /** Rejects when the database does not answer. */
  database(): Promise<void>
  /** Whether the schema is at least as new as this code needs. */
  migrated(): Promise<boolean>
  /** What the product can do without for a while; undefined is a part that is not in use. */
  parts: Record<string, (() => Promise<void>) | undefined>
}

const CHECK_TIMEOUT_MS = 1500
/** Probes are not limited, so many of them share one answer. */
const FRESH_MS = 500

const Check = Type.Object({
  status: Type.Enum(['ok', 'down', 'off']),
  latency_ms: Type.Optional(Type.Number()),
})
type Check = Static<typeof Check>

const Health = Type.Object({
  status: Type.Enum(['ok', 'degraded', 'down']),
  version: Type.String(),
  checks: Type.Record(Type.String(), Check),
})
type Health = Static<typeof Health>

const Alive = Type.Object({ status: Type.Literal('ok') })
const probe = { access: 'public', vital: true } as const

export function healthRoutes(app: FastifyInstance, checks: HealthChecks, lifecycle: { draining: boolean }): void {
  const ready = shared(() => isReady(checks))
  const health = shared(() => examine(checks))
  const schema = (summary: string, response: Record<number, object>) => ({ summary, tags: ['system'], response })

  app.get(
    '/livez',
    { config: probe, exposeHeadRoute: true, schema: schema('Whether the process runs', { 200: Alive }) },
    (_request, reply) => {
      reply.send({ status: 'ok' })
    },
  )

  app.get(
    '/readyz',
    { config: probe, exposeHeadRoute: true, schema: schema('Whether it should get traffic', { 200: Alive }) },
    async () => {
      if (lifecycle.draining) throw notReady('The server is about to stop.')
      const reason = await ready()
      if (reason !== undefined) throw notReady(reason)
      return { status: 'ok' as const }
    },
  )

  app.get(
    '/health',
    { config: probe, exposeHeadRoute: true, schema: schema('How its parts are', { 200: Health, 503: Health }) },
    async (_request, reply) => {
      const answer = await health()
      if (answer.status === 'down') reply.code(503).header('retry-after', '2')
      return answer
    },
  )
}

function notReady(detail: string): Refusal {
  return new Refusal(503, 'NOT_READY', detail)
}

async function isReady(checks: HealthChecks): Promise<string | undefined> {
  if ((await timed(checks.database)).status !== 'ok') return 'The database does not answer.'
  const migrated = await within(checks.migrated(), CHECK_TIMEOUT_MS).catch(() => false)
  return migrated ? undefined : 'The database schema is older than this version needs.'
}

async function examine({ database, parts }: HealthChecks): Promise<Health> {
  const names = ['database', ...Object.keys(parts)]
  const results = await Promise.all([timed(database), ...Object.values(parts).map(timed)])
  const checks = Object.fromEntries(names.map((name, index) => [name, results[index] as Check]))
  const down = results.some(({ status }) => status === 'down')
  return {
    status: results[0]?.status === 'down' ? 'down' : down ? 'degraded' : 'ok',
    version: VERSION,
    checks,
  }
}

async function timed(check: (() => Promise<void>) | undefined): Promise<Check> {
  if (check === undefined) return { status: 'off' }
  const start = performance.now()
  const latency = () => Math.round((performance.now() - start) * 10) / 10
  try {
    await within(check(), CHECK_TIMEOUT_MS)
    return { status: 'ok', latency_ms: latency() }
  } catch {
    return { status: 'down', latency_ms: latency() }
  }
}

function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** One examination at a time, and its result for whoever asks within a moment. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined
  return () => {
    if (current === undefined) {
      current = work()
      const forget = () => setTimeout(() => (current = undefined), FRESH_MS).unref()
      current.then(forget, forget)
    }
    return current
  }
}
