/**
 * What can be done with projects. Every function reads the same way: authorise, open the tenant's transaction, act,
 * record what was done. A project of another tenant does not exist here.
 */
import { authorize, type TenantScope } from '#access'
import { recordAudit } from '#audit'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import type { PageWindow } from '#platform/db/page.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { claimOne } from '#tenants'
import {
  countProjects,
  deleteProject,
  findProject,
  insertProject,
  listProjects,
  lockProject,
  type Project,
  type ProjectFilter,
  type ProjectStatus,
  updateProject,
} from './queries.ts'

export interface Context {
  db: Database
  clock: Clock
}

export function projectsOf({ db }: Context, scope: TenantScope, filter: ProjectFilter, window: PageWindow) {
  authorize(scope, 'projects.read')
  return inTenant(db, scope, (tx) => listProjects(tx, scope.tenantId, filter, window))
}

export function readProject({ db }: Context, scope: TenantScope, id: string): Promise<Project> {
  authorize(scope, 'projects.read')
  return inTenant(db, scope, async (tx) => found(await findProject(tx, scope.tenantId, id)))
}

export function createProject(
  { db, clock }: Context,
  scope: TenantScope,
  input: { name: string; description?: string | undefined; status?: ProjectStatus | undefined },
): Promise<Project> {
  authorize(scope, 'projects.create')
  return inTenant(db, scope, async (tx) => {
    await claimOne(tx, scope.tenantId, 'projects', (tx) => countProjects(tx, scope.tenantId))
    const now = clock.now()
    const project = await insertProject(tx, {
      tenant_id: scope.tenantId,
      id: newId(),
      name: input.name,
      description: input.description ?? '',
      status: input.status ?? 'active',
      created_by: scope.userId,
      created_at: now,
      updated_at: now,
    })
    await recordAudit(tx, scope, {
      action: 'project.created',
      target: { type: 'project', id: project.id },
      details: { name: project.name },
    })
    return project
  })
}

/** `assertVersion` refuses with 412 when the caller edited an older version than the one that is there. */
export function changeProject(
  { db, clock }: Context,
  scope: TenantScope,
  id: string,
  input: { name?: string; description?: string; status?: ProjectStatus },
  assertVersion: (version: number) => void,
): Promise<Project> {
  authorize(scope, 'projects.update')
  return inTenant(db, scope, async (tx) => {
    const before = found(await lockProject(tx, scope.tenantId, id))
    assertVersion(before.version)
    const project = await updateProject(tx, scope.tenantId, id, input, clock.now())
    await recordAudit(tx, scope, {
      action: 'project.updated',
      target: { type: 'project', id },
      details: { name: project.name, changed: Object.keys(input) },
    })
    return project
  })
}

export async function removeProject(
  { db }: Context,
  scope: TenantScope,
  id: string,
  assertVersion: (version: number) => void,
): Promise<void> {
  authorize(scope, 'projects.delete')
  await inTenant(db, scope, async (tx) => {
    const before = found(await lockProject(tx, scope.tenantId, id))
    assertVersion(before.version)
    await deleteProject(tx, scope.tenantId, id)
    await recordAudit(tx, scope, {
      action: 'project.deleted',
      target: { type: 'project', id },
      details: { name: before.name },
    })
  })
}

function found(project: Project | undefined): Project {
  if (!project) throw new Refusal(404, 'NOT_FOUND', 'There is no such project.')
  return project
}
