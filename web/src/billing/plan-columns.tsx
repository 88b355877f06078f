import clsx from 'clsx'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { Badge } from '../ui/badge.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import type { Interval, PlanOffer } from './contract.ts'
import { money, shortMoney } from './money.ts'
import { featureLabel, limitLine, priceOf, seatCount, yearlySaving } from './words.ts'

interface PlanColumnsProps {
  plans: readonly PlanOffer[]
  interval: Interval
  /** The key of the plan that the organisation has. */
  current?: string | undefined
  /** With a number, what all of them cost together is named. */
  seats?: number
  headings?: 'h2' | 'h3'
  action: (plan: PlanOffer) => ReactNode
}

/** The plans beside each other: price, who it is for, what to do, what it has. */
export function PlanColumns({ plans, interval, current, seats, headings: Heading = 'h2', action }: PlanColumnsProps) {
  const currency = plans.find(({ prices }) => prices.length > 0)?.prices[0]?.currency
  return (
    <div className={gridClass}>
      {plans.map((plan) => (
        <section key={plan.key} aria-label={plan.name} className="flex flex-col gap-4 bg-surface p-5">
          <div>
            <div className="flex min-h-6 items-center gap-2">
              <Heading className="text-lg font-semibold tracking-tight">{plan.name}</Heading>
              {plan.key === current && <Badge tone="accent">Your plan</Badge>}
            </div>
            <p className="mt-1 text-pretty text-base text-muted lg:min-h-11">{plan.description}</p>
          </div>
          <Price plan={plan} interval={interval} seats={seats} currency={currency} />
          <div className="flex min-h-8 flex-col justify-end">{action(plan)}</div>
          <ul className="flex flex-col gap-2 text-base">
            {Object.entries(plan.limits).map(([key, limit]) => (
              <Has key={key}>{limitLine(key, limit)}</Has>
            ))}
            {plan.features.map((feature) => (
              <Has key={feature} strong>
                {featureLabel(feature)}
              </Has>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

// The gaps are the hairlines: one ground shows between all columns, whatever their number.
const gridClass =
  'grid gap-px overflow-hidden rounded-card border border-line bg-line sm:grid-cols-2 lg:grid-cols-4 [&>*:first-child:last-child]:col-span-full'

interface PriceProps {
  plan: PlanOffer
  interval: Interval
  seats: number | undefined
  /** That of the other plans, to say in it that this one costs nothing. */
  currency: string | undefined
}

function Price({ plan, interval, seats, currency }: PriceProps) {
  // So high that the buttons below stand in one line.
  const box = seats === undefined ? 'lg:min-h-23' : 'lg:min-h-28'
  const price = priceOf(plan, interval)
  if (!price) {
    return (
      <div className={box}>
        <p className="text-3xl font-semibold tabular-nums tracking-tight">
          {currency ? shortMoney(0, currency) : 'Free'}
        </p>
        <p className="mt-1 text-sm text-muted">For as long as you like</p>
      </div>
    )
  }
  const saving = interval === 'year' ? yearlySaving(plan) : undefined
  const monthly = interval === 'year' ? Math.round(price.amount / 12) : price.amount
  return (
    <div className={box}>
      <p className="text-3xl font-semibold tabular-nums tracking-tight">{shortMoney(monthly, price.currency)}</p>
      <p className="mt-1 text-sm text-muted">per seat a month{interval === 'month' && ', paid monthly'}</p>
      <p className="text-sm tabular-nums text-muted">
        {interval === 'year' && `${shortMoney(price.amount, price.currency)} a year`}
        {saving && <span className="text-success-text">, saves {shortMoney(saving.amount, saving.currency)}</span>}
      </p>
      {seats !== undefined && (
        <p className="text-sm tabular-nums text-muted">
          {seatCount(seats)}:{' '}
          <span className="font-medium text-ink">{money(price.amount * seats, price.currency)}</span> a{' '}
          {interval === 'year' ? 'year' : 'month'}
        </p>
      )}
    </div>
  )
}

function Has({ strong, children }: { strong?: boolean; children: ReactNode }) {
  return (
    <li className={clsx('flex items-start gap-2', strong ? 'font-medium' : 'text-muted')}>
      <Check size={15} className="mt-1 shrink-0 text-accent-text" aria-hidden="true" />
      <span>{children}</span>
    </li>
  )
}

export function PlanColumnsLoading() {
  return (
    <div role="status" aria-label="Loading the plans" className={gridClass}>
      {['free', 'small', 'middle', 'large'].map((column) => (
        <div key={column} className="flex h-[27rem] flex-col gap-4 bg-surface p-5">
          <Skeleton className="h-5 w-24" />
          <Skeleton className="h-4 w-full" />
          <Skeleton className="mt-4 h-8 w-20" />
          <Skeleton className="h-8 w-full" />
          {['w-4/5', 'w-3/5', 'w-2/3', 'w-3/4', 'w-1/2'].map((width) => (
            <Skeleton key={width} className={clsx('h-3', width)} />
          ))}
        </div>
      ))}
    </div>
  )
}
