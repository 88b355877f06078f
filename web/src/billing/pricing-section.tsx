import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from '../ui/link.tsx'
import type { Interval } from './contract.ts'
import { plansQuery } from './data.ts'
import { IntervalSwitch } from './interval-switch.tsx'
import { PlanColumns, PlanColumnsLoading } from './plan-columns.tsx'
import { VisitorAction } from './visitor-action.tsx'

/** The plans on the start page. A visitor who only reads is not shown that they could not be loaded. */
export function PricingSection() {
  const [interval, setInterval] = useState<Interval>('month')
  const plans = useQuery(plansQuery)
  if (plans.isError) return null
  return (
    <section aria-labelledby="pricing" className="pb-20 md:pb-28">
      <div className="mb-6 flex flex-wrap items-end justify-between gap-x-8 gap-y-4">
        <div>
          <h2 id="pricing" className="font-serif text-3xl">
            Pay for who works in it
          </h2>
          <p className="mt-1 text-muted">
            A price per seat, and nothing to talk to anybody about. <Link to="/pricing">Compare the plans</Link>
          </p>
        </div>
        {plans.data && <IntervalSwitch plans={plans.data} value={interval} onChange={setInterval} />}
      </div>
      {plans.data ? (
        <PlanColumns
          plans={plans.data}
          interval={interval}
          headings="h3"
          action={(plan) => <VisitorAction plan={plan} interval={interval} />}
        />
      ) : (
        <PlanColumnsLoading />
      )}
    </section>
  )
}
