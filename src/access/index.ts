/** Who is calling and what they may do: scopes, roles and the one table of permissions. Pure: no database, no HTTP. */
export {
  authorize,
  canGrant,
  type Permission,
  permissions,
  permissionsOf,
  type Role,
  requires,
  roles,
  rolesMatrix,
} from './permissions.ts'
export type { RequestFacts, TenantScope, UserScope } from './scopes.ts'
