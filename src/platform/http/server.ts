/**
 * The HTTP server without a business word: limits, headers, ids, errors, health and documents are settled here, so that
 * a route only says what it does and who may call it.
 */
import { fileURLToPath } from 'node:url'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type Guard, guardRoutes } from './access.ts'
import { trustedNetworks } from './addresses.ts'
import { acceptJsonOnly, DEFAULT_BODY_BYTES } from './body.ts'
import { rawAnswers } from './client-errors.ts'
import { compileOnDemand } from './compilers.ts'
import { corsFor } from './cors.ts'
import { docsRoutes } from './docs.ts'
import { notFound, refusalFor, unsupportedMediaType } from './faults.ts'
import { generalLimit } from './general-limit.ts'
import { securityHeaders } from './headers.ts'
import { type HealthChecks, healthRoutes } from './health.ts'
import { followRequests } from './lifecycle.ts'
import { shedLoad } from './load-shedding.ts'
import { collectOpenApi } from './openapi.ts'
import { problemDocument, problemHeaders } from './problem.ts'
import type { Limiter } from './rate-limit.ts'
import { requestIdsFor } from './request-ids.ts'
import { requestLog } from './request-log.ts'
import { ajvOptions, closeSchemas, validationRefusal } from './validation.ts'
import { serveWebApp } from './web-app.ts'

export type { Guard, Principal, RouteAccess } from './access.ts'
export type { HealthChecks } from './health.ts'

export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface HttpServerOptions {
  config: Config
  log: Logger
  guard: Guard
  limiter: Limiter
  health: HealthChecks
  /** Where the web app was built; `web/dist` of the repository unless given. */
  webFolder?: string
}

const MAX_HEADER_BYTES = 16 * 1024
const MAX_HEADERS = 100
const REQUEST_TIMEOUT_MS = 15_000
const HEADERS_TIMEOUT_MS = 10_000
const CONNECTION_TIMEOUT_MS = 60_000
const HANDLER_TIMEOUT_MS = 30_000
/** Longer than the idle timeout of usual load balancers (60 s), or they would send into a connection we just closed. */
const KEEP_ALIVE_MS = 72_000
const MAX_PARAM_CHARACTERS = 100
const SLASH_AT_END = /^\/api\/[^?]*\/(?:\?|$)/

const repository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { config, log, guard, limiter, health, webFolder = repository('web/dist') } = options
  const headers = securityHeaders(config)
  const trusts = trustedNetworks(config.trustedProxies)
  const raw = rawAnswers(log, headers, config.appUrl)

  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (_logger, { reqId }) => requestLog(log, reqId as string),
    genReqId: requestIdsFor(trusts),
    trustProxy: config.trustedProxies.length > 0 && ((address) => trusts(address)),
    bodyLimit: DEFAULT_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Our own refusal has the shape and the headers of every other.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    allowErrorHandlerOverride: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    routerOptions: {
      maxParamLength: MAX_PARAM_CHARACTERS,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      caseSensitive: true,
    },
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // How exactly the timeouts are kept.
      connectionsCheckingInterval: 2000,
      requireHostHeader: false,
    },
    ...(config.env === 'development' ? { ajv: ajvOptions } : compileOnDemand()),
    schemaErrorFormatter: validationRefusal,
    clientErrorHandler: raw.onClientError,
    frameworkErrors: (error, request, reply) => {
      lifecycle.arrive(request, reply)
      refuse(error, request, reply)
    },
  })
  app.server.on('connect', raw.onConnect)
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { refusal, bug } = refusalFor(error)
    if (bug) request.failure = error
    reply
      .code(refusal.status)
      .headers(problemHeaders(refusal))
      .send(problemDocument(refusal, request.id, config.appUrl))
  }

  app.setErrorHandler(refuse)
  acceptJsonOnly(app)
  const lifecycle = followRequests(app, { log, guard, headers, handlerTimeoutMs: HANDLER_TIMEOUT_MS })
  app.addHook('onRequest', corsFor(config.corsOrigins))
  shedLoad(app, { maxDelayMs: config.maxEventLoopDelayMs })
  app.addHook('onRequest', (request, _reply, done) => done(faultOf(request)))
  guardRoutes(app, guard, generalLimit(config, guard, limiter))
  closeSchemas(app)
  if (config.docs) await collectOpenApi(app)

  healthRoutes(app, health, lifecycle)
  const webApp = serveWebApp(app, config, webFolder)
  app.setNotFoundHandler((request, reply) => webApp.answer(request, reply))
  if (config.docs) {
    docsRoutes(app, {
      assetFolders: [
        `${webFolder}/docs-assets`,
        repository('node_modules/swagger-ui-dist'),
        repository('node_modules/redoc/bundles'),
      ],
      errorsFolder: repository('docs/errors'),
    })
  }
  return app as unknown as HttpServer
}

/** What is wrong with a request before anything is read from it. */
function faultOf({ raw }: FastifyRequest): Refusal | undefined {
  const { headers } = raw
  if (headers['content-encoding'] !== undefined) return unsupportedMediaType()
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return new Refusal(417, 'EXPECTATION_FAILED', 'The expectation of the request cannot be met.')
  }
  if (headers.host === undefined && raw.httpVersion !== '1.0') {
    return new Refusal(400, 'MALFORMED_REQUEST', 'The request has no Host header.')
  }
  // Names and values stand one after the other.
  if (raw.rawHeaders.length > MAX_HEADERS * 2) {
    return new Refusal(431, 'HEADERS_TOO_LARGE', `The request has more than ${MAX_HEADERS} headers.`)
  }
  const repeated = repeatedHeader(raw.rawHeaders)
  if (repeated) return new Refusal(400, 'MALFORMED_REQUEST', `The request has more than one ${repeated} header.`)
  // Otherwise `/things/` would be `/things/:id` with an id that is empty, and malformed instead of missing.
  if (SLASH_AT_END.test(raw.url ?? '')) return notFound()
  // Decoded it would be a NUL, which no text in the database can hold.
  if (raw.url?.includes('%00')) return new Refusal(400, 'MALFORMED_REQUEST', 'The address contains a NUL.')
  return undefined
}

/**
 * Of these Node takes the first and drops the others without a word, where a proxy in front may have looked at the last
 * (RFC 9112, section 3.2, for Host). Walked for every request, so the length of a name decides first.
 */
const TAKEN_ONCE = ['host', 'content-type', 'authorization']
const LENGTHS = TAKEN_ONCE.map(({ length }) => length)

function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  let seen = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    const which = LENGTHS.indexOf(name.length)
    if (which === -1 || name.toLowerCase() !== TAKEN_ONCE[which]) continue
    if (seen & (1 << which)) return TAKEN_ONCE[which]
    seen |= 1 << which
  }
  return undefined
}
