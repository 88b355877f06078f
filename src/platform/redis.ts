/**
 * The connection to Redis, which is never needed: it only makes limits exact over several replicas. Nothing waits for it
 * longer than a moment, and nothing is queued while it is away.
 */
import { createRequire } from 'node:module'
import type { Redis } from 'ioredis'
import type { Config } from './config.ts'
import type { Logger } from './log.ts'

export type { Redis } from 'ioredis'

const COMMAND_TIMEOUT_MS = 50
const CONNECT_TIMEOUT_MS = 2000
const SLOWEST_RECONNECT_MS = 5000

export function openRedis({ redisUrl }: Pick<Config, 'redisUrl'>, log: Logger): Redis | undefined {
  if (redisUrl === undefined) return undefined
  // Loading the client takes a tenth of the whole start, which most installations need not wait for.
  const client = createRequire(import.meta.url)('ioredis') as typeof import('ioredis')
  const redis = new client.Redis(redisUrl, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 200, SLOWEST_RECONNECT_MS),
  })
  // One line when it goes and one when it is back, however often the client tries in between.
  let away = false
  redis.on('error', (error) => {
    if (!away) log.warn({ err: error }, 'redis is away: limits are counted by each process alone')
    away = true
  })
  redis.on('ready', () => {
    if (away) log.info('redis is back')
    away = false
  })
  return redis
}

/** Rejects when Redis does not answer in time. */
export async function pingRedis(redis: Redis): Promise<void> {
  await redis.ping()
}
