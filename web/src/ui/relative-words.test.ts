import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relativeWords } from './relative-words.ts'

const now = new Date('2026-05-10T12:00:00Z')
const at = (seconds: number) => relativeWords(new Date(now.getTime() + seconds * 1000), now)

test('times are told in the largest unit that fits, in both directions', () => {
  assert.equal(at(-10), 'just now')
  assert.equal(at(-50), '1 minute ago')
  assert.equal(at(-59 * 60), '59 minutes ago')
  assert.equal(at(-3 * 3600), '3 hours ago')
  assert.equal(at(-86_400), 'yesterday')
  assert.equal(at(6 * 86_400), 'in 6 days')
})

test('beyond a month the date itself is shown', () => {
  assert.match(at(-60 * 86_400), /2026/)
})
