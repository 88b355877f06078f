/**
 * Puts the parts together for whichever process runs: the server, the worker, or both in one. What is made here is
 * handed on as arguments; nothing is found by name.
 */
import { createHmac } from 'node:crypto'
import {
  type AccessTokens,
  type Accounts,
  createAccessTokens,
  createPasswords,
  createThrottles,
  type Sessions,
} from '#auth'
import { type Billing, openStripe, pingStripe, startingGrant } from '#billing'
import { createEmailTransport } from '#email'
import { jobsHealth } from '#jobs'
import { type Clock, systemClock } from '#platform/clock.ts'
import type { Config } from '#platform/config.ts'
import { closeDatabase, type Database, openDatabase, ping, poolOf } from '#platform/db/database.ts'
import { pendingMigrations } from '#platform/db/migrations.ts'
import type { HealthChecks } from '#platform/http/health.ts'
import { createLimiter, type Limiter } from '#platform/http/rate-limit.ts'
import type { Logger } from '#platform/log.ts'
import { openRedis, pingRedis, type Redis } from '#platform/redis.ts'
import { deriveKey } from '#platform/secrets.ts'
import { createTenancy, type Invitations } from '#tenants'

export interface Services {
  config: Config
  log: Logger
  clock: Clock
  db: Database
  redis: Redis | undefined
  limiter: Limiter
  accessTokens: AccessTokens
  accounts: Accounts
  invitations: Invitations
  emailTransport: ReturnType<typeof createEmailTransport>
  billing: Billing
  close(): Promise<void>
}

const LIMIT_CONNECTIONS = 2

export async function createServices(options: {
  config: Config
  databaseUrl: string
  log: Logger
  clock?: Clock
}): Promise<Services> {
  const { config, databaseUrl, log, clock = systemClock } = options
  const db = openDatabase({ url: databaseUrl, poolMax: config.databasePoolMax, log })
  const redis = openRedis(config, log)
  // A pool of its own: throttles are asked while a request holds a connection, and must not wait for another of them.
  const limits = openDatabase({ url: databaseUrl, poolMax: LIMIT_CONNECTIONS, log, applicationName: 'plinth-limits' })
  const limiter = createLimiter({ log, redis, table: poolOf(limits).driver.pool })
  const accessTokens = await createAccessTokens({
    issuer: issuerOf(config.appUrl),
    lifetimeMinutes: config.accessTokenMinutes,
    algorithm: config.jwtAlgorithm,
    keys: (config.jwtAlgorithm === 'HS256' ? config.secrets : config.jwtPrivateKeys).map(({ value }) => value),
    clock,
  })
  const passwords = createPasswords({ concurrency: config.hashConcurrency })
  const sessions: Sessions = {
    db,
    clock,
    tenancy: createTenancy(startingGrant),
    accessTokens,
    settings: {
      refreshTokenDays: config.refreshTokenDays,
      refreshAbsoluteDays: config.refreshAbsoluteDays,
      refreshGraceSeconds: config.refreshGraceSeconds,
      refreshKeys: config.secrets.map(({ value }) => deriveKey(value, 'refresh-successor:v1')) as [Buffer, ...Buffer[]],
      appUrl: config.appUrl,
    },
  }
  const accountsKey = deriveKey(config.secret, 'account-throttle:v1')
  const throttles = createThrottles(limiter, {
    perMinute: config.loginRatePerMinute,
    // So that the counters do not hold a list of everybody's addresses.
    accountKey: (email) => createHmac('sha256', accountsKey).update(email).digest('base64url').slice(0, 32),
  })
  const accounts: Accounts = {
    db,
    clock,
    passwords,
    sessions,
    throttles,
    emailVerification: config.emailVerification,
    passwordMinLength: config.passwordMinLength,
    appUrl: config.appUrl,
  }
  return {
    config,
    log,
    clock,
    db,
    redis,
    limiter,
    accessTokens,
    accounts,
    invitations: { ...accounts },
    emailTransport: createEmailTransport(config),
    billing: { db, clock, log, stripe: openStripe(config), appUrl: config.appUrl },
    async close() {
      redis?.disconnect()
      await Promise.all([closeDatabase(db), closeDatabase(limits)])
    },
  }
}

/** Without the port, so that replicas on one machine accept each other's tokens. */
function issuerOf(appUrl: string): string {
  const { protocol, hostname } = new URL(appUrl)
  return `${protocol}//${hostname}`
}

export function healthOf({ db, redis, billing }: Pick<Services, 'db' | 'redis' | 'billing'>): HealthChecks {
  const { stripe } = billing
  return {
    database: () => ping(db),
    migrated: async () => {
      const { pending, faults } = await pendingMigrations(db)
      return pending.length === 0 && faults.length === 0
    },
    parts: {
      redis: redis && (() => pingRedis(redis)),
      stripe: stripe && (() => pingStripe(stripe)),
      jobs: async () => {
        const { status } = await jobsHealth(db)
        if (status !== 'ok') throw new Error('Jobs have been waiting for minutes.')
      },
    },
  }
}
