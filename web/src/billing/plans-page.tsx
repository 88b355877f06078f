import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Field } from '../ui/field.tsx'
import { UpLink } from '../ui/link.tsx'
import { ErrorState } from '../ui/states.tsx'
import { useResume } from './actions.ts'
import { CancelDialog } from './cancel-dialog.tsx'
import { ChangeDialog } from './change-dialog.tsx'
import { changeTo, deedOf } from './change-words.ts'
import { CheckoutDialog } from './checkout-dialog.tsx'
import type { PlanOffer, Subscription } from './contract.ts'
import { plansQuery, subscriptionQuery } from './data.ts'
import { dayOf } from './days.ts'
import { IntervalSwitch } from './interval-switch.tsx'
import { AskOwners } from './owners.tsx'
import { PlanColumns, PlanColumnsLoading } from './plan-columns.tsx'
import { SeatStepper } from './seat-stepper.tsx'
import { isLive, isRunning, seatsToStartWith } from './state.ts'

const route = getRouteApi('/t/$tenant/billing/plans')

export function PlansPage() {
  const { key, me } = useMe()
  const plans = useQuery(plansQuery)
  const subscription = useQuery(subscriptionQuery(key))
  const failure = plans.isError ? plans : subscription.isError ? subscription : undefined
  return (
    <Page
      title="Plans"
      purpose={`What ${me.tenant?.name ?? 'your organisation'} has, and what it could have.`}
      above={
        <UpLink to="/t/$tenant/billing" params={{ tenant: key }}>
          Billing
        </UpLink>
      }
    >
      {failure ? (
        <Card>
          <ErrorState title="The plans could not be loaded" error={failure.error} onRetry={() => failure.refetch()} />
        </Card>
      ) : plans.data && subscription.data ? (
        <Choice plans={plans.data} subscription={subscription.data} />
      ) : (
        <PlanColumnsLoading />
      )}
    </Page>
  )
}

export const trailClass = 'font-normal! text-muted! no-underline!'

function Choice({ plans, subscription }: { plans: PlanOffer[]; subscription: Subscription }) {
  const { key, can } = useMe()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [canceling, setCanceling] = useState(false)
  const resume = useResume()
  const isOwner = can('billing.manage')
  const live = isLive(subscription)
  const interval = search.interval ?? (subscription.interval === 'year' ? 'year' : 'month')
  const least = Math.max(1, subscription.seats.used)
  const seats = Math.max(least, search.seats ?? seatsToStartWith(subscription))
  const chosen = plans.find((plan) => plan.key === search.plan && plan.prices.length > 0)
  const show = (change: Partial<typeof search>) =>
    navigate({ search: { ...search, interval, seats, ...change }, replace: true, resetScroll: false })
  const close = () => show({ plan: undefined })
  const next = plans[plans.findIndex((plan) => plan.key === subscription.plan) + 1]
  const change = chosen && live ? changeTo(subscription, { plan: chosen.key, interval, quantity: seats }) : undefined

  return (
    <div className="flex flex-col gap-5">
      {!isOwner && (
        <Banner title="Only owners change the plan">
          <AskOwners to="to choose another one" />
        </Banner>
      )}
      {subscription.scheduled_change && (
        <Banner
          action={
            isOwner && (
              <Button pending={resume.isPending} onClick={() => resume.mutate()}>
                Keep {subscription.plan_name}
              </Button>
            )
          }
        >
          {plans.find(({ key: each }) => each === subscription.scheduled_change?.plan)?.name ?? 'Another plan'} begins
          on {dayOf(subscription.scheduled_change.at)}. Choosing something else replaces that.
        </Banner>
      )}
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-4">
        <IntervalSwitch plans={plans} value={interval} onChange={(next) => show({ interval: next })} />
        <Field label="Seats">
          <SeatStepper value={seats} min={least} max={null} onChange={(next) => show({ seats: next })} />
        </Field>
      </div>
      <PlanColumns
        plans={plans}
        interval={interval}
        seats={seats}
        current={subscription.plan}
        action={(plan) => (
          <PlanAction
            plan={plan}
            subscription={subscription}
            wanted={{ interval, quantity: seats }}
            isOwner={isOwner}
            isNext={plan.key === next?.key}
            onChoose={() => show({ plan: plan.key })}
            onCancel={() => setCanceling(true)}
          />
        )}
      />
      {chosen && isOwner && !live && (
        <CheckoutDialog
          plan={chosen}
          interval={interval}
          seats={seats}
          subscription={subscription}
          onSeats={(next) => show({ seats: next })}
          onClose={close}
        />
      )}
      {chosen && isOwner && change && isRunning(subscription) && (
        <ChangeDialog
          change={change}
          plan={chosen}
          subscription={subscription}
          onClose={close}
          onDone={() => navigate({ to: '/t/$tenant/billing', params: { tenant: key } })}
        />
      )}
      {canceling && <CancelDialog subscription={subscription} onClose={() => setCanceling(false)} />}
    </div>
  )
}

interface PlanActionProps {
  plan: PlanOffer
  subscription: Subscription
  wanted: { interval: 'month' | 'year'; quantity: number }
  isOwner: boolean
  /** The one above what the organisation has: the most likely wish. */
  isNext: boolean
  onChoose: () => void
  onCancel: () => void
}

function PlanAction({ plan, subscription, wanted, isOwner, isNext, onChoose, onCancel }: PlanActionProps) {
  const live = isLive(subscription)
  const isCurrent = plan.key === subscription.plan
  const isPaid = plan.prices.length > 0
  const change = live ? changeTo(subscription, { plan: plan.key, ...wanted }) : undefined
  const tooMany = plan.limits.seats !== null && wanted.quantity > (plan.limits.seats ?? 0)

  if (isPaid && tooMany) return <Blocked>Up to {plan.limits.seats} seats</Blocked>
  if (isCurrent && (!isPaid || !change)) return <Blocked>What you have now</Blocked>
  if (!isPaid) {
    if (!live || subscription.cancel_at) return <Blocked>{live ? 'Comes at the end' : 'For everybody'}</Blocked>
    return (
      <Button wide disabled={!isOwner} onClick={onCancel}>
        Go back to {plan.name}
      </Button>
    )
  }
  const isUsable = isOwner && (!live || isRunning(subscription))
  const trial = !live && subscription.trial_available && plan.trial_days > 0
  const deed = change && isCurrent ? deedOf(change, plan, subscription.seats.quantity ?? 1) : undefined
  return (
    <Button wide look={isNext || deed ? 'primary' : 'secondary'} disabled={!isUsable} onClick={onChoose}>
      {deed
        ? deed.charAt(0).toUpperCase() + deed.slice(1)
        : trial
          ? `Try it for ${plan.trial_days} days`
          : live
            ? `Change to ${plan.name}`
            : `Choose ${plan.name}`}
    </Button>
  )
}

function Blocked({ children }: { children: React.ReactNode }) {
  return (
    <Button wide disabled>
      {children}
    </Button>
  )
}
