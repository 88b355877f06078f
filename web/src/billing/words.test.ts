import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlanOffer } from './contract.ts'
import { leastSaving, limitLine, yearlySaving } from './words.ts'

const plan = (month: number, year: number): PlanOffer => ({
  key: 'pro',
  name: 'Some',
  description: '',
  prices: month
    ? [
        { interval: 'month', amount: month, currency: 'usd' },
        { interval: 'year', amount: year, currency: 'usd' },
      ]
    : [],
  limits: {},
  features: [],
  trial_days: 0,
})

test('a limit is told with its unit, its number and how often it starts anew', () => {
  assert.equal(limitLine('seats', 1), '1 seat')
  assert.equal(limitLine('projects', 2500), '2,500 projects')
  assert.equal(limitLine('ai_credits', 50), '50 AI credits a month')
  assert.match(limitLine('storage_bytes', 20 * 1024 ** 3), /^20\s?GB of storage$/)
  assert.match(limitLine('storage_bytes', 300 * 1024 ** 2), /^300\s?MB of storage$/)
  assert.match(limitLine('storage_bytes', 2048 * 1024 ** 3), /^2\s?TB of storage$/)
  assert.equal(limitLine('storage_bytes', null), 'Unlimited storage')
  assert.equal(limitLine('seats', null), 'Unlimited seats')
  assert.equal(limitLine('render_minutes', 5), '5 render minutes')
})

test('the saving of a year is what twelve months cost more', () => {
  assert.deepEqual(yearlySaving(plan(2900, 29_000)), { amount: 5800, percent: 16, currency: 'usd' })
  assert.equal(yearlySaving(plan(2900, 34_800)), undefined)
  assert.equal(yearlySaving(plan(0, 0)), undefined)
})

test('the saving that is named for all plans is one that every paid plan has', () => {
  assert.equal(leastSaving([plan(0, 0), plan(1000, 9000), plan(1000, 11_000)]), 8)
  assert.equal(leastSaving([plan(0, 0), plan(1000, 12_000)]), undefined)
  assert.equal(leastSaving([plan(0, 0)]), undefined)
})
