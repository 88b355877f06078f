import type { Tx } from '#platform/db/database.ts'
import type { Interval } from '../plans.ts'

export interface Order {
  plan: string
  interval: Interval
  quantity: number
  with_trial: boolean
}

export interface Checkout extends Order {
  id: string
  /** Null while Stripe is being asked. */
  session_id: string | null
  url: string | null
  created_at: Date
}

export interface LockedCustomer {
  stripe_customer_id: string | null
  trial_used_at: Date | null
}

/** Decisions about a tenant's purchases are made one after the other, each seeing the one before. */
export function lockCustomer(tx: Tx, tenantId: string): Promise<LockedCustomer | undefined> {
  return tx
    .selectFrom('billing_customers')
    .select(['stripe_customer_id', 'trial_used_at'])
    .where('tenant_id', '=', tenantId)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

export async function setChosenSeats(tx: Tx, tenantId: string, seats: number | null): Promise<void> {
  await tx
    .updateTable('billing_customers')
    .set({ chosen_seats: seats })
    .where('tenant_id', '=', tenantId)
    .where('chosen_seats', 'is distinct from', seats)
    .execute()
}

export function findOpenCheckout(tx: Tx, tenantId: string): Promise<Checkout | undefined> {
  return tx
    .selectFrom('billing_checkouts')
    .select(['id', 'plan', 'interval', 'quantity', 'with_trial', 'session_id', 'url', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'open')
    .executeTakeFirst() as Promise<Checkout | undefined>
}

export async function insertCheckout(
  tx: Tx,
  checkout: Order & { tenant_id: string; id: string; created_by: string; created_at: Date; expires_at: Date },
): Promise<void> {
  await tx
    .insertInto('billing_checkouts')
    .values({ ...checkout, state: 'open' })
    .execute()
}

/** True for the one who noted it. */
export async function noteSession(
  tx: Tx,
  tenantId: string,
  id: string,
  session: { session_id: string; url: string; expires_at: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('billing_checkouts')
    .set(session)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('session_id', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function closeCheckout(
  tx: Tx,
  tenantId: string,
  id: string,
  state: 'completed' | 'expired',
): Promise<void> {
  await tx
    .updateTable('billing_checkouts')
    .set({ state })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('state', '=', 'open')
    .execute()
}
