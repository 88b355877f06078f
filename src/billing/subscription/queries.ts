import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import type { PageWindow } from '#platform/db/page.ts'

export async function slugOf(tx: Tx, tenantId: string): Promise<string> {
  const { slug } = await tx.selectFrom('tenants').select('slug').where('id', '=', tenantId).executeTakeFirstOrThrow()
  return slug
}

export interface CustomerRow {
  stripe_customer_id: string | null
  trial_used_at: Date | null
  chosen_seats: number | null
  synced_at: Date | null
}

export function findCustomerRow(tx: Tx, tenantId: string): Promise<CustomerRow | undefined> {
  return tx
    .selectFrom('billing_customers')
    .select(['stripe_customer_id', 'trial_used_at', 'chosen_seats', 'synced_at'])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
}

/** True also where there is nothing to read: without a customer. Both moments are the database's. */
export async function isSyncedSince(tx: Tx, tenantId: string, seconds: number): Promise<boolean> {
  const row = await tx
    .selectFrom('billing_customers')
    .select(
      sql<boolean>`clock_timestamp() - synced_at between interval '0' and make_interval(secs => ${seconds})`.as(
        'is_fresh',
      ),
    )
    .where('tenant_id', '=', tenantId)
    .where('stripe_customer_id', 'is not', null)
    .executeTakeFirst()
  return row === undefined || row.is_fresh === true
}

const invoiceColumns = [
  'stripe_invoice_id',
  'status',
  'number',
  'billing_reason',
  'currency',
  'total',
  'amount_due',
  'amount_paid',
  'created_at',
  'paid_at',
  'period_start',
  'period_end',
  'hosted_invoice_url',
  'invoice_pdf',
] as const

function selectInvoices(tx: Tx, tenantId: string) {
  return tx.selectFrom('billing_invoices').select(invoiceColumns).where('tenant_id', '=', tenantId)
}

export type InvoiceRow = Awaited<ReturnType<ReturnType<typeof selectInvoices>['executeTakeFirstOrThrow']>>

/** Newest first. What is still a draft may change or never be sent, and is nobody's debt. */
export async function listInvoices(
  tx: Tx,
  tenantId: string,
  window: PageWindow,
): Promise<{ items: InvoiceRow[]; total: number }> {
  const [items, { total }] = await Promise.all([
    selectInvoices(tx, tenantId)
      .where('status', '!=', 'draft')
      .orderBy('created_at', 'desc')
      .orderBy('stripe_invoice_id', 'desc')
      .limit(window.limit)
      .offset(window.offset)
      .execute(),
    tx
      .selectFrom('billing_invoices')
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .where('tenant_id', '=', tenantId)
      .where('status', '!=', 'draft')
      .executeTakeFirstOrThrow(),
  ])
  return { items, total }
}

/** The oldest that waits for payment. */
export function findOpenInvoice(tx: Tx, tenantId: string): Promise<InvoiceRow | undefined> {
  return selectInvoices(tx, tenantId)
    .where('status', '=', 'open')
    .where('amount_due', '>', 0)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
}
