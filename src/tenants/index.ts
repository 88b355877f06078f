/** Tenants, their members, how people join, and the way from a credential to a scope. */
export { type Credentials, createCredentials } from './credentials.ts'
export { addIdempotency, deleteAnswersBefore } from './idempotency/idempotency.ts'
export { acceptInvitation, type Invitations } from './invitations/invitations.ts'
export { invitationRoutes } from './invitations/routes.ts'
export { claimOne, setLimit } from './limits.ts'
export { tenantRoutes } from './routes.ts'
export { Id, IdParams } from './schemas.ts'
export { createTenant, tenancy } from './tenants.ts'
