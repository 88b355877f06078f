// Generated from the migrations by `npm run generate`; `npm run migrate -- check` compares.
import type { ColumnType, Generated } from 'kysely'

/** JSON text, or an object. An array needs JSON.stringify: given bare, it would become a PostgreSQL array. */
export type JsonInput = string | Record<string, unknown>

export interface AccountEventsTable {
  user_id: string
  id: string
  at: Generated<Date>
  action: string
  result: 'success' | 'failure'
  details: ColumnType<unknown, JsonInput, JsonInput>
  ip: string
  user_agent: string
  request_id: string
}

export interface AuditEventsTable {
  tenant_id: string
  seq: number
  id: string
  at: Date
  action: string
  result: 'success' | 'failure'
  actor_type: 'user' | 'api_key' | 'system' | 'staff'
  actor_id: string | null
  actor_name: string | null
  impersonator_id: string | null
  target_type: string | null
  target_id: string | null
  details: ColumnType<unknown, JsonInput, JsonInput>
  ip: string
  user_agent: string
  request_id: string
  prev_hash: Buffer
  hash: Buffer
}

export interface AuditHeadsTable {
  tenant_id: string
  seq: number
  hash: Buffer
  base_seq: number
  base_hash: Buffer
}

export interface EmailsTable {
  id: string
  kind: string
  recipient: string
  subject: string
  text_body: string
  html_body: string
  message_id: string | null
  expires_at: Date | null
  created_at: Generated<Date>
  sent_at: Date | null
  failed_at: Date | null
  error: string | null
  unconfirmed_at: Date | null
}

export interface IdempotencyKeysTable {
  tenant_id: string
  user_id: string
  route: string
  key: string
  fingerprint: Buffer
  status: number
  body: string | null
  headers: ColumnType<unknown, JsonInput, JsonInput>
  answered_at: Date
}

export interface InvitationsTable {
  tenant_id: string
  id: string
  email: string
  full_name: string | null
  role: 'owner' | 'admin' | 'member' | 'viewer'
  status: Generated<'pending' | 'accepted' | 'revoked'>
  token_hash: Buffer
  invited_by: string
  created_at: Date
  expires_at: Date
  settled_at: Date | null
}

export interface MembershipsTable {
  tenant_id: string
  user_id: string
  role: 'owner' | 'admin' | 'member' | 'viewer'
  status: Generated<'active' | 'deactivated'>
  joined_at: Generated<Date>
  last_active_at: Date | null
}

export interface OneTimeTokensTable {
  purpose: 'email_verify' | 'password_reset'
  token_hash: Buffer
  user_id: string
  email: string
  created_at: Date
  expires_at: Date
}

export interface ProjectsTable {
  tenant_id: string
  id: string
  name: string
  description: Generated<string>
  status: Generated<'active' | 'paused' | 'archived'>
  created_by: string
  created_at: Date
  updated_at: Date
  version: Generated<number>
}

export interface RateLimitsTable {
  key: string
  points: Generated<number>
  expire: number | null
}

export interface RefreshTokensTable {
  token_hash: Buffer
  session_id: string
  salt: Buffer
  created_at: Date
  expires_at: Date
  rotated_at: Date | null
  successor_hash: Buffer | null
}

export interface RegistrationsTable {
  id: string
  email: string
  full_name: string
  password_hash: string
  tenant_name: string
  tenant_slug: string | null
  token_hash: Buffer | null
  created_at: Date
  expires_at: Date
}

export interface SessionsTable {
  id: string
  user_id: string
  created_at: Generated<Date>
  last_used_at: Generated<Date>
  authenticated_at: Generated<Date>
  expires_at: Date
  revoked_at: Date | null
  revoke_reason: string | null
  ip: string
  user_agent: string
  last_tenant_id: string | null
}

export interface TenantLimitsTable {
  tenant_id: string
  key: string
  value: number | null
}

export interface TenantsTable {
  id: string
  slug: string
  name: string
  settings: ColumnType<unknown, JsonInput | undefined, JsonInput>
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  deleted_at: Date | null
}

export interface UsersTable {
  id: string
  email: string
  full_name: string
  password_hash: string | null
  email_verified_at: Date | null
  status: Generated<'active' | 'suspended'>
  platform_role: 'staff' | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface Schema {
  account_events: AccountEventsTable
  audit_events: AuditEventsTable
  audit_heads: AuditHeadsTable
  emails: EmailsTable
  idempotency_keys: IdempotencyKeysTable
  invitations: InvitationsTable
  memberships: MembershipsTable
  one_time_tokens: OneTimeTokensTable
  projects: ProjectsTable
  rate_limits: RateLimitsTable
  refresh_tokens: RefreshTokensTable
  registrations: RegistrationsTable
  sessions: SessionsTable
  tenant_limits: TenantLimitsTable
  tenants: TenantsTable
  users: UsersTable
}
