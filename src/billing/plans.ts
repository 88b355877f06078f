/**
 * The plans: what they cost, what they allow, what they unlock. The one file to change. `npm run billing:push` brings
 * products and prices to Stripe; a changed amount becomes a new price, and who subscribed earlier keeps the old one.
 */

import type { Grant } from '#tenants'

export const intervals = ['month', 'year'] as const
export type Interval = (typeof intervals)[number]

export interface Limits {
  /** Members who can sign in at once. */
  seats: number | null
  projects: number | null
  storage_bytes: number | null
  /** For each calendar month. */
  ai_credits: number | null
  /** For each calendar month. */
  api_calls: number | null
}

export type LimitKey = keyof Limits

/** What a route can ask for by name. */
export const features = ['analytics'] as const
export type Feature = (typeof features)[number]

export interface Plan {
  key: PlanKey
  name: string
  description: string
  /** For each seat, in the smallest unit of the currency. A plan without prices cannot be bought. */
  prices: Readonly<Record<Interval, number>> | undefined
  /** `null` lifts a limit. */
  limits: Limits
  features: readonly Feature[]
  /** Once for each tenant, whatever plan it was. */
  trialDays: number
}

export const currency = 'usd'

/** After a failed renewal everything works for so long, while Stripe tries again and the owners are told. */
export const graceDays = 21

const GIB = 1024 ** 3

export const planKeys = ['free', 'starter', 'pro', 'enterprise'] as const
export type PlanKey = (typeof planKeys)[number]

export const plans: Readonly<Record<PlanKey, Plan>> = {
  free: {
    key: 'free',
    name: 'Free',
    description: 'For trying things out, alone or with a few people.',
    prices: undefined,
    limits: { seats: 10, projects: 50, storage_bytes: GIB, ai_credits: 50, api_calls: 10_000 },
    features: [],
    trialDays: 0,
  },
  starter: {
    key: 'starter',
    name: 'Starter',
    description: 'For a first team with real work to do.',
    prices: { month: 1200, year: 12_000 },
    limits: { seats: 25, projects: 250, storage_bytes: 20 * GIB, ai_credits: 1_000, api_calls: 100_000 },
    features: [],
    trialDays: 14,
  },
  pro: {
    key: 'pro',
    name: 'Pro',
    description: 'For teams that want to see how the work is going.',
    prices: { month: 2900, year: 29_000 },
    limits: { seats: 100, projects: 2_500, storage_bytes: 200 * GIB, ai_credits: 10_000, api_calls: 1_000_000 },
    features: ['analytics'],
    trialDays: 0,
  },
  enterprise: {
    key: 'enterprise',
    name: 'Enterprise',
    description: 'For organisations without ceilings.',
    prices: { month: 7900, year: 79_000 },
    limits: { seats: null, projects: null, storage_bytes: 2048 * GIB, ai_credits: 100_000, api_calls: null },
    features: ['analytics'],
    trialDays: 0,
  },
}

export type PaidPlanKey = Exclude<PlanKey, 'free'>
export const paidPlanKeys = planKeys.filter((key) => plans[key].prices !== undefined) as PaidPlanKey[]

export function isPlanKey(key: string): key is PlanKey {
  return (planKeys as readonly string[]).includes(key)
}

/** How a price is found again at Stripe, whatever its id is there. */
export function lookupKey(plan: PaidPlanKey, interval: Interval): string {
  return `plinth_${plan}_${interval}`
}

/** What a tenant starts with, before anybody asks Stripe anything. */
export const startingGrant: Grant = {
  plan: 'free',
  status: 'none',
  access: 'none',
  graceUntil: null,
  features: plans.free.features,
  limits: { ...plans.free.limits },
}
