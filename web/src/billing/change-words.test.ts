import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buttonWords, changeTo, deedOf } from './change-words.ts'
import type { Preview } from './contract.ts'

const has = { plan: 'starter', interval: 'month', seats: { used: 2, limit: 25, quantity: 2 } } as const
const preview: Preview = {
  lines: [],
  total: 5800,
  credit: 0,
  currency: 'usd',
  next_invoice_at: '2030-12-12T12:00:00Z',
  next_amount: 5800,
  effective: 'now',
  effective_at: '2030-12-12T12:00:00Z',
  impact: [],
  proration_date: 1,
}

test('a change names only what differs', () => {
  assert.deepEqual(changeTo(has, { plan: 'pro', interval: 'month', quantity: 2 }), { plan: 'pro' })
  assert.deepEqual(changeTo(has, { plan: 'starter', interval: 'year', quantity: 3 }), { interval: 'year', quantity: 3 })
  assert.equal(changeTo(has, { plan: 'starter', interval: 'month', quantity: 2 }), undefined)
})

test('the button says what it does and what it costs', () => {
  assert.equal(buttonWords('change to Pro', preview), 'Pay $58.00 and change to Pro')
  assert.equal(buttonWords('change to Pro', { ...preview, total: 0 }), 'Change to Pro')
  assert.match(buttonWords('change to Starter', { ...preview, effective: 'period_end' }), /^Change to Starter on .*12/)
})

test('seats are counted from what there is', () => {
  assert.equal(deedOf({ quantity: 5 }, { name: 'Pro' }, 2), 'add 3 seats')
  assert.equal(deedOf({ quantity: 1 }, { name: 'Pro' }, 2), 'give up 1 seat')
  assert.equal(deedOf({ interval: 'year' }, { name: 'Pro' }, 2), 'change to yearly payment')
})
