import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../errors.ts'
import { assertIfMatch, etagOf } from './etag.ts'

const asking = (value?: string) => ({ headers: { 'if-match': value } }) as unknown as FastifyRequest

test('who has seen the version may change it, and so may who does not ask', () => {
  for (const given of [undefined, '*', '"3"', 'W/"3"', '"2", "3"', etagOf(3)]) assertIfMatch(asking(given), 3)
})

test('who has seen another version is told to read again', () => {
  for (const given of ['"2"', '3', '"33"', '', '"2","4"']) {
    assert.throws(
      () => assertIfMatch(asking(given), 3),
      (error) => error instanceof Refusal && error.status === 412 && error.code === 'PRECONDITION_FAILED',
    )
  }
})
