/** What goes wrong on purpose. Its fields may be set at any time. */
import { StripeFault } from '../world.ts'

export interface Chaos {
  deliveries: {
    /** What waits is sent in any order. */
    shuffle: boolean
    /** How likely an event is sent twice, 0 to 1. */
    duplicate: number
    /** Every delivery waits at least this long. */
    delayMs: number
    /** The next so many deliveries do not arrive and are tried again. */
    dropFirst: number
    /** How likely an event never arrives, 0 to 1. */
    lose: number
    /** Nothing is sent until this is false again. */
    paused: boolean
  }
  api: {
    /** What some requests are answered with instead. */
    status?: 429 | 500
    /** How likely that is, 0 to 1. */
    rate: number
    /** Every answer waits this long. */
    timeoutMs?: number
    /** The next so many writes are done, then the connection is cut. */
    resetAfterCommit: number
  }
  /** Set, the same chances fall the same way. */
  seed?: number
}

export const calm = (): Chaos => ({
  deliveries: { shuffle: false, duplicate: 0, delayMs: 0, dropFirst: 0, lose: 0, paused: false },
  api: { rate: 0, resetAfterCommit: 0 },
})

export type ChaosChanges = { [K in keyof Chaos]?: Partial<Chaos[K]> }

const DELIVERY_FIELDS = Object.keys(calm().deliveries)
const API_FIELDS = ['status', 'rate', 'timeoutMs', 'resetAfterCommit']

/** A misspelt field would leave a test without what it is about. */
function assertKnown(changes: object | undefined, known: readonly string[]): void {
  const field = Object.keys(changes ?? {}).find((key) => !known.includes(key))
  if (field !== undefined) throw new StripeFault(400, { message: `Chaos has no ${field}.`, param: field })
}

/** Sets the fields that are given, in place: others hold the same object. */
export function setChaos(chaos: Chaos, changes: ChaosChanges): void {
  assertKnown(changes, ['deliveries', 'api', 'seed'])
  assertKnown(changes.deliveries, DELIVERY_FIELDS)
  assertKnown(changes.api, API_FIELDS)
  Object.assign(chaos.deliveries, changes.deliveries)
  Object.assign(chaos.api, changes.api)
  if (changes.seed !== undefined) chaos.seed = changes.seed as number
}

/** Numbers from 0 to 1, the same ones from the same seed (mulberry32); without a seed, any. */
export function dice(chaos: Chaos): () => number {
  let seed: number | undefined
  let state = 0
  return () => {
    if (chaos.seed === undefined) return Math.random()
    if (chaos.seed !== seed) {
      seed = chaos.seed
      state = seed
    }
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
