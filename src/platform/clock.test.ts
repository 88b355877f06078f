import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adjustableClock, systemClock } from './clock.ts'

test('the system clock tells the real time', () => {
  assert.ok(Math.abs(systemClock.now().getTime() - Date.now()) < 50)
  assert.equal(systemClock.offsetMs, 0)
})

test('an adjustable clock keeps running from where it was moved to', () => {
  const clock = adjustableClock()
  clock.advance(3_600_000)
  clock.advance(-600_000)
  assert.equal(clock.offsetMs, 3_000_000)
  assert.ok(Math.abs(clock.now().getTime() - Date.now() - 3_000_000) < 50)

  clock.set(new Date('2030-01-01T00:00:00Z'))
  assert.ok(clock.now() >= new Date('2030-01-01T00:00:00Z'))
  assert.ok(clock.now() < new Date('2030-01-01T00:00:01Z'))
})
