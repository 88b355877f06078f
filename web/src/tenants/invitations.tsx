import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Ellipsis, MailPlus, SearchX, Send, X } from 'lucide-react'
import { useState } from 'react'
import type { Invitation } from '../api/contract.ts'
import { wordsOf } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { SearchInput } from '../ui/input.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { type Column, Pagination, Table } from '../ui/table.tsx'
import { toast } from '../ui/toast.tsx'
import { invitationsQuery, membersChanged, perPage } from './data.ts'
import { roleLabel } from './roles.ts'

const route = getRouteApi('/t/$tenant/members')

export function Invitations({ onInvite }: { onInvite: () => void }) {
  const { key } = useMe()
  const { search, page } = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(invitationsQuery(key, { search, page }))

  if (list.data?.total === 0 && !search) {
    return (
      <Card flush>
        <EmptyState
          icon={MailPlus}
          title="No open invitations"
          action={
            <Button look="primary" onClick={onInvite}>
              Invite people
            </Button>
          }
        >
          Whoever you invite gets a mail with a link. Until they use it, they are listed here.
        </EmptyState>
      </Card>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      <SearchInput
        label="Search by e-mail"
        value={search ?? ''}
        onSearch={(text) => navigate({ search: { tab: 'invitations', search: text || undefined }, replace: true })}
        className="md:w-72"
      />
      <Card
        flush
        foot={
          list.data && list.data.total > 0 ? (
            <Pagination
              page={list.data.page}
              pages={list.data.pages}
              perPage={perPage}
              total={list.data.total}
              noun={list.data.total === 1 ? 'invitation' : 'invitations'}
              onPage={(next) => navigate({ search: { tab: 'invitations', search, page: next > 1 ? next : undefined } })}
            />
          ) : undefined
        }
      >
        {list.isError ? (
          <ErrorState title="The invitations could not be loaded" error={list.error} onRetry={() => list.refetch()} />
        ) : list.isPending || list.data.items.length > 0 ? (
          <Table
            caption="Open invitations"
            columns={columns}
            rows={list.data?.items}
            rowKey={(invitation) => invitation.id}
            expected={3}
            dim={list.isPlaceholderData}
          />
        ) : (
          <EmptyState
            icon={SearchX}
            title="Nobody matches"
            action={
              <Button onClick={() => navigate({ search: { tab: 'invitations' }, replace: true })}>
                Clear the search
              </Button>
            }
          >
            No open invitation went to such an address.
          </EmptyState>
        )}
      </Card>
    </div>
  )
}

const columns: Column<Invitation>[] = [
  {
    key: 'email',
    head: 'E-mail',
    className: 'w-full max-w-0',
    cell: (invitation) => (
      <div className="py-1">
        <div className="truncate font-medium leading-tight">{invitation.email}</div>
        <div className="text-xs text-faint md:hidden">
          <Expiry invitation={invitation} />
        </div>
      </div>
    ),
  },
  { key: 'role', head: 'Role', className: 'text-muted pr-6!', cell: (invitation) => roleLabel(invitation.role) },
  {
    key: 'expires',
    head: 'State',
    wide: true,
    className: 'text-muted pr-4! whitespace-nowrap',
    cell: (invitation) => <Expiry invitation={invitation} />,
  },
  {
    key: 'actions',
    head: 'Actions',
    hideHead: true,
    align: 'end',
    className: 'w-12 pr-2!',
    cell: (invitation) => <InvitationActions invitation={invitation} />,
  },
]

function Expiry({ invitation }: { invitation: Invitation }) {
  if (invitation.status === 'expired') return <Badge tone="warning">Expired</Badge>
  return (
    <>
      Expires <RelativeTime at={invitation.expires_at} />
    </>
  )
}

function InvitationActions({ invitation }: { invitation: Invitation }) {
  const { key, api } = useMe()
  const [asking, setAsking] = useState(false)
  const [pending, setPending] = useState(false)
  const path = { id: invitation.id }

  async function resend() {
    try {
      await api.POST('/invitations/{id}/resend', { params: { path } })
      await membersChanged(key)
      toast.done(`Sent a new link to ${invitation.email}. The old one no longer works.`)
    } catch (error) {
      toast.failed(wordsOf(error))
    }
  }

  async function revoke() {
    setPending(true)
    try {
      await api.DELETE('/invitations/{id}', { params: { path } })
      setAsking(false)
      await membersChanged(key)
      toast.done(`The invitation of ${invitation.email} is withdrawn.`)
    } catch (error) {
      toast.failed(wordsOf(error))
    } finally {
      setPending(false)
    }
  }

  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={`Actions for ${invitation.email}`} />}>
        <MenuItem icon={Send} onSelect={resend}>
          Send again
        </MenuItem>
        <MenuItem icon={X} danger onSelect={() => setAsking(true)}>
          Withdraw
        </MenuItem>
      </Menu>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Withdraw the invitation of ${invitation.email}?`}
        consequence="The link in their mail stops working at once. You can invite them again at any time."
        action="Withdraw"
        danger
        pending={pending}
        onConfirm={revoke}
      />
    </>
  )
}
