/**
 * Bodies are JSON in UTF-8, uncompressed. What PostgreSQL cannot store or would silently change (NUL, halves of
 * surrogate pairs) and what could blow a stack (depth) is refused here once, before any route sees it.
 */
import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../errors.ts'

export const DEFAULT_BODY_BYTES = 300 * 1024
const MAX_DEPTH = 64

type Done = (error: Error | null, body?: unknown) => void

export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error') as (
    request: FastifyRequest,
    text: string,
    done: Done,
  ) => void

  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const body = bytes as Buffer
    // Many clients set the header on every request; whether a body is needed is for the route's schema to say.
    if (body.length === 0) {
      done(null, undefined)
      return
    }
    if (!isUtf8(body)) {
      done(malformed('The body is not valid UTF-8.'))
      return
    }
    parse(request, body.toString(), (error, value) => {
      if (error) done(error)
      else done(faultIn(value, 0) ?? null, value)
    })
  })
}

function malformed(detail: string): Refusal {
  return new Refusal(400, 'MALFORMED_REQUEST', detail)
}

function faultIn(value: unknown, depth: number, key = ''): Refusal | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : badText()
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : badNumber(key)
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === MAX_DEPTH) return malformed(`The body is nested deeper than ${MAX_DEPTH} levels.`)
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = faultIn(item, depth + 1, key)
      if (fault) return fault
    }
    return undefined
  }
  for (const key in value) {
    if (!isStorable(key)) return badText()
    const fault = faultIn((value as Record<string, unknown>)[key], depth + 1, key)
    if (fault) return fault
  }
  return undefined
}

/** Beyond what a double can hold; stored as JSON it would silently become null. */
function badNumber(field: string): Refusal {
  return new Refusal(400, 'VALIDATION_ERROR', 'The request is not valid.', {
    details: [{ field, message: 'is a number that is too large' }],
  })
}

const badText = () => malformed('The body contains a NUL or an unpaired surrogate.')

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
