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

export interface BillingCheckoutsTable {
  tenant_id: string
  id: string
  plan: string
  interval: string
  quantity: number
  with_trial: boolean
  session_id: string | null
  url: string | null
  state: 'open' | 'completed' | 'expired'
  created_by: string
  created_at: Date
  expires_at: Date
}

export interface BillingCustomersTable {
  tenant_id: string
  stripe_customer_id: string | null
  livemode: boolean | null
  generation: Generated<number>
  trial_used_at: Date | null
  chosen_seats: number | null
  past_due_since: Date | null
  created_at: Date
  synced_at: Date | null
}

export interface BillingInvoicesTable {
  tenant_id: string
  stripe_invoice_id: string
  subscription_id: string | null
  number: string | null
  status: string
  billing_reason: string | null
  currency: string
  total: number
  amount_due: number
  amount_paid: number
  hosted_invoice_url: string | null
  invoice_pdf: string | null
  period_start: Date | null
  period_end: Date | null
  attempt_count: number
  next_payment_attempt: Date | null
  created_at: Date
  paid_at: Date | null
}

export interface BillingNoticesTable {
  tenant_id: string
  key: string
  sent_at: Date
}

export interface BillingOperationsTable {
  tenant_id: string
  id: string
  kind: string
  params_hash: Buffer
  params: ColumnType<unknown, JsonInput, JsonInput>
  state: 'pending' | 'done' | 'failed'
  created_at: Date
  settled_at: Date | null
}

export interface BillingReconciliationsTable {
  id: string
  started_at: Date
  finished_at: Date | null
  customers: Generated<number>
  drift: ColumnType<unknown, JsonInput | undefined, JsonInput>
}

export interface BillingSubscriptionsTable {
  tenant_id: string
  stripe_subscription_id: string
  stripe_customer_id: string
  status: string
  plan: string
  interval: string
  price_id: string
  item_id: string
  quantity: number
  currency: string
  unit_amount: number
  current_period_start: Date
  current_period_end: Date
  trial_end: Date | null
  cancel_at: Date | null
  canceled_at: Date | null
  ended_at: Date | null
  schedule_id: string | null
  scheduled_plan: string | null
  scheduled_interval: string | null
  scheduled_quantity: number | null
  scheduled_at: Date | null
  default_payment_method: string | null
  latest_invoice_id: string | null
  started_at: Date
  is_current: boolean
  synced_at: Date
}

export interface CreditGrantsTable {
  tenant_id: string
  id: string
  month: Date
  amount: number
  source: string
  granted_at: Date
}

export interface CreditMonthsTable {
  tenant_id: string
  month: Date
  granted: Generated<number>
  spent: Generated<number>
}

export interface CreditReservationsTable {
  tenant_id: string
  id: string
  month: Date
  amount: number
  source: string
  state: 'open' | 'settled' | 'released' | 'expired'
  used: number | null
  created_at: Date
  expires_at: Date
  settled_at: Date | null
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

export interface MeterEventsTable {
  tenant_id: string
  id: string
  event_name: string
  value: number
  at: Date
  state: Generated<'pending' | 'sent' | 'dropped'>
  attempts: Generated<number>
  next_attempt_at: Date
  settled_at: Date | null
  note: string | null
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

export interface StripeEventsTable {
  id: string
  type: string
  api_version: string | null
  livemode: boolean | null
  account: string | null
  customer_id: string | null
  object_id: string | null
  created_at: Date | null
  received_at: Date
  state: 'pending' | 'done' | 'ignored' | 'unmatched' | 'dead'
  attempts: Generated<number>
  settled_at: Date | null
  note: string | null
  payload: ColumnType<unknown, JsonInput, JsonInput>
}

export interface TenantEntitlementsTable {
  tenant_id: string
  plan: string
  status: string
  access: 'full' | 'grace' | 'none'
  grace_until: Date | null
  features: string[]
  updated_at: Date
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

export interface UsageDailyTable {
  tenant_id: string
  metric: string
  day: Date
  quantity: number
}

export interface UsageEventsTable {
  tenant_id: string
  id: string
  metric: string
  quantity: number
  source: string | null
  at: Date
  counted: Generated<boolean>
}

export interface UserIdempotencyKeysTable {
  user_id: string
  route: string
  key: string
  fingerprint: Buffer
  status: number
  body: string | null
  headers: ColumnType<unknown, JsonInput, JsonInput>
  answered_at: Date
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
  billing_checkouts: BillingCheckoutsTable
  billing_customers: BillingCustomersTable
  billing_invoices: BillingInvoicesTable
  billing_notices: BillingNoticesTable
  billing_operations: BillingOperationsTable
  billing_reconciliations: BillingReconciliationsTable
  billing_subscriptions: BillingSubscriptionsTable
  credit_grants: CreditGrantsTable
  credit_months: CreditMonthsTable
  credit_reservations: CreditReservationsTable
  emails: EmailsTable
  idempotency_keys: IdempotencyKeysTable
  invitations: InvitationsTable
  memberships: MembershipsTable
  meter_events: MeterEventsTable
  one_time_tokens: OneTimeTokensTable
  projects: ProjectsTable
  rate_limits: RateLimitsTable
  refresh_tokens: RefreshTokensTable
  registrations: RegistrationsTable
  sessions: SessionsTable
  stripe_events: StripeEventsTable
  tenant_entitlements: TenantEntitlementsTable
  tenant_limits: TenantLimitsTable
  tenants: TenantsTable
  usage_daily: UsageDailyTable
  usage_events: UsageEventsTable
  user_idempotency_keys: UserIdempotencyKeysTable
  users: UsersTable
}
