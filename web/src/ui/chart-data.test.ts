import assert from 'node:assert/strict'
import { test } from 'node:test'
import { largestOf, rowsOf, ticksUpTo } from './chart-data.ts'

test('the axis ends at a round number that no value exceeds, in whole steps', () => {
  assert.deepEqual(ticksUpTo(0), [0, 1])
  assert.deepEqual(ticksUpTo(4), [0, 1, 2, 3, 4])
  assert.deepEqual(ticksUpTo(5), [0, 2, 4, 6])
  assert.deepEqual(ticksUpTo(23), [0, 10, 20, 30])
  assert.deepEqual(ticksUpTo(559), [0, 200, 400, 600])
  assert.deepEqual(ticksUpTo(2399), [0, 1000, 2000, 3000])
})

test('series share the rows of their days', () => {
  const series = [
    { key: 'a', name: 'A', points: [{ date: '2026-01-02', value: 3 }] },
    {
      key: 'b',
      name: 'B',
      points: [
        { date: '2026-01-01', value: 7 },
        { date: '2026-01-02', value: 1 },
      ],
    },
  ]
  const rows = rowsOf(series)
  assert.deepEqual(rows, [
    { date: '2026-01-01', b: 7 },
    { date: '2026-01-02', a: 3, b: 1 },
  ])
  assert.equal(largestOf(rows, series), 7)
})
