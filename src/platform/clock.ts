/**
 * Business decisions ask a clock, never `new Date()`: tests stand at a fixed moment, and development can travel.
 */
export interface Clock {
  now(): Date
  /** Distance from the real time in milliseconds; other than 0 only in development. */
  readonly offsetMs: number
}

export interface AdjustableClock extends Clock {
  advance(ms: number): void
  set(now: Date): void
}

export const systemClock: Clock = {
  now: () => new Date(),
  offsetMs: 0,
}

/** Runs at the pace of the real clock, moved by an offset that can be changed at any time. */
export function adjustableClock(): AdjustableClock {
  let offsetMs = 0
  return {
    now: () => new Date(Date.now() + offsetMs),
    get offsetMs() {
      return offsetMs
    },
    advance(ms) {
      offsetMs += ms
    },
    set(now) {
      offsetMs = now.getTime() - Date.now()
    },
  }
}
