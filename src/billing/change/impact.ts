/** Names what a tenant uses more of than a plan allows, before it changes to that plan. */
import type { Tx } from '#platform/db/database.ts'
import { countActiveMembers } from '#tenants'
import { type LimitKey, type PaidPlanKey, plans } from '../plans.ts'

/** How much of each limit is in use. Counted by whoever owns what is counted; seats are counted here. */
export type UsedOf = Partial<Record<LimitKey, (tx: Tx, tenantId: string) => Promise<number>>>

export interface Excess {
  limit: LimitKey
  used: number
  allowed: number
}

const counters = (usedOf: UsedOf): UsedOf => ({ seats: countActiveMembers, ...usedOf })

/** What nobody counts is not in use. */
export async function usedOfLimit(tx: Tx, tenantId: string, limit: LimitKey, usedOf: UsedOf): Promise<number> {
  return (await counters(usedOf)[limit]?.(tx, tenantId)) ?? 0
}

export async function impactOf(tx: Tx, tenantId: string, plan: PaidPlanKey, usedOf: UsedOf): Promise<Excess[]> {
  const excesses: Excess[] = []
  for (const [limit, allowed] of Object.entries(plans[plan].limits) as [LimitKey, number | null][]) {
    if (allowed === null) continue
    const used = await usedOfLimit(tx, tenantId, limit, usedOf)
    if (used > allowed) excesses.push({ limit, used, allowed })
  }
  return excesses
}
