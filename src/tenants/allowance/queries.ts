import type { Tx } from '#platform/db/database.ts'

/** `grace` works like `full` until it ends, and says so to people. */
export type Access = 'full' | 'grace' | 'none'

export interface Entitlement {
  plan: string
  /** The payment provider's word for the subscription, or `none`. */
  status: string
  access: Access
  graceUntil: Date | null
  features: readonly string[]
}

export async function findLimit(tx: Tx, tenantId: string, key: string): Promise<number | null> {
  const row = await tx
    .selectFrom('tenant_limits')
    .select('value')
    .where('tenant_id', '=', tenantId)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value ?? null
}

export async function upsertLimit(tx: Tx, tenantId: string, key: string, value: number | null): Promise<void> {
  await tx
    .insertInto('tenant_limits')
    .values({ tenant_id: tenantId, key, value })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'key']).doUpdateSet({ value }))
    .execute()
}

export async function listLimits(tx: Tx, tenantId: string): Promise<{ key: string; value: number | null }[]> {
  return tx.selectFrom('tenant_limits').select(['key', 'value']).where('tenant_id', '=', tenantId).execute()
}

export async function findEntitlement(
  tx: Tx,
  tenantId: string,
  { lock = false } = {},
): Promise<Entitlement | undefined> {
  const query = tx
    .selectFrom('tenant_entitlements')
    .select(['plan', 'status', 'access', 'grace_until', 'features'])
    .where('tenant_id', '=', tenantId)
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst()
  if (!row) return undefined
  const { grace_until: graceUntil, access, ...rest } = row
  return { ...rest, access: access as Access, graceUntil }
}

export async function upsertEntitlement(
  tx: Tx,
  tenantId: string,
  { plan, status, access, graceUntil, features }: Entitlement,
  now: Date,
): Promise<void> {
  const values = { plan, status, access, grace_until: graceUntil, features: [...features], updated_at: now }
  await tx
    .insertInto('tenant_entitlements')
    .values({ tenant_id: tenantId, ...values })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(values))
    .execute()
}
