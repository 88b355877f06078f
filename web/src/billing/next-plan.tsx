import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useMe } from '../auth/me.tsx'
import { Link } from '../ui/link.tsx'
import type { Subscription } from './contract.ts'
import { plansQuery } from './data.ts'
import { shortMoney } from './money.ts'
import { limitLine } from './words.ts'

const shown = 3

/** For whoever pays nothing: what the smallest paid plan would add. */
export function NextPlan({ subscription }: { subscription: Subscription }) {
  const { key, can } = useMe()
  const plans = useQuery(plansQuery)
  const next = plans.data?.find(({ prices }) => prices.length > 0)
  const price = next?.prices[0]
  if (!next || !price) return null
  const gains = Object.entries(next.limits)
    .filter(([limit, value]) => value !== subscription.limits.find(({ key: each }) => each === limit)?.limit)
    .slice(0, shown)
  const trial = subscription.trial_available && next.trial_days > 0
  return (
    <div className="mt-4 rounded-control bg-sunken px-4 py-3">
      <p className="font-medium">
        {next.name} has more room, from {shortMoney(price.amount, price.currency)} per seat
        {trial && `, free for ${next.trial_days} days`}
      </p>
      <ul className="mt-1.5 flex flex-col gap-1 text-muted">
        {gains.map(([limit, value]) => (
          <li key={limit} className="flex items-center gap-2">
            <Plus size={14} className="text-accent-text" aria-hidden="true" />
            {limitLine(limit, value)}
          </li>
        ))}
      </ul>
      {can('billing.manage') && (
        <p className="mt-2">
          <Link to="/t/$tenant/billing/plans" params={{ tenant: key }} search={{ plan: next.key }}>
            {trial ? `Try ${next.name}` : `See what ${next.name} costs`}
          </Link>
        </p>
      )}
    </div>
  )
}
