import { useQuery } from '@tanstack/react-query'
import { useMe } from '../auth/me.tsx'
import { Card } from '../ui/card.tsx'
import { Chart } from '../ui/chart.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { usageQuery } from './data.ts'
import { usageFinding } from './usage-words.ts'
import { limitLabel, limitNoun } from './words.ts'

/** What is used up over the month, day by day. */
export function UsagePlots() {
  const { key } = useMe()
  const usage = useQuery(usageQuery(key))
  if (usage.data?.items.every(({ period_total }) => period_total === 0)) {
    const nouns = usage.data.items.map(({ metric }) => limitNoun(metric))
    return (
      <Card title="Usage">
        <p className="text-muted">
          No {new Intl.ListFormat('en', { type: 'disjunction' }).format(nouns)} used this month. Once there are, you see
          them here day by day.
        </p>
      </Card>
    )
  }
  return (
    <Card title="Usage">
      {usage.isError ? (
        <ErrorState compact title="The usage could not be loaded" error={usage.error} onRetry={() => usage.refetch()} />
      ) : (
        <div className="grid gap-x-10 gap-y-8 lg:grid-cols-2">
          {usage.isPending
            ? ['first', 'second'].map((plot) => (
                <div key={plot} role="status" aria-label="Loading" className="flex h-[17.5rem] flex-col gap-3">
                  <Skeleton className="h-4 w-3/4" />
                  <Skeleton className="h-3 w-1/3" />
                  <Skeleton className="h-48 w-full" />
                </div>
              ))
            : usage.data.items.map((each) => (
                <Chart
                  key={each.metric}
                  title={usageFinding(each)}
                  unit={`${limitLabel(each.metric)} per day`}
                  kind="bar"
                  series={[{ key: each.metric, name: limitLabel(each.metric), points: each.points }]}
                />
              ))}
        </div>
      )}
    </Card>
  )
}
