/**
 * What a tenant's plan lets it do. Written from above, by billing or staff, in one transaction with whatever else
 * follows; read here and in the check of every request that names a feature, so a change holds from the next request on,
 * in every process, with nothing cached that would have to be dropped.
 */
import type { Tx } from '#platform/db/database.ts'
import { Refusal } from '#platform/errors.ts'
import { UPGRADE_URL } from './limits.ts'
import { type Access, type Entitlement, findEntitlement, upsertEntitlement, upsertLimit } from './queries.ts'

export type { Access, Entitlement }

export interface Grant extends Entitlement {
  /** By key; `null` lifts a limit. */
  limits: Readonly<Record<string, number | null>>
}

/** Answers whether anything but the limits changed. */
export async function applyGrant(tx: Tx, tenantId: string, { limits, ...next }: Grant, now: Date): Promise<boolean> {
  const before = await findEntitlement(tx, tenantId, { lock: true })
  for (const [key, value] of Object.entries(limits)) await upsertLimit(tx, tenantId, key, value)
  if (before && same(before, next)) return false
  await upsertEntitlement(tx, tenantId, next, now)
  return true
}

/** What access comes to at a moment: grace that has run out is none. */
export function accessAt({ access, graceUntil }: Pick<Entitlement, 'access' | 'graceUntil'>, now: Date): Access {
  return access === 'grace' && graceUntil !== null && graceUntil <= now ? 'none' : access
}

/** Refuses what is not paid for: 402 `SUBSCRIPTION_REQUIRED` without access, `PLAN_UPGRADE_REQUIRED` on a lesser plan. */
export function assertFeature(
  held: { access: Access | null; grace_until: Date | null; features: readonly string[] | null } | undefined,
  feature: string,
  now: Date,
): void {
  const access = accessAt({ access: held?.access ?? 'none', graceUntil: held?.grace_until ?? null }, now)
  if (access === 'none') {
    throw new Refusal(402, 'SUBSCRIPTION_REQUIRED', 'This needs a subscription that is paid for. Choose a plan.', {
      extra: { upgrade_url: UPGRADE_URL, feature },
    })
  }
  if (held?.features?.includes(feature)) return
  throw new Refusal(402, 'PLAN_UPGRADE_REQUIRED', `Your plan does not include ${feature}. A larger one does.`, {
    extra: { upgrade_url: UPGRADE_URL, feature },
  })
}

function same(a: Entitlement, b: Entitlement): boolean {
  return (
    a.plan === b.plan &&
    a.status === b.status &&
    a.access === b.access &&
    a.graceUntil?.getTime() === b.graceUntil?.getTime() &&
    [...a.features].sort().join() === [...b.features].sort().join()
  )
}
