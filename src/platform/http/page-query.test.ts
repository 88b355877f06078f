import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { cursorCodec, sortOrder } from './page-query.ts'

const refused = (error: unknown) =>
  error instanceof Refusal && error.status === 400 && error.code === 'VALIDATION_ERROR'

test('a sort names a listed column and a direction, and nothing else', () => {
  const columns = ['name', 'created_at'] as const
  assert.deepEqual(sortOrder('name', columns), { column: 'name', direction: 'asc' })
  assert.deepEqual(sortOrder('-created_at', columns), { column: 'created_at', direction: 'desc' })
  for (const sort of ['', '-', 'password_hash', '__proto__', 'name desc', '--name']) {
    assert.throws(() => sortOrder(sort, columns), refused, sort)
  }
})

test('a cursor leads back to where it was written', () => {
  const codec = cursorCodec(randomBytes(32))
  const position = ['2026-11-20T10:00:00.000Z', '01a1f88d-8f65-745e-aa73-eae3d1543cce', 7]
  assert.deepEqual(codec.read('audit:t1', codec.write('audit:t1', position)), position)
})

test('a cursor that was changed, or belongs to another list, tenant or key, is refused', () => {
  const codec = cursorCodec(randomBytes(32))
  const cursor = codec.write('audit:t1', ['a', 1])
  const changed = (cursor[0] === 'A' ? 'B' : 'A') + cursor.slice(1)
  const other = cursorCodec(randomBytes(32)).write('audit:t1', ['a', 1])
  const [body = '', signature = ''] = cursor.split('.')
  for (const bad of [
    changed,
    other,
    body,
    `${body}.`,
    `.${signature}`,
    `${body}.${signature.slice(1)}`,
    '',
    '.',
    'x',
    'a.b.c',
  ]) {
    assert.throws(() => codec.read('audit:t1', bad), refused, bad)
  }
  assert.throws(() => codec.read('audit:t2', cursor), refused)
  assert.throws(() => codec.read('deliveries:t1', cursor), refused)
})
