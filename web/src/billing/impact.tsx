import { Banner } from '../ui/banner.tsx'
import type { ExceededLimit } from './contract.ts'
import { isMonthly, limitLabel, quantity } from './words.ts'

/** What a smaller plan has no room for. Nothing is deleted, which is the first thing people fear. */
export function Impact({ exceeded, plan }: { exceeded: readonly ExceededLimit[]; plan: string }) {
  if (exceeded.length === 0) return null
  return (
    <Banner tone="warning" title={`You use more than ${plan} includes`}>
      <ul className="tabular-nums">
        {exceeded.map(({ limit, used, allowed }) => (
          <li key={limit}>
            {limitLabel(limit)}: {quantity(limit, used)} {isMonthly(limit) ? 'used this month' : 'in use'},{' '}
            {quantity(limit, allowed)} included
          </li>
        ))}
      </ul>
      <p className="mt-1">Nothing is deleted, but no more can be added there until you are below the limit.</p>
    </Banner>
  )
}
