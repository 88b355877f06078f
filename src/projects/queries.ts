import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { likePattern, type PageWindow } from '#platform/db/page.ts'

export type ProjectStatus = 'active' | 'paused' | 'archived'

export interface Project {
  id: string
  name: string
  description: string
  status: ProjectStatus
  created_by: string
  created_at: Date
  updated_at: Date
  version: number
}

const columns = ['id', 'name', 'description', 'status', 'created_by', 'created_at', 'updated_at', 'version'] as const

export type ProjectSort = 'name' | 'created_at' | 'updated_at'

export interface ProjectFilter {
  search?: string | undefined
  status?: ProjectStatus | undefined
  sort: ProjectSort
  descending: boolean
}

export async function listProjects(
  tx: Tx,
  tenantId: string,
  filter: ProjectFilter,
  window: PageWindow,
): Promise<{ items: Project[]; total: number }> {
  let query = tx.selectFrom('projects').where('tenant_id', '=', tenantId)
  if (filter.search) {
    const pattern = likePattern(filter.search)
    query = query.where((eb) => eb.or([eb('name', 'ilike', pattern), eb('description', 'ilike', pattern)]))
  }
  if (filter.status) query = query.where('status', '=', filter.status)
  const direction = filter.descending ? 'desc' : 'asc'
  // Asked for together: on a pipelined connection both travel in one round trip.
  const [items, { total }] = await Promise.all([
    query
      .select(columns)
      .orderBy(filter.sort, direction)
      // The id makes the order total, so that no row is on two pages or on none.
      .orderBy('id', direction)
      .limit(window.limit)
      .offset(window.offset)
      .execute(),
    query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { items: items as Project[], total }
}

export function findProject(tx: Tx, tenantId: string, id: string): Promise<Project | undefined> {
  return tx
    .selectFrom('projects')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst() as Promise<Project | undefined>
}

/** Two edits of one version must not both succeed, so the row is locked before its version is compared. */
export function lockProject(tx: Tx, tenantId: string, id: string): Promise<Project | undefined> {
  return tx
    .selectFrom('projects')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst() as Promise<Project | undefined>
}

export function insertProject(
  tx: Tx,
  project: {
    tenant_id: string
    id: string
    name: string
    description: string
    status: ProjectStatus
    created_by: string
    created_at: Date
    updated_at: Date
  },
): Promise<Project> {
  return tx.insertInto('projects').values(project).returning(columns).executeTakeFirstOrThrow() as Promise<Project>
}

export function updateProject(
  tx: Tx,
  tenantId: string,
  id: string,
  changes: { name?: string; description?: string; status?: ProjectStatus },
  now: Date,
): Promise<Project> {
  return tx
    .updateTable('projects')
    .set({ ...changes, version: sql<number>`version + 1`, updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow() as Promise<Project>
}

export async function deleteProject(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.deleteFrom('projects').where('tenant_id', '=', tenantId).where('id', '=', id).execute()
}

export async function countProjects(tx: Tx, tenantId: string): Promise<number> {
  const row = await tx
    .selectFrom('projects')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return row.count
}
