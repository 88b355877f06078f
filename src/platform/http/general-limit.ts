/**
 * The limit of the whole API: by user when one is known, otherwise by address.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import type { CountRequest, Guard } from './access.ts'
import { senderOf } from './addresses.ts'
import type { Limiter, LimitState } from './rate-limit.ts'

const WINDOW_SECONDS = 60

export function generalLimit(config: Config, guard: Guard, limiter: Limiter): CountRequest {
  const limit = { points: config.ratePerMinute, seconds: WINDOW_SECONDS }
  // In production the numbers would only tell how far one may go.
  const announce = config.env !== 'production'

  return async (request: FastifyRequest, reply: FastifyReply) => {
    const key = senderKey(request, guard)
    try {
      const state = await limiter.hit('general', key, limit)
      if (announce) announceLimit(reply, state)
    } catch (refused) {
      const wait = refused instanceof Refusal ? refused.headers?.['retry-after'] : undefined
      if (announce && wait) announceLimit(reply, { limit: limit.points, remaining: 0, resetSeconds: Number(wait) })
      throw refused
    }
  }
}

function senderKey(request: FastifyRequest, guard: Guard): string {
  const principal = guard.principal(request)
  // A user's budget is one for all their tenants; an API key has no user, so its tenant counts.
  const id = principal?.userId ?? principal?.tenantId
  return id ?? senderOf(request.ip)
}

function announceLimit(reply: FastifyReply, { limit, remaining, resetSeconds }: LimitState): void {
  reply.header('ratelimit-limit', String(limit))
  reply.header('ratelimit-remaining', String(remaining))
  reply.header('ratelimit-reset', String(resetSeconds))
}
