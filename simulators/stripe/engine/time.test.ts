import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addIntervals, DAY, periodAt } from './time.ts'

const utc = (text: string) => Date.parse(`${text}Z`) / 1000
const monthly = { interval: 'month', interval_count: 1 } as const

test('a 31st comes back after the shorter months', () => {
  const ends = [1, 2, 3, 13].map((times) => addIntervals(utc('2027-01-31T10:00:00'), monthly, times))
  assert.deepEqual(ends, [
    utc('2027-02-28T10:00:00'),
    utc('2027-03-31T10:00:00'),
    utc('2027-04-30T10:00:00'),
    utc('2028-02-29T10:00:00'),
  ])
})

test('a leap day is the 28th in the years between', () => {
  const yearly = { interval: 'year', interval_count: 1 } as const
  const ends = [1, 4].map((times) => addIntervals(utc('2028-02-29T00:00:00'), yearly, times))
  assert.deepEqual(ends, [utc('2029-02-28T00:00:00'), utc('2032-02-29T00:00:00')])
})

test('every moment lies in one period, before and after the anchor', () => {
  const recurrence = fc.record({
    interval: fc.constantFrom('day', 'week', 'month', 'year'),
    interval_count: fc.integer({ min: 1, max: 12 }),
  })
  const moment = fc.integer({ min: utc('2020-01-01T00:00:00'), max: utc('2040-01-01T00:00:00') })
  fc.assert(
    fc.property(moment, moment, recurrence, (anchor, at, every) => {
      const { start, end } = periodAt(anchor, every, at)
      assert.ok(start <= at && at < end)
      assert.equal(periodAt(anchor, every, end).start, end)
      assert.equal(periodAt(anchor, every, start - 1).end, start)
      assert.ok(end - start >= DAY)
    }),
  )
})
