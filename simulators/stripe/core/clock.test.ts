import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AccountClock } from './clock.ts'

const HOUR_MS = 3_600_000
const inHours = (hours: number) => Math.floor((Date.now() + hours * HOUR_MS) / 1000)
const isNear = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1, `${actual} ${expected}`)

test('a clock that was held goes on as if it had not been, or from where it stood', () => {
  const clock = new AccountClock(HOUR_MS)
  clock.hold(inHours(5))
  isNear(clock.now(), inHours(5))
  clock.resume()
  isNear(clock.now(), inHours(1))
  clock.hold(inHours(5))
  clock.release()
  isNear(clock.now(), inHours(5))
  assert.equal(clock.isHeld, false)
})

test('a clock that is held is known by what it shows', () => {
  const clock = new AccountClock(HOUR_MS)
  isNear(clock.shownOffsetMs / 1000, HOUR_MS / 1000)
  clock.hold(inHours(5))
  isNear(clock.shownOffsetMs / 1000, (5 * HOUR_MS) / 1000)
})
