/** The figures of the dashboard: twelve months of growth and thirty days of activity, gaps filled with nothing. */
import { authorize, type TenantScope } from '#access'
import { dayOf, lastDays, lastMonths } from '#platform/calendar.ts'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import {
  type Bucket,
  countTotals,
  eventsByDay,
  membersJoinedByMonth,
  projectsCreatedByMonth,
  type Totals,
} from './queries.ts'

const MONTHS = 12
const DAYS = 30

export interface Series {
  key: string
  name: string
  unit: string
  interval: 'month' | 'day'
  points: Bucket[]
}

export interface Dashboard {
  period: { from: string; to: string }
  totals: Totals
  series: Series[]
}

export function dashboardOf({ db, clock }: { db: Database; clock: Clock }, scope: TenantScope): Promise<Dashboard> {
  authorize(scope, 'analytics.read')
  const now = clock.now()
  const [months, days] = [lastMonths(MONTHS, now), lastDays(DAYS, now)]
  const [firstMonth, firstDay] = [months[0], days[0]] as [string, string]
  return inTenant(db, scope, async (tx) => {
    const [totals, projects, members, events] = await Promise.all([
      countTotals(tx, scope.tenantId, firstDay),
      projectsCreatedByMonth(tx, scope.tenantId, firstMonth),
      membersJoinedByMonth(tx, scope.tenantId, firstMonth),
      eventsByDay(tx, scope.tenantId, firstDay),
    ])
    return {
      period: { from: firstMonth, to: dayOf(now) },
      totals,
      series: [
        series('projects_created', 'Projects created', 'projects', 'month', months, projects),
        series('members_joined', 'Members joined', 'members', 'month', months, members),
        series('activity', 'Activity', 'events', 'day', days, events),
      ],
    }
  })
}

function series(
  key: string,
  name: string,
  unit: string,
  interval: Series['interval'],
  dates: readonly string[],
  buckets: readonly Bucket[],
): Series {
  const values = new Map(buckets.map(({ date, value }) => [date, value]))
  return { key, name, unit, interval, points: dates.map((date) => ({ date, value: values.get(date) ?? 0 })) }
}
