/**
 * From Stripe's word for a subscription to what a tenant may do: one table, and which subscription counts when there are
 * several. Pure, so that the screens, the sync and the reconciliation cannot disagree.
 */
import type { Access, Grant } from '#tenants'
import { graceDays, isPlanKey, type PlanKey, plans, startingGrant } from './plans.ts'

const DAY_MS = 86_400_000

interface Standing {
  access: Access
  /** The plan is shown, and a second subscription refused, while it lives. */
  isLive: boolean
  /** Of several, the first counts. */
  rank: number
}

/** `past_due` works on while Stripe tries again, for so many days; `unpaid` and `paused` keep the plan's name only. */
export const standings: Readonly<Record<string, Standing>> = {
  active: { access: 'full', isLive: true, rank: 0 },
  trialing: { access: 'full', isLive: true, rank: 1 },
  past_due: { access: 'grace', isLive: true, rank: 2 },
  unpaid: { access: 'none', isLive: true, rank: 3 },
  paused: { access: 'none', isLive: true, rank: 4 },
  incomplete: { access: 'none', isLive: false, rank: 5 },
  incomplete_expired: { access: 'none', isLive: false, rank: 6 },
  canceled: { access: 'none', isLive: false, rank: 6 },
}

/** A word that Stripe adds later gives nothing until somebody has decided what it gives. */
const UNKNOWN: Standing = { access: 'none', isLive: false, rank: 7 }

const standingOf = (status: string): Standing =>
  Object.hasOwn(standings, status) ? (standings[status] as Standing) : UNKNOWN

export const isLive = (status: string): boolean => standingOf(status).isLive

/** Nothing can follow any more; what comes next is another subscription. */
export const hasEnded = (status: string): boolean => status === 'canceled' || status === 'incomplete_expired'

/** The one that decides comes first. */
export function byImportance(
  a: { status: string; started_at: Date; stripe_subscription_id: string },
  b: { status: string; started_at: Date; stripe_subscription_id: string },
): number {
  return (
    standingOf(a.status).rank - standingOf(b.status).rank ||
    b.started_at.getTime() - a.started_at.getTime() ||
    // So that two of one second are not chosen between by the order in which they were read.
    (a.stripe_subscription_id < b.stripe_subscription_id ? 1 : -1)
  )
}

export function graceUntilOf(pastDueSince: Date): Date {
  return new Date(pastDueSince.getTime() + graceDays * DAY_MS)
}

/** What a tenant may use whose deciding subscription stands like this; without one, what everybody starts with. */
export function grantOf(
  subscription: { status: string; plan: string } | undefined,
  pastDueSince: Date | null,
  now: Date,
): Grant {
  if (!subscription) return startingGrant
  const { status } = subscription
  const standing = standingOf(status)
  const plan = standing.isLive ? subscription.plan : 'free'
  const graceUntil = standing.access === 'grace' ? graceUntilOf(pastDueSince ?? now) : null
  const isOver = graceUntil !== null && graceUntil <= now
  const access = isOver ? 'none' : standing.access
  const terms = plans[access === 'none' ? 'free' : knownPlan(plan)]
  return {
    plan,
    status,
    access,
    graceUntil: access === 'grace' ? graceUntil : null,
    features: terms.features,
    limits: { ...terms.limits },
  }
}

/** A plan that was taken out of plans.ts while somebody still pays for it. */
function knownPlan(plan: string): PlanKey {
  return isPlanKey(plan) ? plan : 'free'
}
