/** The table of contents of the HTTP side: every route plugin, in one list. */
import { analyticsRoutes } from '#analytics'
import { auditRoutes } from '#audit'
import { type AccessTokens, type Accounts, authRoutes, browserOf, keyRoutes } from '#auth'
import {
  addCallCounter,
  type Billing,
  billingRoutes,
  type LocalStripe,
  localStripeRoutes,
  moveAlong,
  usageRoutes,
  usedThisMonth,
  webhookRoutes,
} from '#billing'
import { mailboxRoutes } from '#email'
import type { AdjustableClock, Clock } from '#platform/clock.ts'
import type { Config } from '#platform/config.ts'
import type { Database } from '#platform/db/database.ts'
import { clockRoutes } from '#platform/http/dev-clock.ts'
import type { HealthChecks } from '#platform/http/health.ts'
import { answerToOwnNames } from '#platform/http/own-names.ts'
import { cursorCodec } from '#platform/http/page-query.ts'
import type { Limiter } from '#platform/http/rate-limit.ts'
import { createHttpServer, type HttpServer } from '#platform/http/server.ts'
import type { Logger } from '#platform/log.ts'
import { deriveKey } from '#platform/secrets.ts'
import { countProjects, projectRoutes } from '#projects'
import { addIdempotency, createCredentials, type Invitations, invitationRoutes, tenantRoutes } from '#tenants'

export interface AppOptions {
  config: Config
  log: Logger
  clock: Clock | AdjustableClock
  db: Database
  limiter: Limiter
  health: HealthChecks
  accessTokens: AccessTokens
  accounts: Accounts
  invitations: Invitations
  billing: Billing
  localStripe?: LocalStripe | undefined
}

const PREFIX = '/api/v1'

export async function buildApp(options: AppOptions): Promise<HttpServer> {
  const { config, log, clock, db, limiter, health, accessTokens, accounts, invitations, billing, localStripe } = options
  const credentials = createCredentials({ db, clock, accessTokens })
  const browser = browserOf(config)
  const cursors = cursorCodec(deriveKey(config.secret, 'cursor:v1'))
  const { tenantOf, actingOf, userOf, maybeUserOf, factsOf } = credentials

  const app = await createHttpServer({ config, log, guard: credentials, limiter, health })
  addIdempotency(app, { db, credentials, clock })

  addCallCounter(app, { db, clock, log, actingOf })

  await app.register(keyRoutes, { accessTokens })
  await app.register(authRoutes, { prefix: PREFIX, accounts, browser, userOf, maybeUserOf, factsOf })
  await app.register(tenantRoutes, { prefix: PREFIX, db, clock, credentials, tenancy: accounts.sessions.tenancy })
  await app.register(invitationRoutes, { prefix: PREFIX, invitations, browser, credentials })
  await app.register(auditRoutes, { prefix: PREFIX, db, scopeOf: tenantOf, cursors })
  const usedOf = { projects: countProjects, ...usedThisMonth(clock) }
  await app.register(billingRoutes, { prefix: PREFIX, billing, limiter, usedOf, tenantOf })
  await app.register(usageRoutes, { prefix: PREFIX, db, clock, cursors, tenantOf })
  await app.register(webhookRoutes, { prefix: PREFIX, billing })
  await app.register(projectRoutes, { prefix: PREFIX, db, clock, tenantOf })
  await app.register(analyticsRoutes, { prefix: PREFIX, db, clock, tenantOf })

  if (config.env !== 'production') {
    await app.register(async (dev) => {
      answerToOwnNames(dev, config)
      await dev.register(mailboxRoutes, { db })
      const onMove = localStripe && ((now: Date) => moveAlong(db, localStripe, now))
      if ('advance' in clock) await dev.register(clockRoutes, { clock, onMove })
      if (localStripe) await dev.register(localStripeRoutes, { db, localStripe, tenantOf })
    })
  }
  return app
}
