import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Series } from '../billing/contract.ts'
import { findingOf } from './findings.ts'

const series = (interval: Series['interval'], values: number[], key = 'projects_created'): Series => ({
  key,
  name: 'Projects created',
  unit: 'projects',
  interval,
  points: values.map((value, at) => ({
    date: interval === 'month' ? `2026-0${at + 1}-01` : `2026-01-0${at + 1}`,
    value,
  })),
})

test('months name the strongest one', () => {
  assert.match(findingOf(series('month', [1, 5, 2])), /^8 projects were created in 3 months, most in .*February.*2026/)
  assert.match(
    findingOf(series('month', [2, 1, 2])),
    /^5 projects were .*, at most 2 in a month, last in .*March.*2026/,
  )
})

test('days compare the later half with the earlier one', () => {
  assert.match(
    findingOf(series('day', [1, 1, 5, 5], 'activity')),
    /^12 changes were made in 4 days, more in the second/,
  )
  assert.match(findingOf(series('day', [5, 5, 1, 1], 'activity')), /fewer in the second half/)
  assert.match(findingOf(series('day', [5, 5, 5, 5], 'activity')), /about as many/)
})

test('nothing, one, and a series that has no words of its own', () => {
  assert.equal(findingOf(series('day', [0, 0])), 'Projects created: nothing in 2 days')
  assert.match(findingOf(series('month', [1])), /^1 project was created in 1 months/)
  assert.match(findingOf(series('month', [2, 1], 'other')), /^Projects created: 3 projects in 2 months/)
})
