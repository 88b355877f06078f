/** Who did what, in a tenant and to an account: recorded with the change itself, never changed, provably whole. */
export { type AuditEvent, chainOwners } from './queries.ts'
export {
  type AccountEvent,
  type AuditScope,
  type EventToRecord,
  recordAccountEvent,
  recordAudit,
  type StaffActor,
  type SystemActor,
} from './record.ts'
export { type AuditRoutesOptions, auditRoutes } from './routes.ts'
export { type ChainFault, type Verification, verifyChain } from './verify.ts'
