import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seatsWanted } from './wanted.ts'

const current = { plan: 'pro', quantity: 5, schedule_id: null, scheduled_at: null, scheduled_plan: null }

test('members are paid for, and what was asked for beyond them, as far as the plan has room', () => {
  const now = (chosen: number | null, members: number) => seatsWanted(current, chosen, members).now
  assert.deepEqual([now(null, 0), now(null, 3), now(8, 3), now(2, 3)], [1, 3, 8, 3])
  assert.deepEqual([now(500, 3), now(500, 120)], [100, 120])
})

test('while a change is scheduled nothing is given back, and the change keeps up with the members', () => {
  const later = { ...current, schedule_id: 'sub_sched_1', scheduled_at: new Date(0), scheduled_plan: 'starter' }
  assert.deepEqual(seatsWanted(later, 2, 4), { now: 5, next: { schedule: 'sub_sched_1', quantity: 4 } })
  assert.deepEqual(seatsWanted(later, 2, 9), { now: 9, next: { schedule: 'sub_sched_1', quantity: 9 } })
  assert.deepEqual(seatsWanted(later, 90, 9), { now: 9, next: { schedule: 'sub_sched_1', quantity: 25 } })
})
