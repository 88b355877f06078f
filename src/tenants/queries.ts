import type { Role } from '#access'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { likePattern, type PageWindow } from '#platform/db/page.ts'
import type { Access } from './allowance/queries.ts'

// The two checks of a credential are plain SQL: they run with every request.

export interface CheckedMember {
  authenticated_at: Date
  user_status: string | null
  role: Role | null
  membership_status: string | null
  tenant_deleted_at: Date | null
  access: Access | null
  grace_until: Date | null
  features: string[] | null
}

/** Parameters: session, user, tenant, now. No row: the session has ended. Runs as that tenant. */
export const CHECK_MEMBER = `
  select s.authenticated_at, u.status as user_status, m.role, m.status as membership_status,
         t.deleted_at as tenant_deleted_at, e.access, e.grace_until, e.features
  from sessions s
  left join memberships m on m.tenant_id = $3 and m.user_id = s.user_id
  left join tenants t on t.id = m.tenant_id
  left join tenant_entitlements e on e.tenant_id = m.tenant_id
  left join users u on u.id = s.user_id
  where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $4`

export interface MembershipOfPerson {
  tenant_id: string
  slug: string
  name: string
  role: Role
  status: 'active' | 'deactivated'
}

export interface CheckedPerson {
  authenticated_at: Date
  id: string
  email: string
  full_name: string
  email_verified_at: Date | null
  created_at: Date
  memberships: MembershipOfPerson[]
}

/** Parameters: session, user, now. No row: the session has ended or the person is suspended. Runs as that person. */
export const CHECK_PERSON = `
  select s.authenticated_at, u.id, u.email, u.full_name, u.email_verified_at, u.created_at,
         (select coalesce(json_agg(json_build_object('tenant_id', t.id, 'slug', t.slug, 'name', t.name, 'role', m.role,
                 'status', m.status) order by t.name, t.id), '[]')
          from memberships m join tenants t on t.id = m.tenant_id
          where m.user_id = $2 and t.deleted_at is null) as memberships
  from sessions s
  join users u on u.id = s.user_id
  where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $3 and u.status = 'active'`

// Tenants

const tenantColumns = ['id', 'slug', 'name', 'settings', 'version', 'created_at', 'updated_at'] as const

export interface Tenant {
  id: string
  slug: string
  name: string
  settings: Record<string, unknown>
  version: number
  created_at: Date
  updated_at: Date
}

/** `undefined` when the slug is taken. */
export function insertTenant(tx: Tx, tenant: { id: string; slug: string; name: string; now: Date }) {
  const { now, ...columns } = tenant
  return tx
    .insertInto('tenants')
    .values({ ...columns, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returning(tenantColumns)
    .executeTakeFirst() as Promise<Tenant | undefined>
}

export function getTenant(tx: Tx, tenantId: string): Promise<Tenant> {
  return tx
    .selectFrom('tenants')
    .select(tenantColumns)
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow() as Promise<Tenant>
}

/** Two edits of one version must not both succeed, so the row is locked before its version is compared. */
export function lockTenant(tx: Tx, tenantId: string): Promise<Tenant> {
  return tx
    .selectFrom('tenants')
    .select(tenantColumns)
    .where('id', '=', tenantId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow() as Promise<Tenant>
}

export function updateTenant(
  tx: Tx,
  tenantId: string,
  changes: { slug?: string; name?: string; settings?: Record<string, unknown> },
  now: Date,
): Promise<Tenant> {
  const { settings, ...columns } = changes
  return tx
    .updateTable('tenants')
    .set({
      ...columns,
      ...(settings ? { settings: JSON.stringify(settings) } : {}),
      version: sql<number>`version + 1`,
      updated_at: now,
    })
    .where('id', '=', tenantId)
    .returning(tenantColumns)
    .executeTakeFirstOrThrow() as Promise<Tenant>
}

export interface TenantOfPerson {
  id: string
  slug: string
  name: string
  role: Role
  status: 'active' | 'deactivated'
}

/** The named tenant, or the last used one, or the one they joined first. Deleted tenants are as if they never were. */
export function findTenantOfPerson(
  tx: Tx,
  userId: string,
  by: { slug: string } | { preferredId: string | null },
): Promise<TenantOfPerson | undefined> {
  let query = tx
    .selectFrom('memberships as m')
    .innerJoin('tenants as t', 't.id', 'm.tenant_id')
    .select(['t.id', 't.slug', 't.name', 'm.role', 'm.status'])
    .where('m.user_id', '=', userId)
    .where('t.deleted_at', 'is', null)
  query =
    'slug' in by
      ? query.where('t.slug', '=', by.slug)
      : query
          .where('m.status', '=', 'active')
          .orderBy(sql`t.id is not distinct from ${by.preferredId}::uuid`, 'desc')
          .orderBy('m.joined_at')
  return query.limit(1).executeTakeFirst() as Promise<TenantOfPerson | undefined>
}

// Members

export interface Member {
  id: string
  email: string
  full_name: string
  role: Role
  status: 'active' | 'deactivated'
  joined_at: Date
  last_active_at: Date | null
}

function selectMembers(tx: Tx, tenantId: string) {
  return tx
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .where('m.tenant_id', '=', tenantId)
}

const memberColumns = [
  'u.id',
  'u.email',
  'u.full_name',
  'm.role',
  'm.status',
  'm.joined_at',
  'm.last_active_at',
] as const

export const memberSorts = { name: 'u.full_name', email: 'u.email', role: 'm.role', joined_at: 'm.joined_at' } as const

export async function listMembers(
  tx: Tx,
  tenantId: string,
  filter: {
    search?: string | undefined
    role?: Role | undefined
    status?: 'active' | 'deactivated' | undefined
    sort: keyof typeof memberSorts
    descending: boolean
  },
  window: PageWindow,
): Promise<{ items: Member[]; total: number }> {
  let query = selectMembers(tx, tenantId)
  if (filter.search) {
    const pattern = likePattern(filter.search)
    query = query.where((eb) => eb.or([eb('u.full_name', 'ilike', pattern), eb('u.email', 'ilike', pattern)]))
  }
  if (filter.role) query = query.where('m.role', '=', filter.role)
  if (filter.status) query = query.where('m.status', '=', filter.status)
  const items = await query
    .select(memberColumns)
    .orderBy(memberSorts[filter.sort], filter.descending ? 'desc' : 'asc')
    .orderBy('u.id')
    .limit(window.limit)
    .offset(window.offset)
    .execute()
  const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: items as Member[], total }
}

export function findMember(tx: Tx, tenantId: string, userId: string): Promise<Member | undefined> {
  return selectMembers(tx, tenantId)
    .select(memberColumns)
    .where('m.user_id', '=', userId)
    .executeTakeFirst() as Promise<Member | undefined>
}

/** Locked, so that two changes of one person's role are made one after the other, each seeing the other's outcome. */
export function lockMember(tx: Tx, tenantId: string, userId: string): Promise<Member | undefined> {
  return selectMembers(tx, tenantId)
    .select(memberColumns)
    .where('m.user_id', '=', userId)
    .forNoKeyUpdate('m')
    .executeTakeFirst() as Promise<Member | undefined>
}

export function findMemberByEmail(tx: Tx, tenantId: string, email: string): Promise<Member | undefined> {
  return selectMembers(tx, tenantId).select(memberColumns).where('u.email', '=', email).executeTakeFirst() as Promise<
    Member | undefined
  >
}

export async function updateMembership(
  tx: Tx,
  tenantId: string,
  userId: string,
  changes: { role?: Role; status?: 'active' | 'deactivated' },
): Promise<void> {
  await tx
    .updateTable('memberships')
    .set(changes)
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .execute()
}

/** Joining again after a deactivation brings the membership back in the new role. */
export async function upsertMembership(
  tx: Tx,
  membership: { tenant_id: string; user_id: string; role: Role; now: Date },
): Promise<void> {
  const { now, ...columns } = membership
  await tx
    .insertInto('memberships')
    .values({ ...columns, joined_at: now, last_active_at: now })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'user_id']).doUpdateSet({ role: columns.role, status: 'active' }),
    )
    .execute()
}

export async function touchMembership(tx: Tx, tenantId: string, userId: string, now: Date): Promise<void> {
  await tx
    .updateTable('memberships')
    .set({ last_active_at: now })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .execute()
}

export async function countActiveMembers(tx: Tx, tenantId: string): Promise<number> {
  const row = await tx
    .selectFrom('memberships')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'active')
    .executeTakeFirstOrThrow()
  return row.count
}
