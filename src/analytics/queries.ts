import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export interface Bucket {
  /** The day, or the first day of the month. */
  date: string
  value: number
}

// Each reads one range of one index that begins with the tenant. Months and days are those of UTC.

export async function projectsCreatedByMonth(tx: Tx, tenantId: string, from: string): Promise<Bucket[]> {
  const { rows } = await sql<Bucket>`
    select to_char(timezone('UTC', created_at), 'YYYY-MM-01') as date, count(*) as value
    from projects
    where tenant_id = ${tenantId} and created_at >= timezone('UTC', ${from}::date::timestamp)
    group by 1
  `.execute(tx)
  return rows
}

/** Members who are there today; who left is no longer counted. */
export async function membersJoinedByMonth(tx: Tx, tenantId: string, from: string): Promise<Bucket[]> {
  const { rows } = await sql<Bucket>`
    select to_char(timezone('UTC', joined_at), 'YYYY-MM-01') as date, count(*) as value
    from memberships
    where tenant_id = ${tenantId} and status = 'active' and joined_at >= timezone('UTC', ${from}::date::timestamp)
    group by 1
  `.execute(tx)
  return rows
}

export async function eventsByDay(tx: Tx, tenantId: string, from: string): Promise<Bucket[]> {
  const { rows } = await sql<Bucket>`
    select to_char(timezone('UTC', at), 'YYYY-MM-DD') as date, count(*) as value
    from audit_events
    where tenant_id = ${tenantId} and at >= timezone('UTC', ${from}::date::timestamp) and result = 'success'
    group by 1
  `.execute(tx)
  return rows
}

export interface Totals {
  projects: number
  active_projects: number
  active_members: number
  /** Members who did something since the given day. */
  people_at_work: number
}

export async function countTotals(tx: Tx, tenantId: string, since: string): Promise<Totals> {
  const { rows } = await sql<Totals>`
    select p.projects, p.active_projects, m.active_members, e.people_at_work
    from (
      select count(*) as projects, count(*) filter (where status = 'active') as active_projects
      from projects where tenant_id = ${tenantId}
    ) p, (
      select count(*) as active_members from memberships where tenant_id = ${tenantId} and status = 'active'
    ) m, (
      select count(distinct actor_id) as people_at_work from audit_events
      where tenant_id = ${tenantId} and at >= timezone('UTC', ${since}::date::timestamp) and actor_type = 'user'
    ) e
  `.execute(tx)
  return rows[0] as Totals
}
