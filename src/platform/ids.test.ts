import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId, newId } from './ids.ts'

test('ids are UUIDs of version 7 that carry the time they were made', () => {
  const before = Date.now()
  const id = newId()
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const time = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  assert.ok(time >= before - 5000 && time <= Date.now() + 5000)
})

test('fifty thousand ids made at once are all different and sort in the order they were made', () => {
  const ids = Array.from({ length: 50_000 }, newId)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(ids.toSorted(), ids)
})

test('what PostgreSQL would not read as a uuid is not an id', () => {
  assert.ok(isId(newId()))
  assert.ok(isId(newId().toUpperCase()))
  for (const text of [
    '',
    '1',
    'null',
    '../etc',
    `{${newId()}}`,
    `urn:uuid:${newId()}`,
    `${newId()} `,
    newId().replaceAll('-', ''),
  ]) {
    assert.ok(!isId(text), text)
  }
})
