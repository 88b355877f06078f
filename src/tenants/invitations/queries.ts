import type { Role } from '#access'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { likePattern, type PageWindow } from '#platform/db/page.ts'

export interface Invitation {
  id: string
  email: string
  full_name: string | null
  role: Role
  status: 'pending' | 'accepted' | 'revoked'
  created_at: Date
  expires_at: Date
}

const columns = ['id', 'email', 'full_name', 'role', 'status', 'created_at', 'expires_at'] as const

export function insertInvitation(
  tx: Tx,
  invitation: {
    tenant_id: string
    id: string
    email: string
    full_name: string | null
    role: Role
    token_hash: Buffer
    invited_by: string
    created_at: Date
    expires_at: Date
  },
): Promise<Invitation | undefined> {
  return (
    tx
      .insertInto('invitations')
      .values(invitation)
      // A literal: PostgreSQL recognises the partial index only when the plan can see the value.
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'email']).where('status', '=', sql.lit('pending')).doNothing(),
      )
      .returning(columns)
      .executeTakeFirst() as Promise<Invitation | undefined>
  )
}

/** An expired invitation still counts as pending for the database; it makes room for a new one. */
export async function revokeExpired(tx: Tx, tenantId: string, email: string, now: Date): Promise<void> {
  await tx
    .updateTable('invitations')
    .set({ status: 'revoked', settled_at: now })
    .where('tenant_id', '=', tenantId)
    .where('email', '=', email)
    .where('status', '=', 'pending')
    .where('expires_at', '<=', now)
    .execute()
}

export async function listPending(
  tx: Tx,
  tenantId: string,
  search: string | undefined,
  window: PageWindow,
): Promise<{ items: Invitation[]; total: number }> {
  let query = tx.selectFrom('invitations').where('tenant_id', '=', tenantId).where('status', '=', 'pending')
  if (search) query = query.where('email', 'ilike', likePattern(search))
  const items = await query
    .select(columns)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(window.limit)
    .offset(window.offset)
    .execute()
  const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: items as Invitation[], total }
}

/** Locked, because a revocation, a renewal and an acceptance may meet. */
export function lockPending(tx: Tx, tenantId: string, id: string): Promise<Invitation | undefined> {
  return tx
    .selectFrom('invitations')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .forNoKeyUpdate()
    .executeTakeFirst() as Promise<Invitation | undefined>
}

export function renew(
  tx: Tx,
  tenantId: string,
  id: string,
  changes: { token_hash: Buffer; expires_at: Date; invited_by: string },
): Promise<Invitation> {
  return tx
    .updateTable('invitations')
    .set(changes)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow() as Promise<Invitation>
}

export async function settle(tx: Tx, tenantId: string, id: string, status: 'accepted' | 'revoked', now: Date) {
  await tx
    .updateTable('invitations')
    .set({ status, settled_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

export interface InvitationByToken extends Invitation {
  tenant_id: string
  tenant_name: string
  tenant_slug: string
  inviter_role: Role
  inviter_status: 'active' | 'deactivated'
  account_id: string | null
}

/**
 * Finds an invitation by its link, whatever became of it. Runs as system: until the link is found no tenant is known.
 * With `lock`, of two acceptances at once the second waits and then sees that it came too late.
 */
export function findByToken(tx: Tx, tokenHash: Buffer, { lock }: { lock: boolean }) {
  const query = tx
    .selectFrom('invitations as i')
    .innerJoin('tenants as t', 't.id', 'i.tenant_id')
    .innerJoin('memberships as inviter', (join) =>
      join.onRef('inviter.tenant_id', '=', 'i.tenant_id').onRef('inviter.user_id', '=', 'i.invited_by'),
    )
    .leftJoin('users as account', 'account.email', 'i.email')
    .select([
      'i.id',
      'i.email',
      'i.full_name',
      'i.role',
      'i.status',
      'i.created_at',
      'i.expires_at',
      'i.tenant_id',
      't.name as tenant_name',
      't.slug as tenant_slug',
      'inviter.role as inviter_role',
      'inviter.status as inviter_status',
      'account.id as account_id',
    ])
    .where('i.token_hash', '=', tokenHash)
    .where('t.deleted_at', 'is', null)
  return (lock ? query.forNoKeyUpdate('i') : query).executeTakeFirst() as Promise<InvitationByToken | undefined>
}

export async function countInvitationsSince(tx: Tx, tenantId: string, since: Date): Promise<number> {
  const row = await tx
    .selectFrom('invitations')
    .select(sql<number>`count(*)`.as('count'))
    .where('tenant_id', '=', tenantId)
    .where('created_at', '>', since)
    .executeTakeFirstOrThrow()
  return row.count
}
