/** The people of a tenant: their roles, leaving and coming back. A tenant always keeps one active owner. */
import { authorize, canGrant, type Role, type TenantScope } from '#access'
import { recordAudit } from '#audit'
import type { Clock } from '#platform/clock.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import type { PageWindow } from '#platform/db/page.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { claimSeat } from './allowance/limits.ts'
import { tellMembersChanged } from './news.ts'
import { findMember, listMembers, lockMember, type Member, updateMembership } from './queries.ts'

interface Context {
  db: Database
  clock: Clock
}

export type MemberFilter = Parameters<typeof listMembers>[2]

export function membersOf(db: Database, scope: TenantScope, filter: MemberFilter, window: PageWindow) {
  authorize(scope, 'members.read')
  return inTenant(db, scope, (tx) => listMembers(tx, scope.tenantId, filter, window))
}

export function readMember(db: Database, scope: TenantScope, userId: string): Promise<Member> {
  authorize(scope, 'members.read')
  return inTenant(db, scope, async (tx) => found(await findMember(tx, scope.tenantId, userId)))
}

export function changeRole(db: Database, scope: TenantScope, userId: string, role: Role): Promise<Member> {
  authorize(scope, 'members.change_role')
  if (!canGrant(scope.role, role)) {
    throw new Refusal(403, 'FORBIDDEN', `Your role (${scope.role}) cannot grant the role ${role}.`)
  }
  return keepingAnOwner(() =>
    inTenant(db, scope, async (tx) => {
      const member = await lockSubordinate(tx, scope, userId)
      await updateMembership(tx, scope.tenantId, userId, { role })
      await recordAudit(tx, scope, {
        action: 'member.role_changed',
        target: { type: 'user', id: userId },
        details: { from: member.role, to: role },
      })
      return { ...member, role }
    }),
  )
}

/** Their next request in this tenant is refused; what they made stays, and they can be brought back. */
export async function deactivateMember({ db, clock }: Context, scope: TenantScope, userId: string): Promise<void> {
  authorize(scope, 'members.deactivate')
  await keepingAnOwner(() =>
    inTenant(db, scope, async (tx) => {
      const member = await lockSubordinate(tx, scope, userId)
      if (member.status === 'deactivated') return
      await updateMembership(tx, scope.tenantId, userId, { status: 'deactivated' })
      await tellMembersChanged(tx, scope.tenantId, clock.now())
      await recordAudit(tx, scope, { action: 'member.deactivated', target: { type: 'user', id: userId } })
    }),
  )
}

export function reactivateMember({ db, clock }: Context, scope: TenantScope, userId: string): Promise<Member> {
  authorize(scope, 'members.reactivate')
  return inTenant(db, scope, async (tx) => {
    const member = await lockSubordinate(tx, scope, userId)
    if (member.status === 'active') return member
    await claimSeat(tx, scope.tenantId)
    await updateMembership(tx, scope.tenantId, userId, { status: 'active' })
    await tellMembersChanged(tx, scope.tenantId, clock.now())
    await recordAudit(tx, scope, { action: 'member.reactivated', target: { type: 'user', id: userId } })
    return { ...member, status: 'active' as const }
  })
}

/** A member whom the caller may act on: nobody acts on somebody above them. */
async function lockSubordinate(tx: Tx, scope: TenantScope, userId: string): Promise<Member> {
  const member = found(await lockMember(tx, scope.tenantId, userId))
  if (!canGrant(scope.role, member.role)) {
    throw new Refusal(403, 'FORBIDDEN', `Only owners may change an owner, and you are ${scope.role}.`)
  }
  return member
}

function found(member: Member | undefined): Member {
  if (!member) throw new Refusal(404, 'NOT_FOUND', 'There is no such member.')
  return member
}

/** The database decides at commit, on every path at once; here its word becomes ours. */
async function keepingAnOwner<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'tenant_keeps_an_owner') throw error
    throw new Refusal(
      409,
      'LAST_OWNER',
      'An organisation keeps at least one active owner. Make somebody else owner first.',
    )
  }
}
