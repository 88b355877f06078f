/**
 * Limits on how often something may be tried. The hot general limit is counted in Redis or in the process; limits that
 * guard security (`strict`) are shared by all replicas, in Redis or in PostgreSQL. When the store fails, the process
 * counts alone: an outage neither opens the door nor closes it.
 */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type * as flexible from 'rate-limiter-flexible'
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Redis } from '../redis.ts'

export interface Limit {
  points: number
  seconds: number
  /** Guards security: counted together by all replicas. */
  strict?: boolean
}

export interface LimitState {
  limit: number
  remaining: number
  /** Until all points are back. */
  resetSeconds: number
}

export interface Limiter {
  /** Spends one point; a `Refusal` 429 with `Retry-After` when none is left. */
  hit(bucket: string, key: string, limit: Limit): Promise<LimitState>
  /** What is left, without spending. */
  peek(bucket: string, key: string, limit: Limit): Promise<LimitState>
  /** Gives all points back, for example after a sign-in that succeeded. */
  reset(bucket: string, key: string): Promise<void>
  /** Removes counters in PostgreSQL that have run out; for a schedule. */
  sweep(): Promise<void>
}

/** What `pg.Pool` offers, and what a query builder can offer in one line. */
export interface LimitTable {
  query(statement: { name?: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>
}

export interface LimiterOptions {
  log: Logger
  redis?: Redis | undefined
  table?: LimitTable | undefined
}

/** By file: the package's own entry loads the limiters of twenty stores, which takes 14 ms of the start. */
const load = createRequire(import.meta.url)
const RateLimiterMemory: typeof flexible.RateLimiterMemory = load('rate-limiter-flexible/lib/RateLimiterMemory.js')

const TABLE = 'rate_limits'
const LONGEST_KEY = 200
/** After a failure the store is left alone for a while, so that a slow one delays few requests. */
const STORE_REST_MS = 1000

interface Pair {
  shared: RateLimiterAbstract | undefined
  own: flexible.RateLimiterMemory
}

export function createLimiter({ log, redis, table }: LimiterOptions): Limiter {
  const limiters = new Map<string, Pair>()
  let restUntil = 0
  let failing = false

  function pairFor(bucket: string, { points, seconds, strict = false }: Limit): Pair {
    const id = `${bucket}\n${points}\n${seconds}\n${strict}`
    let pair = limiters.get(id)
    if (!pair) {
      const options = { keyPrefix: bucket, points, duration: seconds }
      pair = { shared: sharedLimiter(options, strict, redis, table), own: new RateLimiterMemory(options) }
      limiters.set(id, pair)
    }
    return pair
  }

  /** `RateLimiterRes` is an answer, also when it is thrown; anything else means that the store failed. */
  async function ask<T>(pair: Pair, question: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T> {
    if (pair.shared === undefined || Date.now() < restUntil) return question(pair.own)
    try {
      const answer = await question(pair.shared)
      failing = false
      return answer
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (!failing) log.warn({ err: error }, 'the store of rate limits failed: this process counts alone')
      failing = true
      restUntil = Date.now() + STORE_REST_MS
      return question(pair.own)
    }
  }

  return {
    async hit(bucket, key, limit) {
      try {
        const left = await ask(pairFor(bucket, limit), (limiter) => limiter.consume(shortened(key)))
        return stateOf(left, limit)
      } catch (refused) {
        if (refused instanceof Error) throw refused
        throw tooMany(stateOf(refused as RateLimiterRes, limit))
      }
    },
    async peek(bucket, key, limit) {
      const left = await ask(pairFor(bucket, limit), (limiter) => limiter.get(shortened(key)))
      return left ? stateOf(left, limit) : { limit: limit.points, remaining: limit.points, resetSeconds: 0 }
    },
    async reset(bucket, key) {
      const pairs = [...limiters].filter(([id]) => id.startsWith(`${bucket}\n`)).map(([, pair]) => pair)
      for (const pair of pairs) {
        await pair.own.delete(shortened(key))
        await ask(pair, (limiter) => limiter.delete(shortened(key)))
      }
    },
    async sweep() {
      if (!table) return
      const limiter = tableLimiter({ keyPrefix: 'sweep', points: 1, duration: 1 }, table)
      // The library has the method and does not declare it.
      await (limiter as unknown as { clearExpired(before: number): Promise<void> }).clearExpired(Date.now())
    },
  }
}

interface StoreOptions {
  keyPrefix: string
  points: number
  duration: number
}

function sharedLimiter(
  options: StoreOptions,
  strict: boolean,
  redis: Redis | undefined,
  table: LimitTable | undefined,
): RateLimiterAbstract | undefined {
  if (redis) {
    const RateLimiterRedis: typeof flexible.RateLimiterRedis = load('rate-limiter-flexible/lib/RateLimiterRedis.js')
    const keyPrefix = `plinth:${options.keyPrefix}`
    return new RateLimiterRedis({ ...options, keyPrefix, storeClient: redis, rejectIfRedisNotReady: true })
  }
  return strict && table ? tableLimiter(options, table) : undefined
}

function tableLimiter(options: StoreOptions, table: LimitTable): flexible.RateLimiterPostgres {
  const RateLimiterPostgres: typeof flexible.RateLimiterPostgres = load(
    'rate-limiter-flexible/lib/RateLimiterPostgres.js',
  )
  return new RateLimiterPostgres({
    ...options,
    storeClient: table,
    storeType: 'client',
    tableName: TABLE,
    tableCreated: true,
    // Counters that have run out are swept by a schedule, not by a timer in each process.
    clearExpiredByTimeout: false,
  })
}

function shortened(key: string): string {
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64url')
}

function stateOf({ remainingPoints, msBeforeNext }: RateLimiterRes, { points, seconds }: Limit): LimitState {
  // A clock that jumps must not tell anybody to wait longer than the window, or less than nothing.
  const wait = Math.min(Math.max(Math.ceil(msBeforeNext / 1000), 1), seconds)
  return { limit: points, remaining: Math.max(0, remainingPoints), resetSeconds: wait }
}

export function tooMany({ resetSeconds }: LimitState): Refusal {
  return new Refusal(429, 'RATE_LIMITED', 'Too many requests. Wait a moment before trying again.', {
    headers: { 'retry-after': String(resetSeconds) },
  })
}
