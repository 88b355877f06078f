import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exceededOn, lostWith } from './losses.ts'

const free = { features: [], limits: { seats: 10, projects: 50, storage_bytes: null } }

test('only what is beyond a limit is exceeded; the last place is not', () => {
  const limits = [
    { key: 'seats', used: 10, limit: 100 },
    { key: 'projects', used: 51, limit: null },
    { key: 'storage_bytes', used: 10 ** 12, limit: null },
    { key: 'unknown', used: 5, limit: 5 },
  ]
  assert.deepEqual(exceededOn(free, { limits }), [{ limit: 'projects', used: 51, allowed: 50 }])
})

test('features and higher limits are lost, equal ones are not', () => {
  const limits = [
    { key: 'seats', used: 1, limit: 10 },
    { key: 'projects', used: 1, limit: null },
  ]
  assert.deepEqual(lostWith({ features: ['analytics'], limits }, free), [
    'Analytics',
    'Unlimited projects; then 50 projects',
  ])
})
