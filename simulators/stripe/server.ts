/** The API over HTTP: keys, error shapes, headers and idempotency as the SDK expects them. */
import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { API_VERSION, findOperation } from './contract/spec.ts'
import { objectFaults } from './contract/validator.ts'
import type { Chaos } from './core/chaos.ts'
import { dice } from './core/chaos.ts'
import { ContractFault } from './core/faults.ts'
import { type Form, parseForm } from './core/form.ts'
import type { IdempotencyKeys } from './core/idempotency.ts'
import { randomText } from './core/ids.ts'
import { type ApiRequest, answer, parametersOf, type Rooms } from './core/requests.ts'
import type { Simulation } from './core/world.ts'
import { StripeFault } from './world.ts'

const MAX_BODY_BYTES = 1 << 20
const FORM = 'application/x-www-form-urlencoded'
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

export interface ServerOptions {
  simulation: Simulation
  rooms: Rooms
  idempotency: IdempotencyKeys
  chaos: Chaos
  stats: { requests: number; answers: number; faults: string[] }
  log: (line: string) => void
  /** Told after each write. */
  onChange: () => void
}

interface Answer {
  status: number
  body: object
  headers?: Record<string, string>
}

const errorOf = ({ body }: StripeFault) => ({ error: body })

/** What becomes of anything that is thrown. */
function answerOf(error: unknown, options: Pick<ServerOptions, 'stats' | 'log'>): Answer {
  if (error instanceof StripeFault) {
    const faults = objectFaults(errorOf(error))
    if (faults.length > 0) return answerOf(new ContractFault('an error', faults), options)
    const retry: Record<string, string> =
      error.retry === undefined ? {} : { 'stripe-should-retry': String(error.retry) }
    return { status: error.status, body: errorOf(error), headers: retry }
  }
  const { statusCode = 500, message } = error as FastifyError
  if (statusCode < 500) return answerOf(new StripeFault(statusCode, { message }), options)
  options.stats.faults.push(message)
  options.log(error instanceof ContractFault ? error.message : String((error as Error).stack))
  return { status: 500, body: { error: { type: 'api_error', message } } }
}

function authenticate({ headers: { authorization = '' } }: FastifyRequest): void {
  const [scheme, credentials = ''] = authorization.split(' ')
  const key = scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString().replace(/:$/, '') : credentials
  if (/^(sk|rk)_live_/.test(key)) {
    throw new StripeFault(401, { message: 'This is a local simulation of Stripe: it takes no live keys.' })
  }
  if (!/^(sk|rk)_test_/.test(key)) {
    throw new StripeFault(401, {
      message: 'You did not provide an API key of the test mode, such as sk_test_simulated.',
    })
  }
}

function requestOf(request: FastifyRequest, log: (line: string) => void): ApiRequest {
  const [path = '', query = ''] = request.url.split('?', 2)
  const found = findOperation(request.method, path)
  if (!found) {
    log(`no such operation: ${request.method} ${path}`)
    throw new StripeFault(404, { message: `Unrecognized request URL (${request.method}: ${path}).` })
  }
  const given = request.method === 'POST' ? ((request.body ?? {}) as Form) : parseForm(query)
  return { ...found, path, given }
}

/** Runs a request once for each idempotency key. */
async function run(options: ServerOptions, request: FastifyRequest): Promise<Answer> {
  const { simulation, rooms, idempotency, chaos, onChange } = options
  const asked = requestOf(request, options.log)
  const parameters = parametersOf(asked)
  const header = request.method === 'POST' ? request.headers['idempotency-key'] : undefined
  const key = Array.isArray(header) ? header[0] : header
  const kept = key === undefined ? undefined : idempotency.begin(key, [asked.path, JSON.stringify(asked.given)])
  if (kept) return { ...kept, headers: { 'idempotent-replayed': 'true' } }
  try {
    const result = execute()
    if (key !== undefined) idempotency.keep(key, result)
    if (request.method !== 'GET') onChange()
    if (chaos.api.timeoutMs) await sleep(chaos.api.timeoutMs)
    return result
  } finally {
    if (key !== undefined) idempotency.finish(key)
  }

  function execute(): Answer {
    try {
      const cause = { id: request.id, idempotency_key: key ?? null }
      return { status: 200, body: answer(simulation, rooms, asked, parameters, cause) }
    } catch (error) {
      return answerOf(error, options)
    }
  }
}

function misfortune({ api: { status, rate } }: Chaos, roll: number): void {
  if (status === undefined || roll >= rate) return
  if (status === 429) throw new StripeFault(429, { code: 'rate_limit', message: 'Too many requests (on purpose).' })
  throw new StripeFault(500, { type: 'api_error', message: 'An error on purpose.' })
}

function api(app: FastifyInstance, options: ServerOptions): void {
  const roll = dice(options.chaos)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseForm(body as string))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('onResponse', async () => {
    options.stats.answers += 1
  })
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/v1/*',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      options.stats.requests += 1
      authenticate(request)
      misfortune(options.chaos, roll())
      const { status, body, headers } = await run(options, request)
      if (request.method !== 'GET' && options.chaos.api.resetAfterCommit > 0) {
        options.chaos.api.resetAfterCommit -= 1
        reply.hijack()
        request.raw.socket.destroy()
        return
      }
      return reply
        .code(status)
        .headers(headers ?? {})
        .send(body)
    },
  })
}

export function createServer(options: ServerOptions): FastifyInstance {
  const fail = (error: unknown, reply: FastifyReply) => {
    const { status, body, headers } = answerOf(error, options)
    return reply
      .code(status)
      .headers(headers ?? {})
      .send(body)
  }
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    genReqId: () => `req_${randomText(14)}`,
    requestIdHeader: false,
    frameworkErrors: (error, _request, reply) => fail(error, reply),
  })
  app.setErrorHandler((error, _request, reply) => fail(error, reply))
  app.setNotFoundHandler((request, reply) => {
    options.log(`nothing is here: ${request.method} ${request.url}`)
    const message = `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`
    return fail(new StripeFault(404, { message }), reply)
  })
  // A page of another site can have its own name lead here, and would then be of the same origin.
  app.addHook('onRequest', async ({ headers: { host = '' } }, reply) => {
    const { hostname } = URL.parse(`http://${host}`) ?? { hostname: '' }
    if (LOOPBACK.has(hostname) || hostname === new URL(options.simulation.settings.baseUrl).hostname) return
    return reply.code(421).type('text/plain').send('The local Stripe answers under a name of the loopback only.')
  })
  app.addHook('onSend', async (request, reply) => {
    reply.header('request-id', request.id)
    reply.header('stripe-version', request.headers['stripe-version'] ?? API_VERSION)
    const key = request.headers['idempotency-key']
    if (key !== undefined) reply.header('idempotency-key', key)
  })
  app.register(async (scope) => api(scope, options))
  return app
}
