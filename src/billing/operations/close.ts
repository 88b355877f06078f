import type { Tx } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import type { Billing } from '../context.ts'
import { settlePending } from './queries.ts'

/** Whoever closes an operation first also writes what follows from it. */
export function close(
  { db, clock }: Billing,
  tenantId: string,
  id: string,
  state: 'done' | 'failed',
  follow?: (tx: Tx) => Promise<void>,
): Promise<void> {
  return inTenant(db, { tenantId }, async (tx) => {
    if (await settlePending(tx, tenantId, id, state, clock.now())) await follow?.(tx)
  })
}
