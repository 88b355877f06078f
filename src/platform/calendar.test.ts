import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayOf, daysBetween, lastDays, lastMonths, monthOf } from './calendar.ts'

test('days and months are those of UTC, up to the last millisecond', () => {
  assert.equal(dayOf(new Date('2026-02-28T23:59:59.999Z')), '2026-02-28')
  assert.equal(monthOf(new Date('2026-02-28T23:59:59.999Z')), '2026-02-01')
  assert.equal(monthOf(new Date('2026-03-01T00:00:00.000Z')), '2026-03-01')
})

test('a range contains both ends, over a leap day, and is empty the wrong way round', () => {
  assert.deepEqual(daysBetween('2028-02-28', '2028-03-01'), ['2028-02-28', '2028-02-29', '2028-03-01'])
  assert.deepEqual(daysBetween('2026-01-02', '2026-01-02'), ['2026-01-02'])
  assert.deepEqual(daysBetween('2026-01-02', '2026-01-01'), [])
})

test('the last ones end with the present one, also from the last day of a long month', () => {
  assert.deepEqual(lastDays(3, new Date('2026-01-01T12:00:00Z')), ['2025-12-30', '2025-12-31', '2026-01-01'])
  assert.deepEqual(lastMonths(3, new Date('2026-03-31T12:00:00Z')), ['2026-01-01', '2026-02-01', '2026-03-01'])
  assert.equal(lastMonths(12, new Date('2026-03-31T12:00:00Z'))[0], '2025-04-01')
})
