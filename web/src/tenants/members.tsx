import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { SearchX, UserPlus } from 'lucide-react'
import type { Member, MemberStatus, Role } from '../api/contract.ts'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { oneOf } from '../frame/search-params.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { SearchInput } from '../ui/input.tsx'
import { LocalDate, RelativeTime } from '../ui/relative-time.tsx'
import { Select } from '../ui/select.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { type Column, Pagination, Table } from '../ui/table.tsx'
import { Tab, Tabs } from '../ui/tabs.tsx'
import { Tooltip } from '../ui/tooltip.tsx'
import { invitationsQuery, membersQuery, perPage } from './data.ts'
import { Invitations } from './invitations.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { MemberActions, MemberRole } from './member-actions.tsx'
import { roleChoices } from './roles.ts'
import { memberSorts } from './sorts.ts'

const route = getRouteApi('/t/$tenant/members')

export function MembersPage() {
  const { key, me, can } = useMe()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const mayInvite = can('members.invite')
  const invitations = useQuery({ ...invitationsQuery(key), enabled: mayInvite })
  const pending = invitations.data?.total
  const openInvite = (open: boolean) => navigate({ search: { ...search, invite: open || undefined }, replace: true })

  return (
    <Page
      title="Members"
      purpose={`Who belongs to ${me.tenant?.name ?? 'this organisation'}, and what they may do.`}
      action={
        <Tooltip text={mayInvite ? '' : 'Only admins and owners can invite people.'} side="bottom">
          <span className="inline-flex">
            <Button look="primary" icon={UserPlus} disabled={!mayInvite} onClick={() => openInvite(true)}>
              Invite people
            </Button>
          </span>
        </Tooltip>
      }
    >
      {mayInvite ? (
        <Tabs
          label="People"
          value={search.tab ?? 'members'}
          onChange={(tab) => navigate({ search: { tab: tab === 'members' ? undefined : tab } })}
          tabs={[
            { value: 'members', label: 'Members' },
            { value: 'invitations', label: 'Invitations', count: pending || undefined },
          ]}
        >
          <Tab value="members">
            <MemberList />
          </Tab>
          <Tab value="invitations">
            <Invitations onInvite={() => openInvite(true)} />
          </Tab>
        </Tabs>
      ) : (
        <MemberList />
      )}
      {search.invite && mayInvite && <InviteDialog onClose={() => openInvite(false)} />}
    </Page>
  )
}

function MemberList() {
  const { key, me } = useMe()
  const { search, role, status, sort, page } = route.useSearch()
  const navigate = route.useNavigate()
  const filter = { search, role, status, sort, page }
  const list = useQuery(membersQuery(key, filter))
  const refine = (change: Partial<typeof filter>) =>
    navigate({ search: { ...filter, page: undefined, ...change }, replace: true })

  return (
    <div className="flex flex-col gap-3">
      <div className="flex gap-2 max-md:flex-wrap">
        <SearchInput
          label="Search by name or e-mail"
          value={search ?? ''}
          onSearch={(text) => refine({ search: text || undefined })}
          className="min-w-0 flex-1 max-md:basis-full md:max-w-72"
        />
        <Select
          label="Role"
          value={role ?? 'all'}
          onChange={(next) => refine({ role: next === 'all' ? undefined : (next as Role) })}
          choices={[{ value: 'all', label: 'Any role' }, ...roleChoices.map(({ value, label }) => ({ value, label }))]}
          className="w-32! max-md:flex-1"
        />
        <Select
          label="Status"
          value={status ?? 'all'}
          onChange={(next) => refine({ status: next === 'all' ? undefined : (next as MemberStatus) })}
          choices={[
            { value: 'all', label: 'Any status' },
            { value: 'active', label: 'Active' },
            { value: 'deactivated', label: 'Deactivated' },
          ]}
          className="w-36! max-md:flex-1"
        />
      </div>
      <Card
        flush
        foot={
          list.data && list.data.total > 0 ? (
            <Pagination
              page={list.data.page}
              pages={list.data.pages}
              perPage={perPage}
              total={list.data.total}
              noun={list.data.total === 1 ? 'person' : 'people'}
              onPage={(next) => navigate({ search: { ...filter, page: next > 1 ? next : undefined } })}
            />
          ) : undefined
        }
      >
        {list.isError ? (
          <ErrorState title="The members could not be loaded" error={list.error} onRetry={() => list.refetch()} />
        ) : list.isPending || list.data.items.length > 0 ? (
          <Table
            caption="Members"
            columns={columns(me.user.id)}
            rows={list.data?.items}
            rowKey={(member) => member.id}
            expected={5}
            tall
            sort={sort ?? 'name'}
            onSort={(next) => refine({ sort: next === 'name' ? undefined : oneOf(next, memberSorts) })}
            dim={list.isPlaceholderData}
          />
        ) : (
          <EmptyState
            icon={SearchX}
            title="Nobody matches"
            action={
              <Button onClick={() => refine({ search: undefined, role: undefined, status: undefined })}>
                Clear the filters
              </Button>
            }
          >
            No member has this name, role and status.
          </EmptyState>
        )}
      </Card>
    </div>
  )
}

function columns(own: string): Column<Member>[] {
  return [
    {
      key: 'person',
      head: 'Name',
      sort: 'name',
      className: 'w-full max-w-0',
      cell: (member) => (
        <div className="flex items-center gap-3 py-1">
          <Avatar name={member.full_name || member.email} />
          <div className="min-w-0">
            <div className="flex items-center gap-2 leading-tight max-md:flex-wrap max-md:gap-y-0.5">
              <span className="truncate font-medium">{member.full_name || member.email}</span>
              {member.id === own && <Badge>You</Badge>}
              {member.status === 'deactivated' && <Badge tone="warning">Deactivated</Badge>}
            </div>
            <div className="truncate text-xs text-faint">{member.email}</div>
          </div>
        </div>
      ),
    },
    { key: 'role', head: 'Role', sort: 'role', cell: (member) => <MemberRole member={member} /> },
    {
      key: 'active',
      head: 'Last active',
      wide: true,
      className: 'text-muted pr-4!',
      cell: (member) =>
        member.last_active_at ? <RelativeTime at={member.last_active_at} /> : <span className="text-faint">Never</span>,
    },
    {
      key: 'joined',
      head: 'Joined',
      sort: 'joined_at',
      wide: true,
      className: 'text-muted pr-4!',
      cell: (member) => <LocalDate at={member.joined_at} />,
    },
    {
      key: 'actions',
      head: 'Actions',
      hideHead: true,
      align: 'end',
      className: 'w-12 pr-2!',
      cell: (member) => <MemberActions member={member} />,
    },
  ]
}
