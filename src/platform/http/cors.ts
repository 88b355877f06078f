/**
 * Cross-origin calls, for listed origins only and by exact comparison. A stranger's answer carries no CORS header at
 * all, and a preflight is answered before anything else looks at the request.
 */
import type { onRequestHookHandler } from 'fastify'

const PREFLIGHT_SECONDS = 600
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-match, if-none-match',
  'access-control-max-age': String(PREFLIGHT_SECONDS),
}
const EXPOSED = 'etag, retry-after, x-request-id'

export function corsFor(origins: readonly string[]): onRequestHookHandler {
  const listed = new Set(origins)
  return (request, reply, done) => {
    const { origin } = request.headers
    if (origin === undefined || !listed.has(origin)) {
      done()
      return
    }
    reply.header('access-control-allow-origin', origin)
    reply.header('access-control-allow-credentials', 'true')
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      reply.headers(PREFLIGHT_HEADERS).code(204).send()
      return
    }
    reply.header('access-control-expose-headers', EXPOSED)
    done()
  }
}
