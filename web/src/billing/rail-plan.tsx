import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMe } from '../auth/me.tsx'
import { Badge } from '../ui/badge.tsx'
import { Meter } from '../ui/meter.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { subscriptionQuery } from './data.ts'
import { limitLabel, statusWords } from './words.ts'

const shown = ['seats', 'projects']

/** The plan and how much of it is used, at the foot of the rail. */
export function RailPlan({ onChoose }: { onChoose?: (() => void) | undefined }) {
  const { key, me, can } = useMe()
  const slug = me.tenant?.slug
  const { data, isError } = useQuery({ ...subscriptionQuery(key), enabled: slug !== undefined && can('billing.read') })
  if (!slug || !can('billing.read') || isError) return null
  const status = data && data.status !== 'active' ? statusWords(data.status) : undefined
  return (
    <section
      aria-label="Plan and usage"
      className="relative flex flex-col gap-2.5 rounded-control border border-line bg-paper px-2.5 py-2.5 hover:border-line-strong"
    >
      <div className="flex min-h-5 items-center justify-between gap-2 text-sm">
        {data ? (
          <>
            <Link
              to="/t/$tenant/billing"
              params={{ tenant: slug }}
              onClick={onChoose}
              className="truncate rounded-control font-medium after:absolute after:inset-0 after:rounded-control"
            >
              {data.plan_name}
              <span className="sr-only">, see plan and usage</span>
            </Link>
            {status ? (
              <Badge tone={status.tone}>{status.label}</Badge>
            ) : (
              data.interval === null &&
              can('billing.manage') && <span className="text-xs font-medium text-accent-text">Upgrade</span>
            )}
          </>
        ) : (
          <Skeleton className="h-3 w-16" />
        )}
      </div>
      {shown.map((limitKey) => {
        const use = data?.limits.find((limit) => limit.key === limitKey)
        if (data && !use) return null
        return use ? (
          <Meter key={limitKey} label={limitLabel(limitKey)} used={use.used} limit={use.limit} />
        ) : (
          <Skeleton key={limitKey} className="my-[7px] h-2 w-full" />
        )
      })}
    </section>
  )
}
