import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { requires, type TenantScope } from '#access'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { ok, success } from '#platform/http/envelope.ts'
import { dashboardOf } from './dashboard.ts'
import { DashboardView } from './schemas.ts'

export interface AnalyticsRoutesOptions {
  db: Database
  clock: Clock
  tenantOf: (request: FastifyRequest) => TenantScope
}

export const analyticsRoutes: FastifyPluginAsyncTypebox<AnalyticsRoutesOptions> = async (
  app,
  { db, clock, tenantOf },
) => {
  app.get(
    '/analytics/dashboard',
    {
      config: { access: requires('analytics.read', { feature: 'analytics' }) },
      schema: {
        tags: ['Analytics'],
        summary: 'How the work is going: twelve months of growth, thirty days of activity',
        response: { 200: success(DashboardView) },
      },
    },
    async (request) => ok(await dashboardOf({ db, clock }, tenantOf(request))),
  )
}
