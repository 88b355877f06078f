import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayOf, daysUntil, inDays } from './days.ts'

const now = new Date('2026-05-10T12:00:00Z')

test('a day that has begun counts as one', () => {
  assert.equal(daysUntil('2026-05-10T13:00:00Z', now), 1)
  assert.equal(daysUntil('2026-05-19T12:00:00Z', now), 9)
  assert.equal(daysUntil('2026-05-01T12:00:00Z', now), 0)
  assert.equal(inDays('2026-05-19T12:00:00Z', now), 'in 9 days')
  assert.equal(inDays('2026-05-10T11:00:00Z', now), 'today')
})

test('the year is told only when it is another one', () => {
  assert.doesNotMatch(dayOf('2026-12-12T12:00:00Z', now), /2026/)
  assert.match(dayOf('2027-01-12T12:00:00Z', now), /2027/)
})
