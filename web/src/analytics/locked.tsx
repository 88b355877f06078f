import { useQuery } from '@tanstack/react-query'
import { ChartColumn } from 'lucide-react'
import { useState } from 'react'
import { useMe } from '../auth/me.tsx'
import { plansQuery } from '../billing/data.ts'
import { AskOwners } from '../billing/owners.tsx'
import { Badge } from '../ui/badge.tsx'
import { ButtonLink } from '../ui/link.tsx'
import { DashboardFigures } from './dashboard.tsx'
import { exampleDashboard } from './example.ts'

/** What the page would be, drawn by the page itself with made-up figures, and how to get it. */
export function Locked() {
  const { key, can } = useMe()
  const plans = useQuery(plansQuery)
  const [example] = useState(exampleDashboard)
  const names = plans.data?.filter(({ features }) => features.includes('analytics')).map(({ name }) => name) ?? []
  const smallest = plans.data?.find(({ features }) => features.includes('analytics'))
  return (
    <div className="flex flex-col gap-6">
      <section className="flex flex-wrap items-center justify-between gap-x-8 gap-y-4 rounded-card border border-line-strong bg-surface p-5">
        <div className="flex min-w-0 max-w-2xl items-start gap-4">
          <span className="flex size-10 shrink-0 items-center justify-center rounded-card bg-accent-soft text-accent-text">
            <ChartColumn size={18} aria-hidden="true" />
          </span>
          <div>
            <h2 className="text-lg font-semibold tracking-tight">See how the work grows</h2>
            <p className="mt-1 text-pretty text-muted">
              Projects and people over twelve months, and what happened on each of the last thirty days.{' '}
              {names.length > 0 && `Part of ${names.join(' and ')}.`}
            </p>
            {!can('billing.manage') && (
              <p className="mt-1">
                <AskOwners to="to choose a plan that has it" />
              </p>
            )}
          </div>
        </div>
        {can('billing.manage') && (
          <ButtonLink
            look="primary"
            to="/t/$tenant/billing/plans"
            params={{ tenant: key }}
            search={smallest ? { plan: smallest.key } : {}}
          >
            {smallest ? `See what ${smallest.name} costs` : 'See the plans'}
          </ButtonLink>
        )}
      </section>
      <section aria-label="An example with made-up figures">
        <p className="mb-3 flex items-center gap-2 text-sm text-muted">
          <Badge tone="info">Example</Badge> Made-up figures, to show what you would see here.
        </p>
        <div inert aria-hidden="true" className="select-none opacity-75">
          <DashboardFigures data={example} />
        </div>
      </section>
    </div>
  )
}
