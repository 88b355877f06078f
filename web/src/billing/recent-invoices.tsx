import { useQuery } from '@tanstack/react-query'
import { ReceiptText } from 'lucide-react'
import { useMe } from '../auth/me.tsx'
import { Card } from '../ui/card.tsx'
import { MoreLink } from '../ui/link.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { invoicesQuery } from './data.ts'
import { InvoiceTable } from './invoice-table.tsx'

const shown = 4

export function RecentInvoices() {
  const { key } = useMe()
  const list = useQuery(invoicesQuery(key, 1, shown))
  const more = list.data && list.data.total > 0
  return (
    <Card
      flush
      title="Invoices"
      action={
        more && (
          <MoreLink to="/t/$tenant/billing/invoices" params={{ tenant: key }}>
            All invoices
          </MoreLink>
        )
      }
    >
      {list.isError ? (
        <ErrorState
          compact
          title="The invoices could not be loaded"
          error={list.error}
          onRetry={() => list.refetch()}
        />
      ) : list.isPending || list.data.items.length > 0 ? (
        <InvoiceTable invoices={list.data?.items} expected={shown} />
      ) : (
        <EmptyState icon={ReceiptText} title="No invoices yet">
          The first one comes when you choose a paid plan.
        </EmptyState>
      )}
    </Card>
  )
}
