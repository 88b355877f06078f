/** The plans as anybody may see them. */
import { currency, intervals, planKeys, plans } from './plans.ts'

export function offeredPlans() {
  return planKeys.map((key) => {
    const { name, description, prices, limits, features, trialDays } = plans[key]
    return {
      key,
      name,
      description,
      prices: prices ? intervals.map((interval) => ({ interval, amount: prices[interval], currency })) : [],
      limits: { ...limits },
      features: [...features],
      trial_days: trialDays,
    }
  })
}
