/**
 * Ids are UUIDv7 (RFC 9562): they sort by the time they were made, so new rows land at the end of an index. Node's own
 * generator does not keep the order within a millisecond, and lists that sort by id show rows of one transaction in the
 * order they were written; therefore the 12 bits after the time are a counter (RFC 9562, 6.2, method 1).
 */
import { randomFillSync } from 'node:crypto'

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const RANDOM_BYTES = 10
const pool = Buffer.allocUnsafeSlow(RANDOM_BYTES * 256)
const COUNTER_MAX = 0xfff

let poolAt = pool.length
let lastMs = 0
let counter = 0

export function newId(): string {
  if (poolAt === pool.length) {
    randomFillSync(pool)
    poolAt = 0
  }
  const at = poolAt
  poolAt += RANDOM_BYTES

  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    // Half of the counter's range stays free, so that a burst rarely has to borrow from the next millisecond.
    counter = pool.readUInt16BE(at) & 0x7ff
  } else if (counter === COUNTER_MAX) {
    lastMs += 1
    counter = 0
  } else {
    counter += 1
  }

  const time = lastMs.toString(16).padStart(12, '0')
  const random = (offset: number) => HEX[pool[at + offset] as number]
  const variant = HEX[((pool[at + 2] as number) & 0x3f) | 0x80]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${random(3)}-${random(4)}${random(5)}${random(6)}${random(7)}${random(8)}${random(9)}`
}

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Any UUID, so that an id from outside never reaches a query as text PostgreSQL cannot read. */
export function isId(value: string): boolean {
  return value.length === 36 && SHAPE.test(value)
}
