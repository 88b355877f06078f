import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { rememberedTenant } from '../api/client.ts'
import { PublicPage } from '../home/public-page.tsx'
import { buttonClass } from '../ui/button.tsx'
import { ButtonLink } from '../ui/link.tsx'
import { Select } from '../ui/select.tsx'
import { ErrorState } from '../ui/states.tsx'
import { usePageTitle } from '../ui/title.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import type { Interval, PlanOffer } from './contract.ts'
import { plansQuery, subscriptionQuery } from './data.ts'
import { IntervalSwitch } from './interval-switch.tsx'
import { PlanColumns, PlanColumnsLoading } from './plan-columns.tsx'
import { PlanTable } from './plan-table.tsx'
import { isLive } from './state.ts'
import { visitorQuery } from './visitor.ts'
import { VisitorAction } from './visitor-action.tsx'

const route = getRouteApi('/pricing')

export function PricingPage() {
  const heading = usePageTitle('Pricing')
  const { interval = 'month', for: wanted } = route.useSearch()
  const navigate = route.useNavigate()
  const plans = useQuery(plansQuery)
  const visitor = useQuery(visitorQuery)

  const memberships = visitor.data?.memberships.filter(({ status }) => status === 'active') ?? []
  const chosen =
    memberships.find(({ tenant }) => tenant.slug === (wanted ?? rememberedTenant())) ??
    memberships.find(({ role }) => role === 'owner') ??
    memberships[0]
  const slug = chosen?.tenant.slug
  const subscription = useQuery({ ...subscriptionQuery(slug ?? ''), enabled: slug !== undefined })
  const current = subscription.data
  const setInterval = (next: Interval) =>
    navigate({ search: { interval: next === 'month' ? undefined : next, for: wanted }, replace: true })

  return (
    <PublicPage isSignedIn={Boolean(visitor.data)}>
      <section className="pt-12 pb-20 md:pt-20 md:pb-28">
        <h1 ref={heading} tabIndex={-1} className="max-w-[20ch] text-balance font-serif text-4xl tracking-[-0.015em]">
          A price per seat. Change it or leave at any time.
        </h1>
        <p className="mt-4 max-w-[58ch] text-pretty text-lg text-muted">
          Start free and stay free if that is enough. A larger plan is charged from the day you choose it, and what is
          left of the old one counts towards it.
        </p>
        <div className="mt-10 mb-5 flex flex-wrap items-center justify-between gap-4">
          {plans.data && <IntervalSwitch plans={plans.data} value={interval} onChange={setInterval} />}
          {chosen && memberships.length > 1 && (
            <span className="flex items-center gap-2 text-base text-muted">
              For
              <Select
                label="For which organisation"
                value={chosen.tenant.slug}
                onChange={(next) => navigate({ search: { interval, for: next }, replace: true })}
                choices={memberships.map(({ tenant }) => ({ value: tenant.slug, label: tenant.name }))}
                className="w-56! text-ink"
              />
            </span>
          )}
        </div>
        {plans.isError ? (
          <div className="rounded-card border border-line bg-surface">
            <ErrorState title="The plans could not be loaded" error={plans.error} onRetry={() => plans.refetch()} />
          </div>
        ) : plans.data && !visitor.isPending && !(slug && subscription.isPending) ? (
          <>
            <PlanColumns
              plans={plans.data}
              interval={interval}
              current={current?.plan}
              action={(plan) =>
                chosen ? (
                  <MemberAction
                    plan={plan}
                    interval={interval}
                    tenant={chosen.tenant}
                    isOwner={chosen.role === 'owner'}
                    isCurrent={current?.plan === plan.key && (!isLive(current) || current.interval === interval)}
                  />
                ) : (
                  <VisitorAction plan={plan} interval={interval} />
                )
              }
            />
            <PlanTable plans={plans.data} />
          </>
        ) : (
          <PlanColumnsLoading />
        )}
      </section>
    </PublicPage>
  )
}

interface MemberActionProps {
  plan: PlanOffer
  interval: Interval
  tenant: { slug: string; name: string }
  isOwner: boolean
  isCurrent: boolean
}

function MemberAction({ plan, interval, tenant, isOwner, isCurrent }: MemberActionProps) {
  if (isCurrent) {
    return (
      <ButtonLink to="/t/$tenant/billing" params={{ tenant: tenant.slug }} wide>
        See your billing
      </ButtonLink>
    )
  }
  if (!isOwner) {
    return (
      <Tooltip text={`Only owners of ${tenant.name} change its plan.`}>
        <button type="button" aria-disabled="true" className={`${buttonClass('secondary', true)} opacity-55`}>
          Ask an owner
        </button>
      </Tooltip>
    )
  }
  const isPaid = plan.prices.length > 0
  return (
    <ButtonLink
      to="/t/$tenant/billing/plans"
      params={{ tenant: tenant.slug }}
      search={isPaid ? { plan: plan.key, interval } : {}}
      look={isPaid ? 'primary' : 'secondary'}
      wide
    >
      Choose {plan.name}
    </ButtonLink>
  )
}
