import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Lock, ReceiptText } from 'lucide-react'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { Card } from '../ui/card.tsx'
import { ButtonLink, UpLink } from '../ui/link.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { Pagination } from '../ui/table.tsx'
import { invoicesPerPage, invoicesQuery } from './data.ts'
import { InvoiceTable } from './invoice-table.tsx'

const route = getRouteApi('/t/$tenant/billing/invoices')

export function InvoicesPage() {
  const { key, me, can } = useMe()
  const { page } = route.useSearch()
  const navigate = route.useNavigate()
  const mayRead = can('billing.invoices')
  const list = useQuery({ ...invoicesQuery(key, page), enabled: mayRead })
  return (
    <Page
      title="Invoices"
      purpose={`What ${me.tenant?.name ?? 'your organisation'} was charged.`}
      above={
        <UpLink to="/t/$tenant/billing" params={{ tenant: key }}>
          Billing
        </UpLink>
      }
    >
      <Card
        flush
        foot={
          list.data && list.data.total > 0 ? (
            <Pagination
              page={list.data.page}
              pages={list.data.pages}
              perPage={invoicesPerPage}
              total={list.data.total}
              noun={list.data.total === 1 ? 'invoice' : 'invoices'}
              onPage={(next) => navigate({ search: { page: next > 1 ? next : undefined } })}
            />
          ) : undefined
        }
      >
        {!mayRead ? (
          <EmptyState icon={Lock} title="Only admins and owners see invoices">
            Ask one of them when you need a copy.
          </EmptyState>
        ) : list.isError ? (
          <ErrorState title="The invoices could not be loaded" error={list.error} onRetry={() => list.refetch()} />
        ) : list.isPending || list.data.items.length > 0 ? (
          <InvoiceTable invoices={list.data?.items} dim={list.isPlaceholderData} />
        ) : (
          <EmptyState
            icon={ReceiptText}
            title="No invoices yet"
            action={
              can('billing.manage') && (
                <ButtonLink to="/t/$tenant/billing/plans" params={{ tenant: key }} look="primary">
                  See the plans
                </ButtonLink>
              )
            }
          >
            Each charge leaves an invoice here, to read, to pay or to download.
          </EmptyState>
        )}
      </Card>
    </Page>
  )
}
