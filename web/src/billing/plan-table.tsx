import { Check, Minus } from 'lucide-react'
import type { PlanOffer } from './contract.ts'
import { featureLabel, isMonthly, limitLabel, quantity } from './words.ts'

/** Every plan beside every other, line by line. On a phone the columns above say the same. */
export function PlanTable({ plans }: { plans: readonly PlanOffer[] }) {
  const limits = [...new Set(plans.flatMap((plan) => Object.keys(plan.limits)))]
  const features = [...new Set(plans.flatMap((plan) => plan.features))]
  return (
    <div className="mt-16 max-lg:hidden">
      <h2 className="mb-4 font-serif text-3xl">What each plan has</h2>
      <table className="w-full table-fixed border-collapse text-left text-base">
        <caption className="sr-only">Limits and features of each plan</caption>
        <thead>
          <tr className="border-line-strong border-b">
            <th scope="col" className="h-10 w-1/4 text-sm font-medium text-faint">
              <span className="sr-only">Limit or feature</span>
            </th>
            {plans.map((plan) => (
              <th key={plan.key} scope="col" className="px-4 font-semibold">
                {plan.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {limits.map((key) => (
            <tr key={key} className="h-11">
              <th scope="row" className="font-normal text-muted">
                {limitLabel(key)}
                {isMonthly(key) && ', each month'}
              </th>
              {plans.map((plan) => {
                const limit = plan.limits[key]
                return (
                  <td key={plan.key} className="px-4">
                    {limit === null || limit === undefined ? 'Unlimited' : quantity(key, limit)}
                  </td>
                )
              })}
            </tr>
          ))}
          {features.map((feature) => (
            <tr key={feature} className="h-11">
              <th scope="row" className="font-normal text-muted">
                {featureLabel(feature)}
              </th>
              {plans.map((plan) => (
                <td key={plan.key} className="px-4">
                  {plan.features.includes(feature) ? (
                    <Check size={16} className="text-accent-text" aria-label="Included" />
                  ) : (
                    <Minus size={16} className="text-faint" aria-label="Not included" />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
