import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adjustableClock, systemClock } from './clock.ts'

test('the system clock tells the real time', () => {
  const [before, told, after] = [Date.now(), systemClock.now().getTime(), Date.now()]
  assert.ok(before <= told && told <= after, `${told} is not from ${before} to ${after}`)
  assert.equal(systemClock.offsetMs, 0)
})

test('an adjustable clock keeps running from where it was moved to', () => {
  const clock = adjustableClock()
  clock.advance(3_600_000)
  clock.advance(-600_000)
  assert.equal(clock.offsetMs, 3_000_000)
  const [before, told, after] = [Date.now(), clock.now().getTime() - 3_000_000, Date.now()]
  assert.ok(before <= told && told <= after, `${told} is not from ${before} to ${after}`)

  clock.set(new Date('2030-01-01T00:00:00Z'))
  assert.ok(clock.now() >= new Date('2030-01-01T00:00:00Z'))
  assert.ok(clock.now() < new Date('2030-01-01T00:00:01Z'))
})
