/** What a tenant used: for each metric its days, and the calendar month beside what the plan allows. */
import { authorize, type TenantScope } from '#access'
import { dayOf, daysBetween, monthOf } from '#platform/calendar.ts'
import type { Clock } from '#platform/clock.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import type { CursorQuery, cursorCodec } from '#platform/http/page-query.ts'
import { listLimits } from '#tenants'
import { creditsGranted } from '../credits/queries.ts'
import { type MetricKey, metricKeys, metricOf } from './metrics.ts'
import { listDays } from './queries.ts'

const MOST_DAYS = 366
const FIRST_DAY = '0001-01-01'

/** For whoever shows limits: how much of those that count by the month is used. */
export function usedThisMonth(clock: Clock): Record<MetricKey, (tx: Tx, tenantId: string) => Promise<number>> {
  const used = (metric: MetricKey) => async (tx: Tx, tenantId: string) => {
    const now = clock.now()
    const days = await listDays(tx, tenantId, { from: monthOf(now), to: dayOf(now), metrics: [metric] })
    return days.reduce((sum, { quantity }) => sum + quantity, 0)
  }
  return { api_calls: used('api_calls'), ai_credits: used('ai_credits') }
}

export type Cursors = ReturnType<typeof cursorCodec>

export interface UsageQuery extends CursorQuery {
  metric?: MetricKey | undefined
  /** The first day of the month unless given. */
  from?: string | undefined
  /** Today unless given. */
  to?: string | undefined
}

export interface UsageOfMetric {
  metric: MetricKey
  name: string
  unit: string
  limit: number | null
  period_total: number
  points: { date: string; value: number }[]
}

export function usageOf(
  { db, clock, cursors }: { db: Database; clock: Clock; cursors: Cursors },
  scope: TenantScope,
  query: UsageQuery,
): Promise<{ items: UsageOfMetric[]; nextCursor: string | null }> {
  authorize(scope, 'billing.read')
  const now = clock.now()
  const [today, month] = [dayOf(now), monthOf(now)]
  const { metric, cursor, limit: most, to = today, from = to < month ? monthOf(new Date(to)) : month } = query
  const days = assertRange(from, to)
  const list = JSON.stringify(['usage', scope.tenantId, metric, query.from, query.to])
  const start = cursor === undefined ? 0 : Number(cursors.read(list, cursor)[0])
  const [end, all] = [start + most, metric === undefined ? metricKeys : [metric]]
  const asked = all.slice(start, end)
  const nextCursor = end < all.length ? cursors.write(list, [end]) : null

  return inTenant(db, scope, async (tx) => {
    const [rows, limits, granted] = await Promise.all([
      listDays(tx, scope.tenantId, {
        from: [from, month].sort()[0] as string,
        to: [to, today].sort()[1] as string,
        metrics: asked,
      }),
      listLimits(tx, scope.tenantId),
      creditsGranted(tx, scope.tenantId, month),
    ])
    const quantities = new Map(rows.map(({ metric, day, quantity }) => [`${metric} ${day}`, quantity]))
    const quantityOn = (metric: MetricKey, date: string) => quantities.get(`${metric} ${date}`) ?? 0
    const items = asked.map((key) => {
      const { name, unit, limit } = metricOf(key)
      const allowed = limits.find((row) => row.key === limit)?.value ?? null
      return {
        metric: key,
        name,
        unit,
        limit: allowed === null ? null : allowed + (limit === 'ai_credits' ? granted : 0),
        period_total: daysBetween(month, today).reduce((sum, day) => sum + quantityOn(key, day), 0),
        points: days.map((date) => ({ date, value: quantityOn(key, date) })),
      }
    })
    return { items, nextCursor }
  })
}

function assertRange(from: string, to: string): string[] {
  const fault = (message: string, field = 'from') =>
    new Refusal(400, 'VALIDATION_ERROR', 'The query is not valid.', { details: [{ field, message }] })
  // ISO 8601 has a year 0, PostgreSQL has none.
  if (to < FIRST_DAY || from < FIRST_DAY) throw fault('is too long ago', to < FIRST_DAY ? 'to' : 'from')
  if (from > to) throw fault('must not be after "to"')
  if (Date.parse(to) - Date.parse(from) >= MOST_DAYS * 86_400_000) {
    throw fault(`must be at most ${MOST_DAYS} days before "to"`)
  }
  return daysBetween(from, to)
}
