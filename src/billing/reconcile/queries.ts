import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import type { InvoiceRow } from '../sync/queries.ts'

/** In the order of tenants, from one on, so that customers who come and go meanwhile shift nothing. */
export async function listCustomers(
  tx: Tx,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<{ tenant_id: string; stripe_customer_id: string }[]> {
  let query = tx
    .selectFrom('billing_customers')
    .select(['tenant_id', 'stripe_customer_id'])
    .where('stripe_customer_id', 'is not', null)
  if (after) query = query.where('tenant_id', '>', after)
  const rows = await query.orderBy('tenant_id').limit(limit).execute()
  return rows.map(({ tenant_id, stripe_customer_id }) => ({
    tenant_id,
    stripe_customer_id: stripe_customer_id as string,
  }))
}

/** Nobody at Stripe speaks for them: what they may use has to be here, in full. */
export async function listBare(tx: Tx, limitKeys: readonly string[], most: number): Promise<string[]> {
  const rows = await tx
    .selectFrom('tenants as t')
    .leftJoin('billing_customers as c', 'c.tenant_id', 't.id')
    .leftJoin('tenant_entitlements as e', 'e.tenant_id', 't.id')
    .select('t.id')
    .where('t.deleted_at', 'is', null)
    .where('c.stripe_customer_id', 'is', null)
    .where((where) =>
      where.or([
        where('e.tenant_id', 'is', null),
        where(
          where
            .selectFrom('tenant_limits as l')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .whereRef('l.tenant_id', '=', 't.id')
            .where('l.key', 'in', limitKeys),
          '<',
          limitKeys.length,
        ),
      ]),
    )
    .orderBy('t.id')
    .limit(most)
    .execute()
  return rows.map(({ id }) => id)
}

export function listInvoices(tx: Tx, tenantId: string): Promise<InvoiceRow[]> {
  return tx.selectFrom('billing_invoices').selectAll().where('tenant_id', '=', tenantId).execute()
}

/** Which customer each of these tenants has. */
export async function customersOf(tx: Tx, tenantIds: readonly string[]): Promise<Map<string, string | null>> {
  if (tenantIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('billing_customers')
    .select(['tenant_id', 'stripe_customer_id'])
    .where('tenant_id', 'in', tenantIds)
    .execute()
  return new Map(rows.map((row) => [row.tenant_id, row.stripe_customer_id]))
}

export async function insertReconciliation(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.insertInto('billing_reconciliations').values({ id, started_at: now }).execute()
}

export async function finishReconciliation(
  tx: Tx,
  id: string,
  { customers, drift, now }: { customers: number; drift: readonly object[]; now: Date },
): Promise<void> {
  await tx
    .updateTable('billing_reconciliations')
    .set({ finished_at: now, customers, drift: sql`${JSON.stringify(drift)}::jsonb` })
    .where('id', '=', id)
    .execute()
}
