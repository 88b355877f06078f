import { useQuery } from '@tanstack/react-query'
import { asksForPlan } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { Card } from '../ui/card.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { DashboardFigures } from './dashboard.tsx'
import { dashboardQuery } from './data.ts'
import { Locked } from './locked.tsx'

export function AnalyticsPage() {
  const { key, me } = useMe()
  const dashboard = useQuery(dashboardQuery(key))
  return (
    <Page title="Analytics" purpose={`How the work of ${me.tenant?.name ?? 'your organisation'} is going.`}>
      {dashboard.data ? (
        <DashboardFigures data={dashboard.data} />
      ) : asksForPlan(dashboard.error) ? (
        <Locked />
      ) : dashboard.isError ? (
        <Card>
          <ErrorState
            title="The figures could not be loaded"
            error={dashboard.error}
            onRetry={() => dashboard.refetch()}
          />
        </Card>
      ) : (
        <FiguresLoading />
      )}
    </Page>
  )
}

function FiguresLoading() {
  return (
    <div role="status" aria-label="Loading the figures" className="flex flex-col gap-6">
      <Card>
        <Skeleton className="h-[3.4rem] w-full" />
      </Card>
      <div className="grid gap-6 lg:grid-cols-2">
        {['left', 'right'].map((side) => (
          <Card key={side}>
            <Skeleton className="h-64 w-full" />
          </Card>
        ))}
      </div>
    </div>
  )
}
