import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ScrollText, SearchX, ShieldCheck } from 'lucide-react'
import { useId } from 'react'
import { dataOf } from '../api/client.ts'
import type { AuditEvent, ChainReport } from '../api/contract.ts'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { membersQuery } from '../tenants/data.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyId } from '../ui/copy-id.tsx'
import { Input } from '../ui/input.tsx'
import { RelativeTime, useLocaleNumber } from '../ui/relative-time.tsx'
import { Select } from '../ui/select.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { auditQuery } from './data.ts'
import { actionWords, actorName, knownActions, subjectOf } from './words.ts'

const route = getRouteApi('/t/$tenant/audit')

export function AuditLogPage() {
  const { key, can } = useMe()
  if (!can('audit.read')) {
    return (
      <Page title="Audit log">
        <Card>
          <EmptyState icon={ScrollText} title="Only admins and owners read the audit log">
            Ask an owner of this organisation if you need to know who changed something.
          </EmptyState>
        </Card>
      </Page>
    )
  }
  return <AuditLog key={key} />
}

function AuditLog() {
  const { key, api } = useMe()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const log = useInfiniteQuery(auditQuery(key, filter))
  const check = useMutation({ mutationFn: () => dataOf(api.GET('/audit-events/verify')) })
  const events = log.data?.pages.flatMap((page) => page.items) ?? []
  const refine = (change: Partial<typeof filter>) => navigate({ search: { ...filter, ...change }, replace: true })
  const isFiltered = Boolean(filter.action || filter.actor || filter.from || filter.to)

  return (
    <Page
      title="Audit log"
      purpose="Who did what, and when. Entries are chained, so none can be changed or taken out unnoticed."
      action={
        <Button icon={ShieldCheck} pending={check.isPending} onClick={() => check.mutate()}>
          Verify the chain
        </Button>
      }
    >
      <ChainResult check={check} />
      <div className="flex flex-col gap-3">
        <div className="grid grid-cols-2 gap-2 md:flex md:flex-wrap">
          <Select
            label="Action"
            value={filter.action ?? 'all'}
            onChange={(action) => refine({ action: action === 'all' ? undefined : action })}
            choices={[{ value: 'all', label: 'Any action' }, ...actionChoices]}
            className="md:w-52!"
          />
          <PersonSelect value={filter.actor} onChange={(actor) => refine({ actor })} />
          <DayInput label="From" value={filter.from} onChange={(from) => refine({ from })} />
          <DayInput label="To" value={filter.to} onChange={(to) => refine({ to })} />
        </div>
        <Card
          flush
          foot={
            log.hasNextPage ? (
              <Button className="mx-auto" pending={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
                Show older entries
              </Button>
            ) : undefined
          }
        >
          {log.isError ? (
            <ErrorState title="The audit log could not be loaded" error={log.error} onRetry={() => log.refetch()} />
          ) : log.isPending || events.length > 0 ? (
            <Table
              caption="Audit log, newest first"
              columns={columns}
              rows={log.isPending ? undefined : events}
              rowKey={(event) => event.id}
              tall
            />
          ) : isFiltered ? (
            <EmptyState
              icon={SearchX}
              title="Nothing matches"
              action={<Button onClick={() => navigate({ search: {}, replace: true })}>Clear the filters</Button>}
            >
              No entry is by this person, of this kind and in this time.
            </EmptyState>
          ) : (
            <EmptyState icon={ScrollText} title="Nothing has happened yet">
              Changes to people, projects and settings are written here as they are made.
            </EmptyState>
          )}
        </Card>
      </div>
    </Page>
  )
}

const actionChoices = knownActions.map((action) => {
  const words = actionWords(action)
  return { value: action, label: words.charAt(0).toUpperCase() + words.slice(1) }
})

interface PersonSelectProps {
  value: string | undefined
  onChange: (id: string | undefined) => void
}

function PersonSelect({ value, onChange }: PersonSelectProps) {
  const { key } = useMe()
  const people = useQuery(membersQuery(key, { per_page: 100 }))
  const choices = (people.data?.items ?? []).map(({ id, full_name, email }) => ({
    value: id,
    label: full_name || email,
  }))
  if (value && !choices.some((choice) => choice.value === value)) choices.push({ value, label: 'Another person' })
  return (
    <Select
      label="Person"
      value={value ?? 'all'}
      onChange={(id) => onChange(id === 'all' ? undefined : id)}
      choices={[{ value: 'all', label: 'Anybody' }, ...choices]}
      className="md:w-44!"
    />
  )
}

interface DayInputProps {
  label: string
  value: string | undefined
  onChange: (day: string | undefined) => void
}

function DayInput({ label, value, onChange }: DayInputProps) {
  const id = useId()
  return (
    <label htmlFor={id} className="flex gap-x-2 max-md:min-w-0 max-md:flex-col md:items-center">
      <span className="text-sm text-muted">{label}</span>
      <Input
        id={id}
        type="date"
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value || undefined)}
        className="md:w-36!"
      />
    </label>
  )
}

interface ChainResultProps {
  check: { data: ChainReport | undefined; error: Error | null }
}

function ChainResult({ check }: ChainResultProps) {
  const number = useLocaleNumber()
  if (check.error) return <Banner tone="danger">The chain could not be checked. {check.error.message}</Banner>
  if (!check.data) return null
  if (check.data.valid) {
    return (
      <Banner tone="success">The chain holds: {number(check.data.checked)} entries, none changed or missing.</Banner>
    )
  }
  return (
    <Banner tone="danger" title="The chain is broken">
      {check.data.broken && `Entry ${number(check.data.broken.seq)} does not fit: ${check.data.broken.reason}. `}
      Somebody wrote to the database past the application. Tell whoever runs it.
    </Banner>
  )
}

const columns: Column<AuditEvent>[] = [
  {
    key: 'what',
    head: 'Entry',
    className: 'w-full max-w-0',
    cell: (event) => (
      <div className="flex items-center gap-3 py-1">
        <Avatar name={actorName(event)} />
        <div className="min-w-0">
          <div className="md:truncate">
            <span className="font-medium">{actorName(event)}</span>{' '}
            <span className="text-muted">{actionWords(event.action)}</span>
            {subjectOf(event) && <span className="text-muted">: {subjectOf(event)}</span>}
          </div>
          <div className="truncate text-xs text-faint leading-tight">
            <span className="md:hidden">
              <RelativeTime at={event.at} /> ·{' '}
            </span>
            <span className="font-mono">
              {event.action}
              {event.ip && <span className="max-md:hidden"> · {event.ip}</span>}
            </span>
          </div>
        </div>
      </div>
    ),
  },
  {
    key: 'target',
    head: 'Target',
    wide: true,
    cell: (event) =>
      event.target ? (
        <CopyId id={event.target.id} label={`${event.target.type} id`} short />
      ) : (
        <span className="text-faint">–</span>
      ),
  },
  {
    key: 'when',
    head: 'When',
    wide: true,
    align: 'end',
    className: 'text-muted whitespace-nowrap',
    cell: (event) => <RelativeTime at={event.at} />,
  },
]
