import { ExternalLink } from 'lucide-react'
import { Badge, type Tone } from '../ui/badge.tsx'
import { PlainLink } from '../ui/link.tsx'
import { LocalDate } from '../ui/relative-time.tsx'
import { type Column, Table } from '../ui/table.tsx'
import type { Invoice } from './contract.ts'
import { money } from './money.ts'
import { inWords } from './words.ts'

const statuses: Record<string, { label: string; tone: Tone }> = {
  draft: { label: 'Being prepared', tone: 'neutral' },
  open: { label: 'Open', tone: 'warning' },
  paid: { label: 'Paid', tone: 'success' },
  uncollectible: { label: 'Not collected', tone: 'danger' },
  void: { label: 'Void', tone: 'neutral' },
}

const reasons: Record<string, string> = {
  subscription_create: 'First invoice',
  subscription_cycle: 'Renewal',
  subscription_update: 'Change',
  subscription_threshold: 'Usage',
  manual: 'Single invoice',
}

interface InvoiceTableProps {
  /** Undefined while they load. */
  invoices: readonly Invoice[] | undefined
  expected?: number
  dim?: boolean
}

export function InvoiceTable({ invoices, ...rest }: InvoiceTableProps) {
  return <Table caption="Invoices" columns={columns} rows={invoices} rowKey={(invoice) => invoice.id} {...rest} />
}

const columns: Column<Invoice>[] = [
  {
    key: 'number',
    head: 'Invoice',
    className: 'w-full max-w-0',
    cell: (invoice) => (
      <div className="flex min-w-0 flex-col md:flex-row md:items-baseline md:gap-3">
        <span className="truncate font-medium tabular-nums md:shrink-0">{invoice.number ?? 'No number yet'}</span>
        <span className="truncate text-faint max-md:text-xs">
          {reasons[invoice.billing_reason ?? ''] ?? 'Invoice'}
          <span className="md:hidden">
            , <LocalDate at={invoice.created_at} />
          </span>
        </span>
      </div>
    ),
  },
  {
    key: 'date',
    head: 'Date',
    wide: true,
    className: 'text-muted pr-6!',
    cell: (invoice) => <LocalDate at={invoice.created_at} />,
  },
  {
    key: 'status',
    head: 'Status',
    cell: ({ status }) => (
      <Badge tone={statuses[status]?.tone ?? 'neutral'} dot>
        {statuses[status]?.label ?? inWords(status)}
      </Badge>
    ),
  },
  {
    key: 'total',
    head: 'Total',
    align: 'end',
    className: 'whitespace-nowrap',
    cell: (invoice) => money(invoice.total, invoice.currency),
  },
  {
    key: 'link',
    head: 'Open',
    hideHead: true,
    align: 'end',
    className: 'w-12',
    cell: (invoice) =>
      invoice.hosted_invoice_url && (
        <PlainLink
          href={invoice.hosted_invoice_url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center justify-end gap-1 no-underline! max-md:-ml-6 max-md:size-11"
        >
          <span className="max-md:sr-only">
            {invoice.status === 'open' ? 'Pay' : 'Open'}
            <span className="sr-only"> invoice {invoice.number}, in a new tab</span>
          </span>
          <ExternalLink size={14} aria-hidden="true" />
        </PlainLink>
      ),
  },
]
