import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterRenewal, daysLater, hopsBetween, monthLater } from './moves.ts'

const now = new Date('2026-01-31T12:00:00Z')

test('a month later is the same day, or the last of a shorter month', () => {
  assert.equal(monthLater(now).toISOString(), '2026-02-28T12:00:00.000Z')
  assert.equal(monthLater(new Date('2026-03-15T12:00:00Z')).toISOString(), '2026-04-15T12:00:00.000Z')
})

test('the renewal is passed by two hours', () => {
  assert.equal(afterRenewal('2026-02-28T12:00:00Z').toISOString(), '2026-02-28T14:00:00.000Z')
})

test('no hop is longer than a session lives, and the last one arrives', () => {
  const hops = hopsBetween(now, daysLater(now, 28))
  assert.equal(hops.at(-1)?.toISOString(), daysLater(now, 28).toISOString())
  for (const [at, hop] of hops.entries()) {
    assert.ok(hop.getTime() - (hops[at - 1] ?? now).getTime() <= 5 * 86_400_000)
  }
  assert.equal(hopsBetween(now, daysLater(now, 1)).length, 1)
})
