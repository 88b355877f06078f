/** Tenants, their members, how people join, and the way from a credential to a scope. */

export {
  type Access,
  accessAt,
  applyGrant,
  type Entitlement,
  type Grant,
} from './allowance/entitlements.ts'
export { claim, claimOne, setLimit } from './allowance/limits.ts'
export { findEntitlement, listLimits } from './allowance/queries.ts'
export { type Credentials, createCredentials } from './credentials.ts'
export { addIdempotency, deleteAnswersBefore } from './idempotency/idempotency.ts'
export { acceptInvitation, type Invitations } from './invitations/invitations.ts'
export { invitationRoutes } from './invitations/routes.ts'
export { membersChanged, tenantCreated } from './news.ts'
export { countActiveMembers } from './queries.ts'
export { tenantRoutes } from './routes.ts'
export { Id, IdParams } from './schemas.ts'
export { createTenancy, createTenant } from './tenants.ts'
