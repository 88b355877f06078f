import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionWords } from './words.ts'

test('known actions read as sentences', () => {
  assert.equal(actionWords('project.created'), 'created a project')
})

test('an action of a module that the app does not know is still readable', () => {
  assert.equal(actionWords('api_keys.rotated'), 'rotated api key')
})
