/**
 * Executes the table of permissions cell by cell: every operation that names a permission, as every role. A role that lacks
 * it gets exactly 403 FORBIDDEN for rows that are there, and changes nothing; a role that holds it gets past that point.
 * What is paid for is tried again without being paid for: the same 403, and 402 to whoever holds the permission.
 */
import { randomUUID } from 'node:crypto'
import { type Permission, permissionsOf, type Role, roles } from '#access'
import type { GuardedApp } from './guarded-app.ts'
import { addressOf, isLetIn, namesRow, type Operation, operationsOf, sampleOf } from './operations.ts'
import { changed, featuresOf, grantFeatures, openRows, type Tenancy } from './two-tenants.ts'

export interface Matrix {
  operations: number
  cells: number
  findings: string[]
}

export async function executeMatrix(app: GuardedApp, tenancy: Tenancy): Promise<Matrix> {
  const operations = operationsOf(app.app).filter(({ access }) => typeof access === 'object')
  const rows = await openRows(app.databaseUrl)
  const findings: string[] = []
  let cells = 0
  try {
    for (const operation of operations) {
      const before = await rows.of(tenancy)
      for (const role of roles) {
        if (holds(role, operation)) continue
        findings.push(...(await refused(app, operation, tenancy, role)))
        cells++
      }
      for (const table of changed(before, await rows.of(tenancy))) {
        findings.push(`${operation.key} changes ${table} although it was refused`)
      }
      for (const role of roles) {
        if (!holds(role, operation)) continue
        findings.push(...(await allowed(app, operation, tenancy, role)))
        cells++
      }
    }
    findings.push(...(await unpaid(app, operations, tenancy)))
  } finally {
    await rows.close()
  }
  return { operations: operations.length, cells, findings }
}

function holds(role: Role, { access }: Operation): boolean {
  return typeof access === 'object' && permissionsOf(role).includes(access.permission as Permission)
}

async function refused(app: GuardedApp, operation: Operation, tenancy: Tenancy, role: Role): Promise<string[]> {
  const { status, body } = await call(app, operation, tenancy, role)
  if (status === 403 && body?.code === 'FORBIDDEN') return []
  return [`${operation.key} answers ${status} ${body?.code ?? ''} to a ${role}, who lacks the permission`]
}

async function unpaid(app: GuardedApp, operations: Operation[], tenancy: Tenancy): Promise<string[]> {
  const findings: string[] = []
  await grantFeatures(app, tenancy.owner.tenantId, [])
  for (const operation of operations) {
    if (typeof operation.access === 'string' || !operation.access.feature) continue
    for (const role of roles) {
      const { status, body } = await call(app, operation, tenancy, role)
      const wanted = holds(role, operation) ? [402, 'PLAN_UPGRADE_REQUIRED'] : [403, 'FORBIDDEN']
      if (status === wanted[0] && body?.code === wanted[1]) continue
      findings.push(`${operation.key} answers ${status} ${body?.code ?? ''} to a ${role} without the feature`)
    }
  }
  await grantFeatures(app, tenancy.owner.tenantId, featuresOf(app))
  return findings
}

/** Called with ids of nothing, so that the next role finds everything as it was. */
async function allowed(app: GuardedApp, operation: Operation, tenancy: Tenancy, role: Role): Promise<string[]> {
  const { status, text } = await call(app, operation, { ...tenancy, idOf: () => randomUUID() }, role)
  if (namesRow(operation) ? status === 404 : isLetIn(operation, status)) return []
  return [`${operation.key} answers ${status} to a ${role}, who holds the permission: ${text}`]
}

function call(app: GuardedApp, operation: Operation, { owner, people, mark, idOf }: Tenancy, role: Role) {
  const person = [owner, ...people].find((someone) => someone.role === role)
  if (!person) throw new Error(`There is no ${role} in the tenant.`)
  return app.request(operation.method, addressOf(operation, idOf), {
    token: person.access,
    ...(operation.body && { body: sampleOf(operation.body, mark, idOf) }),
  })
}
