/**
 * A clock that several processes move together, in development: its distance from the real time is a number in a file,
 * which every process looks at a few times a second. Without the file it is the real time.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type AdjustableClock, adjustableClock } from './clock.ts'

const LOOK_EVERY_MS = 250

export interface SharedClock extends AdjustableClock {
  close(): void
}

export function sharedClock(path: string): SharedClock {
  const clock = adjustableClock()
  const read = () => clock.advance(offsetIn(path) - clock.offsetMs)
  read()
  // Not `watchFile`: what is written before its own first look, it takes for what was always there.
  const looking = setInterval(read, LOOK_EVERY_MS).unref()

  function keep(): void {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.new`, String(clock.offsetMs))
    renameSync(`${path}.new`, path)
  }
  return {
    now: clock.now,
    get offsetMs() {
      return clock.offsetMs
    },
    advance(ms) {
      clock.advance(ms)
      keep()
    },
    set(now) {
      clock.set(now)
      keep()
    },
    close: () => clearInterval(looking),
  }
}

function offsetIn(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8')) || 0
  } catch {
    return 0
  }
}
