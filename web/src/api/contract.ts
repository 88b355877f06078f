/**
 * Names for what the API sends and takes. All of it is derived from the generated description, so a change of the
 * contract is a type error here or where it is used. The web app imports nothing else from the server.
 */
import type { paths } from './generated/paths.ts'

export type { paths }

type Method = 'get' | 'post' | 'patch' | 'delete'
type Body<R> = R extends { content: { 'application/json': { data: infer D } } } ? D : never

/** The `data` of a successful answer. */
export type Data<P extends keyof paths, M extends Method & keyof paths[P]> = paths[P][M] extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 202 ? Body<R[S]> : never }[keyof R]
  : never

export type Tokens = Data<'/auth/login', 'post'>
export type Me = Omit<Data<'/auth/me', 'get'>, 'permissions'> & { permissions: string[] }
export type User = Me['user']
export type Role = NonNullable<Me['role']>
export type DeviceSession = Data<'/auth/sessions', 'get'>['items'][number]

export type Tenant = Data<'/tenant', 'get'>
export type Member = Data<'/users/{id}', 'get'>
export type MemberStatus = Member['status']
type InvitationPage = Data<'/invitations', 'get'>
export type Invitation = InvitationPage['items'][number]
export type InvitationLookup = Data<'/invitations/lookup', 'get'>

export type Project = Data<'/projects/{id}', 'get'>
export type ProjectStatus = Project['status']

export type AuditEvent = Data<'/audit-events', 'get'>['items'][number]
export type ChainReport = Data<'/audit-events/verify', 'get'>

/** What the app asks about; the answer of `/auth/me` may hold more. */
export type Permission =
  | 'tenant.read'
  | 'tenant.update'
  | 'members.read'
  | 'members.invite'
  | 'members.change_role'
  | 'members.deactivate'
  | 'members.reactivate'
  | 'projects.read'
  | 'projects.create'
  | 'projects.update'
  | 'projects.delete'
  | 'audit.read'
  | 'billing.read'
  | 'billing.invoices'
  | 'billing.manage'
  | 'analytics.read'
