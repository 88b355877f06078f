import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '../api/contract.ts'
import { actionWords, actorName, subjectOf } from './words.ts'

test('known actions read as sentences', () => {
  assert.equal(actionWords('project.created'), 'created a project')
})

test('an action of a module that the app does not know is still readable', () => {
  assert.equal(actionWords('api_keys.rotated'), 'rotated api key')
})

test('what acts by itself has a name like a person, and a changed plan says from what to what', () => {
  const event = {
    action: 'billing.plan_changed',
    actor: { id: null, name: 'stripe' },
    details: { plan: { from: 'free', to: 'pro' } },
  } as unknown as AuditEvent
  assert.equal(
    `${actorName(event)} ${actionWords(event.action)}: ${subjectOf(event)}`,
    'Stripe changed the plan: Free to Pro',
  )
})
