/** What a plot of usage shows, as a sentence. */
import type { Usage } from './contract.ts'
import { limitNoun, quantity } from './words.ts'

const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 })

export function usageFinding({ metric, period_total: total, limit }: Usage): string {
  const noun = limitNoun(metric)
  if (total === 0) return `No ${noun} used this month`
  const used = `${quantity(metric, total)} ${noun} used this month`
  if (limit === null) return used
  if (total >= limit) return `${used}, which is all that your plan includes`
  const share = total / limit
  // Rounded to nothing, a small share would read as if nothing had been used.
  return `${used}, ${share < 0.01 ? 'less than ' : ''}${percent.format(Math.max(0.01, share))} of what your plan includes`
}
