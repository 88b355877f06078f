/** Who is calling and what they may do: scopes, roles and the one table of permissions. Pure: no database, no HTTP. */
export { authorize, type Permission, permissions, permissionsOf, requires, rolesMatrix } from './permissions.ts'
export { canGrant, type Role, roles } from './roles.ts'
export type { RequestFacts, TenantScope, UserScope } from './scopes.ts'
