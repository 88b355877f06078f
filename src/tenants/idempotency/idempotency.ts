/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) on every writing route of a tenant: a request that is
 * sent again after a lost answer gets the first answer and has no second effect.
 *
 * The answer is stored in the very transaction of the effect, which therefore stays open until the answer is known.
 * Killed before the commit, neither exists; killed after it, the retry finds both. Only successes are stored: a refused
 * request has changed nothing and may be corrected under the same key.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '#platform/clock.ts'
import type { Tx } from '#platform/db/database.ts'
import { Refusal } from '#platform/errors.ts'
import type { Credentials } from '../credentials.ts'
import { type AnswerKey, claimKey, findAnswer, storeAnswer } from './queries.ts'

export { deleteAnswersBefore } from './queries.ts'

const KEPT_HOURS = 24
const FORM = /^[\x21-\x7e]{1,255}$/
const KEPT_HEADERS = ['content-type', 'etag', 'location'] as const

interface Pending {
  key: AnswerKey
  fingerprint: Buffer
}

export function addIdempotency(
  app: FastifyInstance,
  { credentials, clock }: { credentials: Credentials; clock: Clock },
): void {
  const pending = new WeakMap<FastifyRequest, Pending>()

  const begin = async (request: FastifyRequest, reply: FastifyReply) => {
    const header = request.headers['idempotency-key']
    if (header === undefined) return
    if (typeof header !== 'string' || !FORM.test(header)) {
      throw new Refusal(400, 'VALIDATION_ERROR', 'The Idempotency-Key must be 1 to 255 visible ASCII characters.')
    }
    const scope = credentials.tenantOf(request)
    const transaction = credentials.transactionOf(request)
    if (!transaction) return
    const key: AnswerKey = {
      tenant_id: scope.tenantId,
      user_id: scope.userId,
      route: `${request.method} ${request.routeOptions.url}`,
      key: header,
    }
    const fingerprint = createHash('sha256')
      .update(canonical([request.url, request.body ?? null]))
      .digest()

    if (!(await claimKey(transaction.tx, key))) {
      throw new Refusal(
        409,
        'IDEMPOTENCY_IN_PROGRESS',
        'A request with this Idempotency-Key is still running. Try again soon.',
        {
          headers: { 'retry-after': '1' },
        },
      )
    }
    const stored = await findAnswer(transaction.tx, key)
    const fresh = stored && clock.now().getTime() - stored.answered_at.getTime() < KEPT_HOURS * 3_600_000
    if (!fresh) {
      transaction.deferCommit = true
      pending.set(request, { key, fingerprint })
      return
    }
    if (!stored.fingerprint.equals(fingerprint)) {
      throw new Refusal(
        422,
        'IDEMPOTENCY_MISMATCH',
        'This Idempotency-Key was used for another request. Use a new one.',
      )
    }
    await transaction.rollback()
    return replay(reply, stored)
  }

  const finish = async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const entry = pending.get(request)
    if (!entry) return payload
    pending.delete(request)
    const transaction = credentials.transactionOf(request)
    // A refusal rolled the transaction back, and whatever is answered then has had no effect.
    if (!transaction || transaction.settled) return payload
    if (reply.statusCode >= 300) {
      await transaction.rollback()
      return payload
    }
    await keep(transaction.tx, entry, reply, payload, clock.now())
    await transaction.commit()
    return payload
  }

  // Per route, because it must come after the guard, which the routes carry too.
  app.addHook('onRoute', (route) => {
    if (typeof route.config?.access !== 'object' || route.method === 'GET' || route.method === 'HEAD') return
    route.preHandler = [...[route.preHandler ?? []].flat(), begin]
    route.onSend = [...[route.onSend ?? []].flat(), finish]
  })
}

async function keep(tx: Tx, { key, fingerprint }: Pending, reply: FastifyReply, payload: unknown, now: Date) {
  const headers: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name)
    if (value !== undefined) headers[name] = String(value)
  }
  await storeAnswer(tx, key, {
    fingerprint,
    status: reply.statusCode,
    body: typeof payload === 'string' ? payload : null,
    headers,
    answered_at: now,
  })
}

function replay(reply: FastifyReply, stored: { status: number; body: string | null; headers: Record<string, string> }) {
  reply.code(stored.status).headers(stored.headers).header('idempotency-replayed', 'true')
  // As text: the answer was serialised once, and must leave as the same bytes.
  reply.serializer((body: unknown) => body as string)
  return reply.send(stored.body)
}

/** The same for bodies that differ only in the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
