import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export interface CustomerRow {
  stripe_customer_id: string | null
  generation: number
}

/** There before Stripe is asked, so that all who ask for a customer of this tenant ask under one key. */
export async function ensureRow(tx: Tx, tenantId: string, now: Date): Promise<CustomerRow> {
  await tx
    .insertInto('billing_customers')
    .values({ tenant_id: tenantId, created_at: now })
    .onConflict((conflict) => conflict.column('tenant_id').doNothing())
    .execute()
  return tx
    .selectFrom('billing_customers')
    .select(['stripe_customer_id', 'generation'])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
}

/** Undefined when the row has gone on to another generation meanwhile. */
export async function keepCustomer(
  tx: Tx,
  tenantId: string,
  { id, livemode, generation }: { id: string; livemode: boolean; generation: number },
): Promise<string | undefined> {
  const row = await tx
    .updateTable('billing_customers')
    .set({ stripe_customer_id: sql<string>`coalesce(stripe_customer_id, ${id})`, livemode })
    .where('tenant_id', '=', tenantId)
    .where('generation', '=', generation)
    .returning('stripe_customer_id')
    .executeTakeFirst()
  return row?.stripe_customer_id ?? undefined
}

/** Once, of several who want to leave the same one. */
export async function skipGeneration(tx: Tx, tenantId: string, generation: number): Promise<void> {
  await tx
    .updateTable('billing_customers')
    .set({ generation: generation + 1 })
    .where('tenant_id', '=', tenantId)
    .where('generation', '=', generation)
    .where('stripe_customer_id', 'is', null)
    .execute()
}

export interface Contact {
  name: string
  email: string | null
}

/** What invoices say whom they are for. Undefined when the tenant was deleted. */
export async function findContact(tx: Tx, tenantId: string): Promise<Contact | undefined> {
  const row = await tx
    .selectFrom('tenants as t')
    .leftJoin('memberships as m', (join) =>
      join.onRef('m.tenant_id', '=', 't.id').on('m.role', '=', 'owner').on('m.status', '=', 'active'),
    )
    .leftJoin('users as u', 'u.id', 'm.user_id')
    .select(['t.name', 'u.email'])
    .where('t.id', '=', tenantId)
    .where('t.deleted_at', 'is', null)
    .orderBy('m.joined_at')
    .limit(1)
    .executeTakeFirst()
  return row && { name: row.name, email: row.email }
}

/** Events that came before anybody knew the customer. */
export async function listUnmatchedEvents(tx: Tx, customerId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('stripe_events')
    .select('id')
    .where('customer_id', '=', customerId)
    .where('state', '=', 'unmatched')
    .execute()
  return rows.map(({ id }) => id)
}
