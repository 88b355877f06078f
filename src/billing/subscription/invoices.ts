import { authorize, type TenantScope } from '#access'
import type { PageWindow } from '#platform/db/page.ts'
import { inTenant } from '#platform/db/scoped.ts'
import type { Billing } from '../context.ts'
import { type InvoiceRow, listInvoices } from './queries.ts'

export async function invoicesOf({ db }: Billing, scope: TenantScope, window: PageWindow) {
  authorize(scope, 'billing.invoices')
  const { items, total } = await inTenant(db, scope, (tx) => listInvoices(tx, scope.tenantId, window))
  return { items: items.map(viewOf), total }
}

function viewOf({ stripe_invoice_id: id, created_at, paid_at, period_start, period_end, ...rest }: InvoiceRow) {
  return {
    id,
    ...rest,
    created_at: created_at.toISOString(),
    paid_at: paid_at?.toISOString() ?? null,
    period_start: period_start?.toISOString() ?? null,
    period_end: period_end?.toISOString() ?? null,
  }
}
