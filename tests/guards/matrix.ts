/**
 * Executes the table of permissions cell by cell: every operation that names a permission, as every role. A role that lacks
 * it gets exactly 403 FORBIDDEN for rows that are there, and changes nothing; a role that holds it gets past that point.
 */
import { randomUUID } from 'node:crypto'
import { type Permission, permissionsOf, type Role, roles } from '#access'
import type { TestApp } from '../support/app.ts'
import { addressOf, namesRow, type Operation, operationsOf, sampleOf } from './operations.ts'
import { changed, openRows, type Tenancy } from './two-tenants.ts'

export interface Matrix {
  operations: number
  cells: number
  findings: string[]
}

export async function executeMatrix(app: TestApp, tenancy: Tenancy): Promise<Matrix> {
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
  } finally {
    await rows.close()
  }
  return { operations: operations.length, cells, findings }
}

function holds(role: Role, { access }: Operation): boolean {
  return typeof access === 'object' && permissionsOf(role).includes(access.permission as Permission)
}

async function refused(app: TestApp, operation: Operation, tenancy: Tenancy, role: Role): Promise<string[]> {
  const { status, body } = await call(app, operation, tenancy, role)
  if (status === 403 && body?.code === 'FORBIDDEN') return []
  return [`${operation.key} answers ${status} ${body?.code ?? ''} to a ${role}, who lacks the permission`]
}

/** Called with ids of nothing, so that the next role finds everything as it was. */
async function allowed(app: TestApp, operation: Operation, tenancy: Tenancy, role: Role): Promise<string[]> {
  const { status, text } = await call(app, operation, { ...tenancy, idOf: () => randomUUID() }, role)
  if (namesRow(operation) ? status === 404 : status < 300) return []
  return [`${operation.key} answers ${status} to a ${role}, who holds the permission: ${text}`]
}

function call(app: TestApp, operation: Operation, { owner, people, mark, idOf }: Tenancy, role: Role) {
  const person = [owner, ...people].find((someone) => someone.role === role)
  if (!person) throw new Error(`There is no ${role} in the tenant.`)
  return app.request(operation.method, addressOf(operation, idOf), {
    token: person.access,
    ...(operation.body && { body: sampleOf(operation.body, mark, idOf) }),
  })
}
