/**
 * Every permission and the least role that holds it. A role holds all that the roles below it hold, so one column
 * is the whole matrix. Routes name a permission, services check it again as their first line; neither names a role.
 */
import { Refusal } from '#platform/errors.ts'
import { type Role, rank, roles } from './roles.ts'
import type { TenantScope } from './scopes.ts'

const leastRole = {
  'tenant.read': 'viewer',
  'tenant.update': 'admin',

  'members.read': 'viewer',
  'members.invite': 'admin',
  'members.change_role': 'admin',
  'members.deactivate': 'admin',
  'members.reactivate': 'admin',

  'projects.read': 'viewer',
  'projects.create': 'member',
  'projects.update': 'member',
  'projects.delete': 'member',

  'audit.read': 'admin',

  'billing.read': 'viewer',
  'billing.invoices': 'admin',
  'billing.manage': 'owner',

  'analytics.read': 'viewer',
} as const satisfies Record<string, Role>

export type Permission = keyof typeof leastRole

export const permissions = Object.keys(leastRole) as Permission[]

const held = Object.fromEntries(
  roles.map((role) => [role, permissions.filter((permission) => rank(role) >= rank(leastRole[permission]))]),
) as Record<Role, Permission[]>

const heldSets: Record<Role, ReadonlySet<Permission>> = {
  viewer: new Set(held.viewer),
  member: new Set(held.member),
  admin: new Set(held.admin),
  owner: new Set(held.owner),
}

export function permissionsOf(role: Role): readonly Permission[] {
  return held[role]
}

/** Throws 403 `FORBIDDEN` unless the caller's role holds the permission. */
export function authorize(scope: TenantScope, permission: Permission): void {
  if (heldSets[scope.role].has(permission)) return
  throw new Refusal(
    403,
    'FORBIDDEN',
    `Your role (${scope.role}) does not include ${permission}. Ask an owner or admin.`,
  )
}

/**
 * How a route says which permission it needs, and which feature of the plan; the server refuses to boot with a route that
 * says nothing.
 */
export function requires(
  permission: Permission,
  { feature }: { feature?: string } = {},
): { permission: Permission; feature?: string } {
  return feature === undefined ? { permission } : { permission, feature }
}

export function rolesMatrix(): { role: Role; permissions: readonly Permission[] }[] {
  return [...roles].reverse().map((role) => ({ role, permissions: held[role] }))
}
