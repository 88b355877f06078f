import type { Tx } from '#platform/db/database.ts'

export async function findCustomerId(tx: Tx, tenantId: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('billing_customers')
    .select('stripe_customer_id')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  return row?.stripe_customer_id ?? undefined
}

export async function hasPendingEvents(tx: Tx): Promise<boolean> {
  const row = await tx
    .selectFrom('stripe_events')
    .select('id')
    .where('state', '=', 'pending')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
