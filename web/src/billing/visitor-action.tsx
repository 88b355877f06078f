import { ButtonLink } from '../ui/link.tsx'
import type { Interval, PlanOffer } from './contract.ts'

/** For whoever has no account yet: the plan is remembered over signing up. */
export function VisitorAction({ plan, interval }: { plan: PlanOffer; interval: Interval }) {
  const isPaid = plan.prices.length > 0
  return (
    <ButtonLink
      to="/sign-up"
      search={isPaid ? { plan: plan.key, interval } : {}}
      look={plan.trial_days > 0 ? 'primary' : 'secondary'}
      wide
    >
      {!isPaid ? 'Create account' : plan.trial_days > 0 ? `Try it for ${plan.trial_days} days` : `Choose ${plan.name}`}
    </ButtonLink>
  )
}
