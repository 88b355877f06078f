/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) on every writing route of a tenant or a person: a request
 * that is sent again after a lost answer gets the first answer and has no second effect.
 *
 * The answer is stored in the very transaction of the effect, which therefore stays open until the answer is known.
 * Killed before the commit, neither exists; killed after it, the retry finds both. Only successes are stored: a refused
 * request has changed nothing and may be corrected under the same key.
 *
 * A detached route has effects outside of the database, which no transaction holds together with the answer. It sees to it
 * itself that doing a thing again is doing it once; the answer is stored afterwards, in a transaction of its own.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '#platform/clock.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import type { Credentials } from '../credentials.ts'
import { type AnswerKey, claimKey, findAnswer, type StoredAnswer, storeAnswer } from './queries.ts'
import { isRepeatable } from './repeatable.ts'

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
  { db, credentials, clock }: { db: Database; credentials: Credentials; clock: Clock },
): void {
  const pending = new WeakMap<FastifyRequest, Pending>()

  const begin = async (request: FastifyRequest, reply: FastifyReply) => {
    const header = request.headers['idempotency-key']
    if (header === undefined) return
    if (typeof header !== 'string' || !FORM.test(header)) {
      throw new Refusal(400, 'VALIDATION_ERROR', 'The Idempotency-Key must be 1 to 255 visible ASCII characters.', {
        details: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }],
      })
    }
    const key: AnswerKey = {
      ...ownerOf(request),
      route: `${request.method} ${request.routeOptions.url}`,
      key: header,
    }
    const fingerprint = createHash('sha256')
      .update(canonical([request.url, request.body ?? null]))
      .digest()

    if (request.routeOptions.config.detached) {
      const stored = await inTenant(db, credentials.tenantOf(request), (tx) => findAnswer(tx, key))
      if (isToReplay(stored, fingerprint)) return replay(reply, stored)
      pending.set(request, { key, fingerprint })
      return
    }
    const transaction = credentials.transactionOf(request)
    if (!transaction) return
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
    if (isToReplay(stored, fingerprint)) {
      await transaction.rollback()
      return replay(reply, stored)
    }
    transaction.deferCommit = true
    pending.set(request, { key, fingerprint })
  }

  const isToReplay = (stored: StoredAnswer | undefined, fingerprint: Buffer): stored is StoredAnswer => {
    if (!stored || clock.now().getTime() - stored.answered_at.getTime() >= KEPT_HOURS * 3_600_000) return false
    if (stored.fingerprint.equals(fingerprint)) return true
    throw new Refusal(422, 'IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used for another request. Use a new one.')
  }

  const ownerOf = (request: FastifyRequest): Pick<AnswerKey, 'tenant_id' | 'user_id'> => {
    if (request.routeOptions.config.access === 'user') {
      return { tenant_id: null, user_id: credentials.userOf(request).userId }
    }
    const { tenantId, userId } = credentials.tenantOf(request)
    return { tenant_id: tenantId, user_id: userId }
  }

  const finish = async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const entry = pending.get(request)
    if (!entry) return payload
    pending.delete(request)
    if (request.routeOptions.config.detached) {
      if (reply.statusCode >= 300) return payload
      await inTenant(db, credentials.tenantOf(request), (tx) => keep(tx, entry, reply, payload, clock.now()))
      return payload
    }
    const transaction = credentials.transactionOf(request)
    // A refusal rolled the transaction back, and whatever is answered then has had no effect.
    if (!transaction || transaction.settled) return payload
    if (reply.statusCode >= 300) {
      await transaction.rollback()
      return payload
    }
    try {
      await keep(transaction.tx, entry, reply, payload, clock.now())
      await transaction.commit()
    } catch (error) {
      // Before the answer leaves: whoever asks again at once must not meet the lock of this request.
      await transaction.rollback()
      throw error
    }
    return payload
  }

  // Per route, because it must come after the guard, which the routes carry too.
  app.addHook('onRoute', (route) => {
    if (!isRepeatable(route.method, route.config)) return
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
