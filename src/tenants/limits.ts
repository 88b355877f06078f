/**
 * What a tenant may use. The numbers are written from above, by billing or staff; here they are read and held under a
 * lock, so that of two who take the last place at once exactly one gets it.
 */
import type { Tx } from '#platform/db/database.ts'
import { Refusal } from '#platform/errors.ts'
import { countActiveMembers, findLimit, lockTenant, upsertLimit } from './queries.ts'

/** `null` lifts the limit. */
export function setLimit(tx: Tx, tenantId: string, key: string, value: number | null): Promise<void> {
  return upsertLimit(tx, tenantId, key, value)
}

/**
 * Refuses with 402 `LIMIT_REACHED` when one more would exceed the limit. Call it in the transaction that adds the one:
 * the tenant's lock is held until that commits.
 */
export async function claimOne(tx: Tx, tenantId: string, key: string, countUsed: (tx: Tx) => Promise<number>) {
  if ((await findLimit(tx, tenantId, key)) === null) return
  await lockTenant(tx, tenantId)
  // Read again behind the lock: the plan may have changed while we waited.
  const allowed = await findLimit(tx, tenantId, key)
  if (allowed === null) return
  const used = await countUsed(tx)
  if (used < allowed) return
  throw new Refusal(402, 'LIMIT_REACHED', `Your plan includes ${allowed} ${key}, and ${used} are in use.`, {
    details: [{ field: key, message: `${used} of ${allowed} in use`, limit: key, used, allowed }],
    extra: { upgrade_url: '/billing' },
  })
}

export function claimSeat(tx: Tx, tenantId: string): Promise<void> {
  return claimOne(tx, tenantId, 'seats', (tx) => countActiveMembers(tx, tenantId))
}
