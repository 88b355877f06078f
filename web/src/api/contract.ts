/**
 * The HTTP contract as the web app uses it, in the shape that openapi-fetch reads. Nothing here is imported from the
 * server: the two sides share the published API and nothing else.
 */
export type Role = 'owner' | 'admin' | 'member' | 'viewer'

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

export interface User {
  id: string
  email: string
  full_name: string
  email_verified: boolean
  mfa_enabled: boolean
  created_at: string
}

export interface TenantRef {
  id: string
  slug: string
  name: string
}

export interface Tenant extends TenantRef {
  settings: Record<string, unknown>
  role: Role
  version: number
  created_at: string
  updated_at: string
}

export interface Membership {
  tenant: TenantRef
  role: Role
  status: 'active' | 'deactivated'
}

export interface Me {
  user: User
  tenant: TenantRef | null
  role: Role | null
  permissions: Permission[]
  memberships: Membership[]
}

export interface Tokens {
  access_token: string
  refresh_token?: string
  token_type: 'bearer'
  expires_in: number
  refresh_expires_in: number
  tenant: (TenantRef & { role: Role }) | null
}

export type Registered = { user: User; tenant: TenantRef; tokens: Tokens } | { verification_required: true }

export interface DeviceSession {
  id: string
  created_at: string
  last_used_at: string
  ip: string
  user_agent: string
  current: boolean
}

export type MemberStatus = 'active' | 'deactivated'

export interface Member {
  id: string
  email: string
  full_name: string
  role: Role
  status: MemberStatus
  joined_at: string
  last_active_at: string | null
}

export interface Invitation {
  id: string
  email: string
  role: Role
  status: 'pending' | 'accepted' | 'revoked' | 'expired'
  created_at: string
  expires_at: string
}

export interface InvitationLookup {
  tenant: { name: string }
  email: string
  role: Role
  state: 'new_account' | 'sign_in' | 'ready' | 'wrong_account'
}

export type ProjectStatus = 'active' | 'paused' | 'archived'

export interface Project {
  id: string
  name: string
  description: string
  status: ProjectStatus
  created_by: string
  created_at: string
  updated_at: string
  version: number
}

export interface AuditEvent {
  id: string
  /** Place in the chain of the tenant, from 1. */
  seq: number
  action: string
  result: string
  actor: { type: string; id: string | null; name: string | null; impersonator_id: string | null }
  target: { type: string; id: string } | null
  details: Record<string, unknown>
  ip: string
  user_agent: string
  request_id: string
  at: string
}

export interface ChainReport {
  valid: boolean
  checked: number
  broken?: { seq: number; id: string | null; reason: string }
}

export interface Page<T> {
  items: T[]
  total: number
  page: number
  per_page: number
  pages: number
}

export interface Stream<T> {
  items: T[]
  next_cursor: string | null
}

interface Paging {
  page?: number
  per_page?: number
}

type Answer<T> = { 200: { content: { 'application/json': { success: true; data: T } } } }
type Path<P> = [P] extends [never] ? { path?: never } : { path: P }
type Read<T, Q = never, P = never> = { parameters: { query?: Q } & Path<P>; responses: Answer<T> }
type Write<T, B = never, P = never> = {
  parameters: { query?: never; header?: { 'if-match'?: string; 'idempotency-key'?: string } } & Path<P>
  responses: Answer<T>
} & ([B] extends [never] ? { requestBody?: never } : { requestBody: { content: { 'application/json': B } } })

type ById = { id: string }
type Cookie = { session: 'cookie' }

export interface paths {
  '/auth/register': {
    post: Write<
      Registered,
      { email: string; password: string; full_name: string; tenant_name: string; tenant_slug?: string } & Cookie
    >
  }
  '/auth/login': { post: Write<Tokens, { email: string; password: string; tenant_slug?: string } & Cookie> }
  '/auth/refresh': { post: Write<Tokens, { tenant_slug?: string } & Cookie> }
  '/auth/logout': { post: Write<undefined, Record<string, never>> }
  '/auth/logout-all': { post: Write<undefined> }
  '/auth/me': { get: Read<Me>; patch: Write<{ user: User }, { full_name?: string }> }
  '/auth/sessions': { get: Read<Page<DeviceSession>> }
  '/auth/sessions/{id}': { delete: Write<undefined, never, ById> }
  '/auth/email/verify': { post: Write<unknown, { token: string }> }
  '/auth/email/resend': { post: Write<unknown, { email: string }> }
  '/auth/password/forgot': { post: Write<unknown, { email: string }> }
  '/auth/password/reset': { post: Write<unknown, { token: string; password: string }> }
  '/auth/password/change': { post: Write<Tokens, { current_password: string; new_password: string } & Cookie> }
  '/users': {
    get: Read<Page<Member>, Paging & { search?: string; role?: Role; status?: MemberStatus; sort?: string }>
    post: Write<Invitation, { email: string; role: Role; full_name?: string }>
  }
  '/users/{id}': { get: Read<Member, never, ById>; delete: Write<undefined, never, ById> }
  '/users/{id}/role': { patch: Write<Member, { role: Role }, ById> }
  '/users/{id}/reactivate': { post: Write<Member, never, ById> }
  '/invitations': { get: Read<Page<Invitation>, Paging> }
  '/invitations/{id}': { delete: Write<undefined, never, ById> }
  '/invitations/{id}/resend': { post: Write<Invitation, never, ById> }
  '/invitations/lookup': { get: Read<InvitationLookup, { token: string }> }
  '/invitations/accept': {
    post: Write<Tokens, { token: string; password?: string; full_name?: string } & Cookie>
  }
  '/tenants': {
    get: Read<Page<TenantRef & { role: Role; status: MemberStatus }>>
    post: Write<TenantRef & { role: Role }, { name: string; slug?: string }>
  }
  '/tenant': { get: Read<Tenant>; patch: Write<Tenant, { name?: string; slug?: string }> }
  '/projects': {
    get: Read<Page<Project>, Paging & { search?: string; status?: ProjectStatus; sort?: string }>
    post: Write<Project, { name: string; description?: string; status?: ProjectStatus }>
  }
  '/projects/{id}': {
    get: Read<Project, never, ById>
    patch: Write<Project, { name?: string; description?: string; status?: ProjectStatus }, ById>
    delete: Write<undefined, never, ById>
  }
  '/audit-events': {
    get: Read<
      Stream<AuditEvent>,
      { action?: string; actor?: string; from?: string; to?: string; cursor?: string; limit?: number }
    >
  }
  '/audit-events/verify': { get: Read<ChainReport> }
}
