import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeOf, seatsToStartWith } from './state.ts'

const facts = { cancel_at: null, trial_end: null }
const later = '2026-12-01T00:00:00Z'

test('a payment that failed is told before a cancellation, and a cancellation before the end of a trial', () => {
  assert.equal(noticeOf({ ...facts, status: 'past_due', cancel_at: later }), 'past_due')
  assert.equal(noticeOf({ ...facts, status: 'trialing', cancel_at: later, trial_end: later }), 'canceling')
  assert.equal(noticeOf({ ...facts, status: 'trialing', trial_end: later }), 'trial')
})

test('nothing is told about what runs well or is over', () => {
  assert.equal(noticeOf({ ...facts, status: 'active' }), undefined)
  assert.equal(noticeOf({ ...facts, status: 'none' }), undefined)
  assert.equal(noticeOf({ ...facts, status: 'canceled', cancel_at: later }), undefined)
})

test('nobody is offered fewer seats than people who use them', () => {
  assert.equal(seatsToStartWith({ seats: { used: 7, limit: 100, quantity: 5 } }), 7)
  assert.equal(seatsToStartWith({ seats: { used: 2, limit: 100, quantity: 5 } }), 5)
  assert.equal(seatsToStartWith({ seats: { used: 0, limit: 10, quantity: null } }), 1)
})
