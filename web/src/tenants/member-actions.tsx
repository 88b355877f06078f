import { Ellipsis, UserCheck, UserX } from 'lucide-react'
import { useState } from 'react'
import type { Member, Role } from '../api/contract.ts'
import { wordsOf } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { useMe } from '../auth/me.tsx'
import { IconButton } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { Select } from '../ui/select.tsx'
import { toast } from '../ui/toast.tsx'
import { Tooltip } from '../ui/tooltip.tsx'
import { membersChanged } from './data.ts'
import { grantable, outranks, roleLabel } from './roles.ts'

interface MemberProps {
  member: Member
}

export function MemberRole({ member }: MemberProps) {
  const { key, me, api, can } = useMe()
  const [chosen, setChosen] = useState<Role>()
  const name = member.full_name || member.email
  const isSelf = member.id === me.user.id
  const refusal = !can('members.change_role')
    ? 'Only admins and owners change roles.'
    : member.status !== 'active'
      ? 'Reactivate this person first.'
      : !outranks(me.role, member.role)
        ? 'Only owners change the role of an owner.'
        : ''

  async function change(role: Role, undoable: boolean) {
    const before = member.role
    setChosen(role)
    try {
      await api.PATCH('/users/{id}/role', { params: { path: { id: member.id } }, body: { role } })
      if (isSelf) await queryClient.invalidateQueries({ queryKey: [key, 'me'] })
      toast.done(
        `${isSelf ? 'You are' : `${name} is`} now ${roleLabel(role).toLowerCase()}.`,
        undoable && !isSelf ? () => change(before, false) : undefined,
      )
    } catch (error) {
      toast.failed(wordsOf(error))
    } finally {
      await membersChanged(key)
      setChosen(undefined)
    }
  }

  if (refusal) {
    return (
      <Tooltip text={refusal}>
        <span className="text-muted">{roleLabel(member.role)}</span>
      </Tooltip>
    )
  }
  return (
    <Select
      look="quiet"
      label={`Role of ${name}`}
      value={chosen ?? member.role}
      onChange={(role) => role !== member.role && change(role, true)}
      choices={grantable(me.role)}
    />
  )
}

export function MemberActions({ member }: MemberProps) {
  const { key, me, api, can } = useMe()
  const [asking, setAsking] = useState(false)
  const [pending, setPending] = useState(false)
  const name = member.full_name || member.email
  const path = { id: member.id }
  const isSelf = member.id === me.user.id

  async function reactivate() {
    try {
      await api.POST('/users/{id}/reactivate', { params: { path } })
      await membersChanged(key)
      toast.done(`${name} can sign in again.`)
    } catch (error) {
      toast.failed(wordsOf(error))
    }
  }

  async function deactivate() {
    setPending(true)
    try {
      await api.DELETE('/users/{id}', { params: { path } })
      setAsking(false)
      await membersChanged(key)
      toast.done(`${name} no longer has access.`, reactivate)
    } catch (error) {
      toast.failed(wordsOf(error))
    } finally {
      setPending(false)
    }
  }

  const mayAct = outranks(me.role, member.role) && !isSelf
  if (member.status === 'deactivated') {
    if (!can('members.reactivate') || !mayAct) return null
    return (
      <Menu trigger={<IconButton icon={Ellipsis} label={`Actions for ${name}`} />}>
        <MenuItem icon={UserCheck} onSelect={reactivate}>
          Reactivate
        </MenuItem>
      </Menu>
    )
  }
  if (!can('members.deactivate') || !mayAct) return null
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={`Actions for ${name}`} />}>
        <MenuItem icon={UserX} danger onSelect={() => setAsking(true)}>
          Deactivate
        </MenuItem>
      </Menu>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Deactivate ${name}?`}
        consequence={`They lose access to ${me.tenant?.name} at once, on every device. What they made stays, and you can reactivate them at any time.`}
        action="Deactivate"
        danger
        pending={pending}
        onConfirm={deactivate}
      />
    </>
  )
}
