import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { requires, type TenantScope } from '#access'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { logOf, ok } from '#platform/http/envelope.ts'
import { CursorQuery } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'
import { metricKeys } from './metrics.ts'
import { type Cursors, usageOf } from './report.ts'

export interface UsageRoutesOptions {
  db: Database
  clock: Clock
  cursors: Cursors
  tenantOf: (request: FastifyRequest) => TenantScope
}

const Day = Type.String({ format: 'date' })
const Metric = Type.Enum(metricKeys)

const UsageView = Type.Object({
  metric: Metric,
  name: Type.String(),
  unit: Type.String(),
  limit: Type.Union([Type.Integer(), Type.Null()], {
    description: 'For each calendar month; null for a metric without a limit.',
  }),
  period_total: Type.Integer({ description: 'Of the calendar month that runs, in UTC.' }),
  points: Type.Array(Type.Object({ date: Day, value: Type.Integer() }), {
    description: 'Each day that was asked for, also those without use.',
  }),
})

export const usageRoutes: FastifyPluginAsyncTypebox<UsageRoutesOptions> = async (
  app,
  { db, clock, cursors, tenantOf },
) => {
  app.get(
    '/billing/usage',
    {
      config: { access: requires('billing.read') },
      schema: {
        tags: ['Billing'],
        summary: 'What the organisation used, day by day',
        querystring: Type.Object(
          {
            ...CursorQuery.properties,
            metric: Type.Optional(Metric),
            from: Type.Optional({ ...Day, description: 'The first of the month unless given; a year at most.' }),
            to: Type.Optional({ ...Day, description: 'Today unless given; included.' }),
          },
          { additionalProperties: false },
        ),
        response: { 200: logOf(UsageView) },
      },
    },
    async (request) => {
      const { items, nextCursor } = await usageOf({ db, clock, cursors }, tenantOf(request), request.query)
      return ok({ items, next_cursor: nextCursor })
    },
  )
}
