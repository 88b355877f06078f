/**
 * Counts the requests of each tenant, in the process: a row for each of them would cost more than many a request. Every
 * few seconds, and when the server stops, they are written down, all tenants in one statement. A process that is killed
 * loses what it counted since.
 */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantScope } from '#access'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import type { Logger } from '#platform/log.ts'
import { insertCalls } from './queries.ts'

const EVERY_MS = 10_000

export interface CallCounterOptions {
  db: Database
  clock: Clock
  log: Logger
  /** Undefined for requests that are no tenant's, or were not let in. */
  actingOf: (request: FastifyRequest) => TenantScope | undefined
}

/** Before the first route: plugins take over the hooks that are there when they are registered. */
export function addCallCounter(app: FastifyInstance, { db, clock, log, actingOf }: CallCounterOptions): void {
  const counter = createCallCounter({ db, clock })
  app.addHook('onResponse', (request, _reply, done) => {
    const scope = actingOf(request)
    if (scope) counter.count(scope.tenantId)
    done()
  })
  const flush = () => counter.flush().catch((error: unknown) => log.warn({ err: error }, 'calls not written down yet'))
  const timer = setInterval(flush, EVERY_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await flush()
  })
}

export function createCallCounter({ db, clock }: Pick<CallCounterOptions, 'db' | 'clock'>) {
  const instance = randomUUID()
  let counts = new Map<string, number>()
  let batch: ReturnType<typeof takeBatch> | undefined
  let batches = 0
  let writing: Promise<void> | undefined

  function takeBatch() {
    const calls = [...counts].map(([tenantId, calls]) => ({ tenantId, id: newId(), calls }))
    counts = new Map()
    return { source: `${instance}:${batches++}`, at: clock.now(), calls }
  }

  /** An attempt whose answer was lost is repeated as it was, under its source, so that it counts once. */
  async function write(): Promise<void> {
    while (batch || counts.size > 0) {
      batch ??= takeBatch()
      const { source, at, calls } = batch
      await asSystem(db, 'write down the calls of several tenants at once', (tx) => insertCalls(tx, calls, source, at))
      batch = undefined
    }
  }

  return {
    count(tenantId: string): void {
      counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1)
    },
    flush(): Promise<void> {
      writing ??= write().finally(() => {
        writing = undefined
      })
      return writing
    },
  }
}
