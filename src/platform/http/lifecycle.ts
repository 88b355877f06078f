/**
 * What happens to every request whatever else does: headers when it arrives, one log line and the guard's release when
 * it ends, an answer when its handler hangs, and a polite refusal while the server closes.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal, unavailable } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Guard } from './access.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What went wrong on our side; the access line carries it. */
    failure: unknown
  }
}

export interface LifecycleOptions {
  log: Logger
  guard: Guard
  /** The same on every answer. */
  headers: Record<string, string>
  handlerTimeoutMs: number
}

export interface Lifecycle {
  /** From now on `/readyz` fails, so that load balancers send no more. Everything else is answered as before. */
  draining: boolean
  /** From now on every answer is the last of its connection. */
  hangUp(): void
  /** `performance.now()` of the newest request. */
  readonly lastArrival: number
  arrive(request: FastifyRequest, reply: FastifyReply): void
  /** Answers whatever has waited longer than a handler may. */
  answerOverdue(now?: number): void
}

interface OpenRequest {
  request: FastifyRequest
  reply: FastifyReply
  /** Read at once: a socket that is gone no longer knows its peer. */
  ip: string | undefined
  startedAt: number
}

/** The status nginx made customary for a client that left before its answer. */
const CLIENT_LEFT = 499
const SWEEP_MS = 1000

const lifecycles = new WeakMap<object, Lifecycle>()

export function followRequests(
  app: FastifyInstance,
  { log, guard, headers, handlerTimeoutMs }: LifecycleOptions,
): Lifecycle {
  const open = new Set<OpenRequest>()
  let closing = false
  let hangingUp = false
  let lastArrival = performance.now()

  app.decorateRequest('failure', undefined)

  const lifecycle: Lifecycle = {
    draining: false,
    get lastArrival() {
      return lastArrival
    },
    hangUp() {
      hangingUp = true
      for (const { reply } of open) if (!reply.raw.headersSent) reply.header('connection', 'close')
    },
    arrive(request, reply) {
      lastArrival = performance.now()
      const entry = { request, reply, ip: request.ip, startedAt: lastArrival }
      open.add(entry)
      reply.headers(headers)
      reply.header('x-request-id', request.id)
      if (hangingUp) reply.header('connection', 'close')
      // `close` comes after a whole answer and also when the client leaves, with or without a body still on its way.
      reply.raw.on('close', () => {
        open.delete(entry)
        finish(entry)
      })
    },
    answerOverdue(now = performance.now()) {
      for (const { reply, startedAt } of open) {
        if (now - startedAt <= handlerTimeoutMs || reply.sent || reply.raw.headersSent) continue
        reply.send(new Refusal(503, 'TIMEOUT', 'The request took too long.'))
      }
    },
  }

  function finish(ended: OpenRequest): void {
    const { request, reply } = ended
    const sent = reply.raw.writableFinished
    writeLine(log, guard, ended, sent ? reply.raw.statusCode : CLIENT_LEFT)
    const failed = (error: unknown) => log.error({ request_id: request.id, err: error }, 'a request was not released')
    try {
      const pending = guard.finish(request, sent ? 'sent' : 'failed')
      if (pending !== undefined) pending.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  app.addHook('onRequest', (request, reply, done) => {
    lifecycle.arrive(request, reply)
    if (closing) done(unavailable('The server is restarting.', 1))
    else done()
  })

  app.addHook('preClose', (done) => {
    closing = true
    // A connection that stays open after its answer would hold the server until it is idle for a minute.
    lifecycle.hangUp()
    done()
  })

  const sweep = setInterval(() => lifecycle.answerOverdue(), SWEEP_MS).unref()
  app.addHook('onClose', (_app, done) => {
    clearInterval(sweep)
    done()
  })

  lifecycles.set(app.server, lifecycle)
  return lifecycle
}

export function lifecycleOf(app: FastifyInstance): Lifecycle {
  const lifecycle = lifecycles.get(app.server)
  if (!lifecycle) throw new Error('This server was not made by createHttpServer.')
  return lifecycle
}

/** Chosen fields only: never the address with its query, a header or a body. */
function writeLine(log: Logger, guard: Guard, { request, ip, startedAt }: OpenRequest, status: number): void {
  const principal = guard.principal(request)
  const line = {
    request_id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status,
    duration_ms: Math.round((performance.now() - startedAt) * 100) / 100,
    tenant_id: principal?.tenantId,
    user_id: principal?.userId,
    ip,
  }
  if (request.failure !== undefined) log.error({ ...line, err: request.failure }, 'request')
  else if (status >= 500) log.warn(line, 'request')
  else log.info(line, 'request')
}
