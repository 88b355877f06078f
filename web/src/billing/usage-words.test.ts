import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Usage } from './contract.ts'
import { usageFinding } from './usage-words.ts'

const usage = (period_total: number, limit: number | null): Usage => ({
  metric: 'api_calls',
  name: 'API calls',
  unit: 'calls',
  limit,
  period_total,
  points: [],
})

test('the title of a plot says how much, and how much of what is included', () => {
  assert.equal(usageFinding(usage(0, 100)), 'No API calls used this month')
  assert.equal(usageFinding(usage(4200, null)), '4,200 API calls used this month')
  assert.match(usageFinding(usage(8200, 10_000)), /^8,200 API calls used this month, 82\s?% of what/)
  assert.match(usageFinding(usage(1, 10_000)), /less than 1\s?%/)
  assert.match(usageFinding(usage(10_000, 10_000)), /all that your plan includes/)
})
