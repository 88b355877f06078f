/**
 * Turns what was thrown into what the caller is told. A dependency that is away is 503 and worth trying again; input
 * that only the database could refuse is 400; everything we did not foresee is 500 and tells nothing.
 */
import { Refusal, unavailable } from '../errors.ts'

/** A refusal for every error; `bug` when the error belongs in the log. */
export function refusalFor(error: unknown): { refusal: Refusal; bug: boolean } {
  if (error instanceof Refusal) return { refusal: error, bug: false }
  const { code, statusCode, message } = (error ?? {}) as { code?: unknown; statusCode?: unknown; message?: unknown }
  if (typeof code === 'string') {
    const framework = FRAMEWORK[code]
    if (framework) return { refusal: framework(), bug: false }
    const database = databaseRefusal(code)
    if (database) return { refusal: database, bug: true }
  }
  if (typeof message === 'string' && LOST_CONNECTION.some((words) => message.includes(words))) {
    return { refusal: unavailable(), bug: true }
  }
  // Other errors of the framework that blame the request, for example a body that ends early.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { refusal: new Refusal(statusCode, 'BAD_REQUEST', 'The request is malformed.'), bug: false }
  }
  return { refusal: internal(), bug: true }
}

const internal = () =>
  new Refusal(500, 'INTERNAL_ERROR', 'Something went wrong on our side. The request id helps us find it.')
const malformed = (detail: string) => () => new Refusal(400, 'MALFORMED_REQUEST', detail)

const FRAMEWORK: Record<string, () => Refusal> = {
  FST_ERR_NOT_FOUND: () => notFound(),
  FST_ERR_BAD_URL: malformed('The address is not well formed.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new Refusal(414, 'URI_TOO_LONG', 'A part of the address is too long.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => unsupportedMediaType(),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The body is larger than this route accepts.'),
  FST_ERR_CTP_INVALID_JSON_BODY: malformed('The body is not valid JSON.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: malformed('The body is empty.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: malformed('The body is not as long as Content-Length says.'),
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: () => unsupportedMediaType(),
}

export const notFound = () => new Refusal(404, 'NOT_FOUND', 'There is nothing here.')
export const unsupportedMediaType = () =>
  new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body as uncompressed application/json.')

/** SQLSTATE classes (PostgreSQL, appendix A) and the codes of Node's sockets. */
function databaseRefusal(code: string): Refusal | undefined {
  if (SOCKET_CODES.has(code) || AWAY_STATES.has(code)) return unavailable()
  if (code.length !== 5) return undefined
  if (code.startsWith('08') || code.startsWith('53') || code.startsWith('57P')) return unavailable()
  if (code.startsWith('22')) return new Refusal(400, 'VALIDATION_ERROR', 'A value is not one that can be stored.')
  if (code === '23505') return new Refusal(409, 'CONFLICT', 'Something else with these values exists already.')
  return undefined
}

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const AWAY_STATES = new Set([
  '25006', // read only: the primary moved away
  '25P03', // our transaction idled too long
  '25P04', // our transaction took too long
  '40001', // serialisation failure
  '40P01', // deadlock
  '55P03', // lock not available in time
  '57014', // cancelled, mostly by statement_timeout
])

/** What `pg` says without a code. */
const LOST_CONNECTION = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered a connection error',
  'Cannot use a pool after calling end',
  'Query read timeout',
  'the database system is',
]
