import type { Insertable, Selectable } from 'kysely'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import type { BillingInvoicesTable, BillingSubscriptionsTable } from '#platform/db/schema.ts'

export type Subscription = Selectable<BillingSubscriptionsTable>
export type SubscriptionRow = Omit<Insertable<BillingSubscriptionsTable>, 'synced_at'>
export type InvoiceRow = Insertable<BillingInvoicesTable>

/** The one that decides what the tenant may use; undefined when there is none, or it has ended for good. */
export function currentSubscription(tx: Tx, tenantId: string): Promise<Subscription | undefined> {
  return tx
    .selectFrom('billing_subscriptions')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('is_current', '=', true)
    .executeTakeFirst()
}

/** Also those that ended. */
export function subscriptionsOf(tx: Tx, tenantId: string): Promise<Subscription[]> {
  return tx
    .selectFrom('billing_subscriptions')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('started_at', 'desc')
    .orderBy('stripe_subscription_id')
    .execute()
}

/** Microseconds since 1970 on the database's clock: a date would round, and take two readings for one. */
export type Moment = number

export interface Customer {
  tenant_id: string
  stripe_customer_id: string
  livemode: boolean | null
  trial_used_at: Date | null
  past_due_since: Date | null
  chosen_seats: number | null
  /** When the reading was begun that stands here. */
  synced: Moment | null
}

export async function findCustomer(tx: Tx, customerId: string, { lock = false } = {}): Promise<Customer | undefined> {
  const query = tx
    .selectFrom('billing_customers')
    .select(['tenant_id', 'livemode', 'trial_used_at', 'past_due_since', 'chosen_seats'])
    .select(sql<Moment | null>`(extract(epoch from synced_at) * 1000000)::bigint`.as('synced'))
    .where('stripe_customer_id', '=', customerId)
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst()
  return row && { ...row, stripe_customer_id: customerId }
}

export async function findCustomerId(tx: Tx, tenantId: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('billing_customers')
    .select('stripe_customer_id')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  return row?.stripe_customer_id ?? undefined
}

/** Whoever writes what follows from a customer waits here for whoever does so already, also before there is a row. */
export async function lockCustomer(tx: Tx, customerId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`stripe:${customerId}`}, 0))`.execute(tx)
}

export async function databaseMoment(tx: Tx): Promise<Moment> {
  const { rows } = await sql<{ now: Moment }>`
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now
  `.execute(tx)
  return (rows[0] as { now: Moment }).now
}

const timestampOf = (moment: Moment) =>
  sql<Date>`timestamptz '1970-01-01 00:00:00+00' + ${moment}::bigint * interval '1 microsecond'`

export async function findUnfinished(tx: Tx, tenantId: string): Promise<{ invoices: string[]; checkouts: string[] }> {
  const [invoices, checkouts] = await Promise.all([
    tx
      .selectFrom('billing_invoices')
      .select('stripe_invoice_id')
      .where('tenant_id', '=', tenantId)
      .where('status', 'in', ['draft', 'open'])
      .execute(),
    tx
      .selectFrom('billing_checkouts')
      .select('session_id')
      .where('tenant_id', '=', tenantId)
      .where('state', '=', 'open')
      .where('session_id', 'is not', null)
      .execute(),
  ])
  return {
    invoices: invoices.map((row) => row.stripe_invoice_id),
    checkouts: checkouts.map((row) => row.session_id as string),
  }
}

/** What the inbox holds of a customer at a moment: contained in whatever is read after it. */
export async function listOpenEvents(tx: Tx, customerId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('stripe_events')
    .select('id')
    .where('customer_id', '=', customerId)
    .where('state', 'in', ['pending', 'unmatched', 'dead'])
    .execute()
  return rows.map(({ id }) => id)
}

export async function settleEvents(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('stripe_events')
    .set({ state: 'done', settled_at: now, note: null })
    .where('id', 'in', ids)
    .where('state', 'in', ['pending', 'unmatched', 'dead'])
    .execute()
}

export async function writeSubscriptions(
  tx: Tx,
  tenantId: string,
  rows: readonly SubscriptionRow[],
  syncedAt: Moment,
): Promise<void> {
  // First, because at no moment may two be current.
  await tx
    .updateTable('billing_subscriptions')
    .set({ is_current: false })
    .where('tenant_id', '=', tenantId)
    .where('is_current', '=', true)
    .execute()
  for (const row of rows) {
    const values = { ...row, synced_at: timestampOf(syncedAt) }
    await tx
      .insertInto('billing_subscriptions')
      .values(values)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'stripe_subscription_id']).doUpdateSet(values))
      .execute()
  }
}

export async function writeInvoices(
  tx: Tx,
  tenantId: string,
  rows: readonly InvoiceRow[],
  vanished: readonly string[],
): Promise<void> {
  for (const row of rows) {
    await tx
      .insertInto('billing_invoices')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'stripe_invoice_id']).doUpdateSet(row))
      .execute()
  }
  if (vanished.length === 0) return
  await tx
    .deleteFrom('billing_invoices')
    .where('tenant_id', '=', tenantId)
    .where('stripe_invoice_id', 'in', vanished)
    .execute()
}

export async function settleCheckouts(
  tx: Tx,
  tenantId: string,
  checkouts: ReadonlyMap<string, 'open' | 'completed' | 'expired'>,
): Promise<void> {
  for (const [sessionId, state] of checkouts) {
    if (state === 'open') continue
    await tx
      .updateTable('billing_checkouts')
      .set({ state })
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .where('state', '=', 'open')
      .execute()
  }
}

export async function updateCustomer(
  tx: Tx,
  tenantId: string,
  { pastDueSince, trialUsedAt }: { pastDueSince: Date | null; trialUsedAt: Date | null },
  syncedAt: Moment,
): Promise<void> {
  await tx
    .updateTable('billing_customers')
    .set({
      past_due_since: pastDueSince,
      trial_used_at: trialUsedAt,
      synced_at: timestampOf(syncedAt),
    })
    .where('tenant_id', '=', tenantId)
    .execute()
}

/** The next one is made when somebody wants to buy, under another key. */
export async function dropCustomer(tx: Tx, tenantId: string): Promise<void> {
  await tx
    .updateTable('billing_customers')
    .set({
      stripe_customer_id: null,
      livemode: null,
      past_due_since: null,
      synced_at: null,
      generation: sql<number>`generation + 1`,
    })
    .where('tenant_id', '=', tenantId)
    .execute()
}

/** Answers whether it is told for the first time. */
export async function claimNotice(tx: Tx, tenantId: string, key: string, now: Date): Promise<boolean> {
  const inserted = await tx
    .insertInto('billing_notices')
    .values({ tenant_id: tenantId, key, sent_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst()
  return inserted !== undefined
}

export interface Recipient {
  email: string
  full_name: string
  tenant_name: string
  slug: string
}

/** Whoever may do something about a bill. */
export function listOwners(tx: Tx, tenantId: string): Promise<Recipient[]> {
  return tx
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .innerJoin('tenants as t', 't.id', 'm.tenant_id')
    .select(['u.email', 'u.full_name', 't.name as tenant_name', 't.slug'])
    .where('m.tenant_id', '=', tenantId)
    .where('m.role', '=', 'owner')
    .where('m.status', '=', 'active')
    .where('u.status', '=', 'active')
    .where('t.deleted_at', 'is', null)
    .orderBy('m.joined_at')
    .execute()
}
