/**
 * Versions of things as entity tags (RFC 9110, 8.8.3), so that two people who edit at once do not overwrite each other.
 */
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../errors.ts'

export function etagOf(version: number | string): string {
  return `"${version}"`
}

/** 412 when the caller changes a version it has not seen. Without If-Match the caller does not care. */
export function assertIfMatch(request: FastifyRequest, version: number | string): void {
  const given = request.headers['if-match']
  if (given === undefined || given.trim() === '*') return
  // A proxy that compresses makes tags weak; the version they name is still the one.
  const tags = given.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (tags.includes(etagOf(version))) return
  throw new Refusal(412, 'PRECONDITION_FAILED', 'It has been changed since you read it. Read it again and repeat.')
}
