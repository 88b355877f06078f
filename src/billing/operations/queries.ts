import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export interface PendingOperation {
  id: string
  params_hash: Buffer
  /** What was decided when it began. */
  params: unknown
  created_at: Date
}

export function findPending(tx: Tx, tenantId: string, kind: string): Promise<PendingOperation | undefined> {
  return tx
    .selectFrom('billing_operations')
    .select(['id', 'params_hash', 'params', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('state', '=', 'pending')
    .executeTakeFirst()
}

/** Undefined when it was settled. */
export function findOperation(tx: Tx, tenantId: string, id: string): Promise<PendingOperation | undefined> {
  return tx
    .selectFrom('billing_operations')
    .select(['id', 'params_hash', 'params', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
}

/**
 * When the subscription was changed last, as far as money counts: by us, up to the second to which that was prorated, or
 * by whoever made an invoice.
 */
export async function lastChangeAt(tx: Tx, tenantId: string, subscriptionId: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select greatest(
      (select max(greatest(settled_at, to_timestamp((params -> 'terms' ->> 'prorationDate')::bigint)))
         from billing_operations
        where tenant_id = ${tenantId} and state = 'done' and params ->> 'subscription' = ${subscriptionId}),
      (select max(created_at) from billing_invoices
        where tenant_id = ${tenantId} and subscription_id = ${subscriptionId})
    ) as at
  `.execute(tx)
  return rows[0]?.at ?? null
}

/** False when another one of its kind was begun meanwhile. */
export async function insertPending(
  tx: Tx,
  operation: { tenant_id: string; id: string; kind: string; params_hash: Buffer; params: object; created_at: Date },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('billing_operations')
    .values({ ...operation, params: JSON.stringify(operation.params), state: 'pending' })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** True for the one who settled it. */
export async function settlePending(
  tx: Tx,
  tenantId: string,
  id: string,
  state: 'done' | 'failed',
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('billing_operations')
    .set({ state, settled_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
