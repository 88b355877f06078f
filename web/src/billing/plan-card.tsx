import { type ReactNode, useState } from 'react'
import { useMe } from '../auth/me.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { LocalDate, RelativeTime, useLocaleNumber } from '../ui/relative-time.tsx'
import { useResume } from './actions.ts'
import { CancelDialog } from './cancel-dialog.tsx'
import type { Subscription } from './contract.ts'
import { daysUntil } from './days.ts'
import { money } from './money.ts'
import { NextPlan } from './next-plan.tsx'
import { hasBegun, isLive, isRunning } from './state.ts'
import { each, inWords, seatCount, statusWords } from './words.ts'

/** Which plan, how it stands, what comes next, and what can be done about it. */
export function PlanCard({ subscription }: { subscription: Subscription }) {
  const { can } = useMe()
  const [canceling, setCanceling] = useState(false)
  const resume = useResume()
  const number = useLocaleNumber()
  const { seats, cancel_at, scheduled_change, trial_end, current_period_end, grace_until } = subscription
  const status = statusWords(subscription.status)
  const live = isLive(subscription)
  const isEnding = cancel_at !== null && hasBegun(subscription)
  const isOwner = can('billing.manage')
  return (
    <Card
      foot={
        isOwner && live ? (
          <>
            <span className="text-sm text-faint">
              {hasBegun(subscription) && !isEnding && !scheduled_change && 'It renews by itself until you cancel it.'}
            </span>
            <span className="flex flex-wrap gap-2 max-md:flex-col">
              {(isEnding || scheduled_change) && (
                <Button pending={resume.isPending} onClick={() => resume.mutate()}>
                  Keep {subscription.plan_name}
                </Button>
              )}
              {!isEnding && (
                <Button look="danger-quiet" onClick={() => setCanceling(true)}>
                  Cancel the subscription
                </Button>
              )}
            </span>
          </>
        ) : undefined
      }
    >
      <div>
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="text-2xl font-semibold tracking-tight">{subscription.plan_name}</h2>
          {status && (
            <Badge tone={status.tone} dot>
              {status.label}
            </Badge>
          )}
          {isEnding && <Badge tone="warning">Ends soon</Badge>}
        </div>
        <p className="mt-1 text-muted">{priceWords(subscription)}</p>
      </div>
      <dl className="mt-4 divide-y divide-line border-line border-t">
        <Fact label="Seats in use">
          {seats.quantity === null
            ? seats.limit === null
              ? number(seats.used)
              : `${number(seats.used)} of ${number(seats.limit)}`
            : `${number(seats.used)} of ${number(seats.quantity)} paid`}
        </Fact>
        {nextAmount(subscription) && !isEnding && !scheduled_change && (
          <Fact label={subscription.interval === 'year' ? 'Each year' : 'Each month'}>{nextAmount(subscription)}</Fact>
        )}
        {subscription.status === 'trialing' && trial_end && (
          <Fact label="Trial ends">
            <Moment at={trial_end} />
          </Fact>
        )}
        {isEnding ? (
          <Fact label="Ends">
            <Moment at={cancel_at} />
          </Fact>
        ) : (
          isRunning(subscription) &&
          current_period_end && (
            <Fact label="Next charge">
              {!scheduled_change && nextAmount(subscription) && `${nextAmount(subscription)} on `}
              <Moment at={current_period_end} />
            </Fact>
          )
        )}
        {scheduled_change && (
          <Fact label="Then">
            {inWords(scheduled_change.plan)}
            {scheduled_change.quantity !== null && `, ${seatCount(scheduled_change.quantity)}`}, paid{' '}
            {each(scheduled_change.interval)}
          </Fact>
        )}
        {subscription.status === 'past_due' && grace_until && (
          <Fact label="Works until">
            <Moment at={grace_until} />
          </Fact>
        )}
      </dl>
      {!live && <NextPlan subscription={subscription} />}
      {canceling && <CancelDialog subscription={subscription} onClose={() => setCanceling(false)} />}
    </Card>
  )
}

function priceWords({ unit_amount, currency, interval }: Subscription): string {
  if (unit_amount === null || !currency || !interval) return 'Costs nothing.'
  return `${money(unit_amount, currency)} per seat ${each(interval)}`
}

function nextAmount({ unit_amount, currency, seats }: Subscription): string | undefined {
  if (unit_amount === null || !currency || seats.quantity === null) return undefined
  return money(unit_amount * seats.quantity, currency)
}

// Further away, the relative words are the date again.
const shownRelative = 29

function Moment({ at }: { at: string }) {
  return (
    <>
      <LocalDate at={at} />
      {daysUntil(at) <= shownRelative && (
        <span className="text-faint">
          {' '}
          (<RelativeTime at={at} />)
        </span>
      )}
    </>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-0.5 py-1.5">
      <dt className="text-muted">{label}</dt>
      <dd className="text-right tabular-nums">{children}</dd>
    </div>
  )
}
