import type { Role } from '#access'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

/** Two processes that start at once must not both plant the demo. Held until the transaction ends. */
export async function lockSeeding(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('plinth.demo', 0))`.execute(tx)
}

export async function isEmpty(tx: Tx): Promise<boolean> {
  return (await tx.selectFrom('users').select('id').limit(1).executeTakeFirst()) === undefined
}

export async function insertPerson(
  tx: Tx,
  person: {
    id: string
    email: string
    full_name: string
    password_hash: string
    platform_role: 'staff' | null
    created_at: Date
  },
): Promise<void> {
  await tx
    .insertInto('users')
    .values({ ...person, email_verified_at: person.created_at, updated_at: person.created_at })
    .execute()
}

export async function insertTenant(tx: Tx, tenant: { id: string; slug: string; name: string; created_at: Date }) {
  await tx
    .insertInto('tenants')
    .values({ ...tenant, updated_at: tenant.created_at })
    .execute()
}

export async function insertMembership(
  tx: Tx,
  membership: { tenant_id: string; user_id: string; role: Role; joined_at: Date; last_active_at: Date },
): Promise<void> {
  await tx.insertInto('memberships').values(membership).execute()
}

export async function insertProject(
  tx: Tx,
  project: {
    tenant_id: string
    id: string
    name: string
    description: string
    status: 'active' | 'paused' | 'archived'
    created_by: string
    created_at: Date
    updated_at: Date
  },
): Promise<void> {
  await tx.insertInto('projects').values(project).execute()
}

export async function findTenant(tx: Tx, slug: string): Promise<string | undefined> {
  return (await tx.selectFrom('tenants').select('id').where('slug', '=', slug).executeTakeFirst())?.id
}

export async function insertUsage(
  tx: Tx,
  tenantId: string,
  { metric, quantity, at }: { metric: string; quantity: number; at: Date },
): Promise<void> {
  await tx
    .insertInto('usage_daily')
    .values({ tenant_id: tenantId, metric, day: sql`timezone('UTC', ${at}::timestamptz)::date`, quantity })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
