import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { Banner } from '../ui/banner.tsx'
import { Card } from '../ui/card.tsx'
import { ButtonLink } from '../ui/link.tsx'
import { Meter } from '../ui/meter.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { CheckoutReturn } from './checkout-return.tsx'
import type { LimitUse, Subscription } from './contract.ts'
import { subscriptionQuery } from './data.ts'
import { AskOwners } from './owners.tsx'
import { PaymentCard } from './payment-card.tsx'
import { PlanCard } from './plan-card.tsx'
import { RecentInvoices } from './recent-invoices.tsx'
import { isLive } from './state.ts'
import { isMonthly, limitLabel, quantity } from './words.ts'

const route = getRouteApi('/t/$tenant/billing')

// The plots bring a library of their own; the plan and its numbers do not wait for it.
const UsagePlots = lazy(() => import('./usage-plots.tsx').then(({ UsagePlots }) => ({ default: UsagePlots })))

export function BillingPage() {
  const { key, me, can } = useMe()
  const { checkout } = route.useSearch()
  const record = useQuery(subscriptionQuery(key))
  const isOwner = can('billing.manage')
  return (
    <Page
      title="Billing"
      purpose={`The plan of ${me.tenant?.name ?? 'your organisation'}, what it uses and what it pays.`}
      action={
        isOwner && (
          // While something has to be paid, paying it is what the page asks for.
          <ButtonLink
            to="/t/$tenant/billing/plans"
            params={{ tenant: key }}
            look={record.data?.open_invoice ? 'secondary' : 'primary'}
          >
            {record.data && !isLive(record.data) ? 'Choose a plan' : 'Change the plan'}
          </ButtonLink>
        )
      }
    >
      {checkout && <CheckoutReturn outcome={checkout} />}
      {!isOwner && (
        <Banner title="You can read this page">
          <AskOwners to="to change the plan or the card" />
        </Banner>
      )}
      {record.isError ? (
        <Card>
          <ErrorState title="Your plan could not be loaded" error={record.error} onRetry={() => record.refetch()} />
        </Card>
      ) : (
        <>
          <div className="grid items-stretch gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            {record.data ? <PlanCard subscription={record.data} /> : <CardLoading title="Plan" rows={5} />}
            {record.data ? (
              <Limits subscription={record.data} />
            ) : (
              <CardLoading title="What your plan includes" rows={5} />
            )}
          </div>
          <Suspense fallback={<CardLoading title="Usage" rows={7} />}>
            <UsagePlots />
          </Suspense>
          {can('billing.invoices') && (
            <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
              <RecentInvoices />
              {record.data && <PaymentCard subscription={record.data} />}
            </div>
          )}
        </>
      )}
    </Page>
  )
}

function CardLoading({ title, rows }: { title: string; rows: number }) {
  return (
    <Card flush title={title}>
      <SkeletonRows rows={rows} />
    </Card>
  )
}

function Limits({ subscription }: { subscription: Subscription }) {
  return (
    <Card title="What your plan includes">
      <div className="flex flex-col gap-4">
        {subscription.limits.map((use) => (
          <LimitMeter key={use.key} use={use} />
        ))}
        {subscription.limits.length === 0 && <Skeleton className="h-3 w-2/3" />}
      </div>
    </Card>
  )
}

function LimitMeter({ use }: { use: LimitUse }) {
  return (
    <Meter
      label={isMonthly(use.key) ? `${limitLabel(use.key)} this month` : limitLabel(use.key)}
      used={use.used}
      limit={use.limit}
      write={(value) => quantity(use.key, value)}
    />
  )
}
