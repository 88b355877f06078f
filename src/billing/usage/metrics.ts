/**
 * What is measured. The one file to change: a metric that is named here can be recorded, is shown with its limit, and, when
 * it has a meter, is told to Stripe. `npm run billing:push` brings the meters there.
 */
import type { LimitKey } from '../plans.ts'

export interface Metric {
  name: string
  unit: string
  /** For each calendar month; what the plan says about it. */
  limit: LimitKey
  /** The event name of a meter at Stripe, from which a price for usage can be charged. */
  meter?: string
}

export const metrics = {
  /** Requests of the tenant's members that were let in. */
  api_calls: { name: 'API calls', unit: 'calls', limit: 'api_calls' },
  ai_credits: { name: 'AI credits', unit: 'credits', limit: 'ai_credits', meter: 'plinth_ai_credits' },
} as const satisfies Record<string, Metric>

export type MetricKey = keyof typeof metrics

export const metricKeys = Object.keys(metrics) as MetricKey[]

export function metricOf(key: MetricKey): Metric {
  return metrics[key]
}
