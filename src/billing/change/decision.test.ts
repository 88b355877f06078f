import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Subscription } from '../sync/queries.ts'
import { effectiveOf, isAt, targetOf, termsOf, updateOf, type Wish } from './decision.ts'

const now = new Date('2026-01-31T12:00:00Z')
const current = {
  plan: 'pro',
  interval: 'month',
  quantity: 5,
  status: 'active',
  price_id: 'price_of_then',
  item_id: 'si_1',
  current_period_start: new Date('2026-01-15T00:00:00Z'),
  current_period_end: new Date('2026-02-15T00:00:00Z'),
} as Subscription

const effective = (from: Partial<Subscription>, wish: Wish) => {
  const subscription = { ...current, ...from }
  return effectiveOf(subscription, targetOf(subscription, wish, 1))
}

test('what was paid for is kept until its end; what costs more holds at once', () => {
  assert.equal(effective({}, { plan: 'enterprise' }), 'now')
  assert.equal(effective({}, { quantity: 6 }), 'now')
  assert.equal(effective({}, { quantity: 4 }), 'now')
  assert.equal(effective({}, { interval: 'year' }), 'now')
  assert.equal(effective({}, { plan: 'starter' }), 'period_end')
  assert.equal(effective({}, { plan: 'starter', interval: 'year' }), 'period_end')
  assert.equal(effective({ interval: 'year' }, { interval: 'month' }), 'period_end')
  assert.equal(effective({ interval: 'year' }, { plan: 'enterprise', interval: 'month' }), 'period_end')
  assert.equal(effective({ status: 'trialing' }, { plan: 'starter' }), 'now')
})

test('seats that were not asked for stay, within the plan and never below the members', () => {
  const seats = (quantity: number, wish: Wish, members: number) =>
    targetOf({ ...current, quantity }, wish, members).quantity
  assert.equal(seats(5, { plan: 'starter' }, 2), 5)
  assert.equal(seats(60, { plan: 'starter' }, 2), 25)
  assert.equal(seats(60, { plan: 'starter' }, 40), 40)
  assert.equal(seats(5, { plan: 'enterprise' }, 8), 8)
  assert.equal(seats(5, { quantity: 3 }, 2), 3)
})

test('a price that was bought stays while plan and interval do', () => {
  const priceOf = (wish: Wish) => termsOf(current, targetOf(current, wish, 1), 'price_of_today', now).price
  assert.equal(priceOf({ quantity: 9 }), 'price_of_then')
  assert.equal(priceOf({ interval: 'year' }), 'price_of_today')
  assert.equal(priceOf({ plan: 'enterprise' }), 'price_of_today')
  assert.ok(isAt(current, targetOf(current, {}, 1)))
})

test('Stripe is asked for one moment of proration, for a period that starts, or for neither', () => {
  const update = (from: Partial<Subscription>, wish: Wish, at = now) => {
    const subscription = { ...current, ...from } as Subscription
    const { items, ...rest } = updateOf(termsOf(subscription, targetOf(subscription, wish, 1), 'price_1', at))
    assert.equal(items?.[0]?.id, 'si_1')
    return rest
  }
  const seconds = now.getTime() / 1000
  assert.deepEqual(update({}, { quantity: 9 }), { proration_behavior: 'always_invoice', proration_date: seconds })
  assert.deepEqual(update({}, { interval: 'year' }), {
    proration_behavior: 'always_invoice',
    billing_cycle_anchor: { type: 'now' },
  })
  const trial = { status: 'trialing', plan: 'starter' }
  assert.deepEqual(update(trial, { interval: 'year' }), { proration_behavior: 'none' })
  assert.deepEqual(update(trial, { plan: 'pro' }), { proration_behavior: 'always_invoice', trial_end: 'now' })
  const late = update({}, { quantity: 9 }, new Date('2026-02-15T00:00:20Z'))
  assert.equal(late.proration_date, Date.parse('2026-02-15T00:00:00Z') / 1000 - 1)
})
