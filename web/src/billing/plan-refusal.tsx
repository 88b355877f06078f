import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { onPlanRefusal } from '../api/client.ts'
import type { ApiProblem } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFoot } from '../ui/dialog.tsx'
import { ButtonLink } from '../ui/link.tsx'
import { Meter } from '../ui/meter.tsx'
import type { PlanOffer } from './contract.ts'
import { plansQuery } from './data.ts'
import { AskOwners } from './owners.tsx'
import { featureLabel, limitLabel, limitLine, limitNoun, quantity } from './words.ts'

/** Wherever the plan was too small for what somebody tried: the numbers, and the way on. */
export function PlanRefusal() {
  const { key } = useMe()
  const [problem, setProblem] = useState<ApiProblem>()
  useEffect(() => onPlanRefusal((tenant, next) => tenant === key && setProblem(next)), [key])
  if (!problem) return null
  return <RefusalDialog problem={problem} onClose={() => setProblem(undefined)} />
}

function RefusalDialog({ problem, onClose }: { problem: ApiProblem; onClose: () => void }) {
  const { key, can } = useMe()
  const plans = useQuery(plansQuery)
  const reached = problem.details.find(({ limit }) => limit !== undefined)
  const larger = plans.data?.find((plan) => isEnough(plan, problem))
  const isOwner = can('billing.manage')
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={titleOf(problem)} description={problem.message}>
      <DialogBody>
        {reached?.limit && reached.used !== undefined && reached.allowed !== undefined && (
          <Meter
            label={limitLabel(reached.limit)}
            used={reached.used}
            limit={reached.allowed}
            write={(value) => quantity(reached.limit as string, value)}
          />
        )}
        {larger && (
          <p>
            {larger.name} includes{' '}
            {reached?.limit
              ? limitLine(reached.limit, larger.limits[reached.limit] ?? null)
              : featureLabel(problem.feature ?? '').toLowerCase()}
            .
          </p>
        )}
        {!isOwner && (
          <p className="text-muted">
            <AskOwners to="to choose a larger plan" />
          </p>
        )}
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>{isOwner ? 'Not now' : 'Close'}</Button>
        {isOwner && (
          <ButtonLink
            look="primary"
            to="/t/$tenant/billing/plans"
            params={{ tenant: key }}
            search={larger ? { plan: larger.key } : {}}
            onClick={onClose}
          >
            {larger ? `See what ${larger.name} costs` : 'See the plans'}
          </ButtonLink>
        )}
      </DialogFoot>
    </Dialog>
  )
}

function titleOf({ code, details, feature }: ApiProblem): string {
  const limit = details.find((detail) => detail.limit !== undefined)?.limit
  if (code === 'LIMIT_REACHED')
    return limit ? `Your plan has no room for more ${limitNoun(limit)}` : 'A limit is reached'
  if (code === 'SUBSCRIPTION_REQUIRED') return 'This needs a plan that is paid for'
  return feature ? `${featureLabel(feature)} is not in your plan` : 'This is not in your plan'
}

function isEnough(plan: PlanOffer, { details, feature }: ApiProblem): boolean {
  if (plan.prices.length === 0) return false
  if (feature) return plan.features.includes(feature)
  const reached = details.find(({ limit }) => limit !== undefined)
  if (!reached?.limit || reached.allowed === undefined) return false
  const limit = plan.limits[reached.limit]
  return limit === null || (limit !== undefined && limit > reached.allowed)
}
