/** What another plan takes away, told before it is chosen. */
import type { ExceededLimit, PlanOffer, Subscription } from './contract.ts'
import { featureLabel, limitLine } from './words.ts'

/** What is in use beyond the limits of a plan. */
export function exceededOn(plan: Pick<PlanOffer, 'limits'>, { limits }: Pick<Subscription, 'limits'>): ExceededLimit[] {
  return limits.flatMap(({ key, used }) => {
    const allowed = plan.limits[key]
    return typeof allowed === 'number' && used > allowed ? [{ limit: key, used, allowed }] : []
  })
}

/** Features that the free plan lacks, and limits that are lower there, in words. */
export function lostWith(
  { features, limits }: Pick<Subscription, 'features' | 'limits'>,
  free: Pick<PlanOffer, 'features' | 'limits'>,
): string[] {
  const lower = limits.flatMap(({ key, limit }) => {
    const kept = free.limits[key]
    if (typeof kept !== 'number' || (limit !== null && limit <= kept)) return []
    return [`${limitLine(key, limit)}; then ${limitLine(key, kept)}`]
  })
  return [...features.filter((feature) => !free.features.includes(feature)).map(featureLabel), ...lower]
}
