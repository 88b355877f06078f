/**
 * What a tenant may use. The numbers are written from above, by billing or staff; here they are read and held under a
 * lock, so that of two who take the last place at once exactly one gets it.
 */
import type { Tx } from '#platform/db/database.ts'
import { Refusal } from '#platform/errors.ts'
import { countActiveMembers, lockTenant } from '../queries.ts'
import { findLimit, upsertLimit } from './queries.ts'

/** Where whoever is refused can do something about it. */
export const UPGRADE_URL = '/billing'

/** `null` lifts the limit. */
export function setLimit(tx: Tx, tenantId: string, key: string, value: number | null): Promise<void> {
  return upsertLimit(tx, tenantId, key, value)
}

export interface Measure {
  used: number
  /** What the tenant was granted on top of the plan. */
  extra?: number
}

/**
 * Refuses with 402 `LIMIT_REACHED` when so many more would exceed the limit. Call it in the transaction that adds them:
 * the tenant's lock is held until that commits, and `measure` runs behind it.
 */
export async function claim(
  tx: Tx,
  tenantId: string,
  key: string,
  quantity: number,
  measure: (tx: Tx) => Promise<Measure>,
): Promise<void> {
  if ((await findLimit(tx, tenantId, key)) === null) return
  await lockTenant(tx, tenantId)
  // Read again behind the lock: the plan may have changed while we waited.
  const limit = await findLimit(tx, tenantId, key)
  if (limit === null) return
  const { used, extra = 0 } = await measure(tx)
  const allowed = limit + extra
  if (used + quantity <= allowed) return
  throw new Refusal(402, 'LIMIT_REACHED', `Your plan includes ${allowed} ${key}, and ${used} are in use.`, {
    details: [{ field: key, message: `${used} of ${allowed} in use`, limit: key, used, allowed }],
    extra: { upgrade_url: UPGRADE_URL },
  })
}

export function claimOne(tx: Tx, tenantId: string, key: string, countUsed: (tx: Tx) => Promise<number>): Promise<void> {
  return claim(tx, tenantId, key, 1, async (tx) => ({ used: await countUsed(tx) }))
}

export function claimSeat(tx: Tx, tenantId: string): Promise<void> {
  return claimOne(tx, tenantId, 'seats', (tx) => countActiveMembers(tx, tenantId))
}
