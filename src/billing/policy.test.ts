import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graceDays, plans } from './plans.ts'
import { byImportance, grantOf, standings } from './policy.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const day = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
const grant = (status: string, since: Date | null = null) => grantOf({ status, plan: 'pro' }, since, NOW)

test('every status has the access that the table says, and nothing but a paid plan brings its features', () => {
  const table = {
    trialing: ['full', 'pro'],
    active: ['full', 'pro'],
    past_due: ['grace', 'pro'],
    unpaid: ['none', 'pro'],
    paused: ['none', 'pro'],
    incomplete: ['none', 'free'],
    incomplete_expired: ['none', 'free'],
    canceled: ['none', 'free'],
    invented: ['none', 'free'],
  }
  assert.deepEqual(Object.keys(standings).sort(), Object.keys(table).slice(0, -1).sort())
  for (const [status, [access, plan]] of Object.entries(table)) {
    const given = grant(status)
    assert.deepEqual([given.status, given.access, given.plan], [status, access, plan])
    const terms = plans[access === 'none' ? 'free' : 'pro']
    assert.deepEqual([given.features, given.limits], [terms.features, terms.limits], status)
  }
})

test('without a subscription a tenant has what everybody starts with', () => {
  const { plan, status, access } = grantOf(undefined, null, NOW)
  assert.deepEqual([plan, status, access], ['free', 'none', 'none'])
})

test('grace counts from the day a payment was owed, and ends', () => {
  assert.deepEqual(grant('past_due', day(-1)).graceUntil, day(graceDays - 1))
  assert.equal(grant('past_due', day(1 - graceDays)).access, 'grace')
  const over = grant('past_due', day(-graceDays))
  assert.deepEqual([over.access, over.graceUntil, over.plan], ['none', null, 'pro'])
  assert.deepEqual(over.limits, plans.free.limits)
})

test('of several subscriptions the best counts, then the newest, whatever the order they are read in', () => {
  const row = (status: string, days: number, id = status) => ({
    status,
    started_at: day(days),
    stripe_subscription_id: id,
  })
  const all = [
    row('canceled', 9),
    row('active', -5, 'sub_old'),
    row('trialing', 3),
    row('active', 0, 'sub_a'),
    row('active', 0, 'sub_b'),
    row('past_due', 5),
    row('incomplete', 8),
    row('paused', 7),
    row('unpaid', 6),
  ]
  const order = ['sub_b', 'sub_a', 'sub_old', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'canceled']
  for (let turn = 0; turn < all.length; turn++) {
    all.push(all.shift() as (typeof all)[number])
    assert.deepEqual(
      all.toSorted(byImportance).map((one) => one.stripe_subscription_id),
      order,
    )
  }
})
