import type { RawBuilder } from 'kysely'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export interface NewAuditEvent {
  tenantId: string
  id: string
  at: Date | null
  action: string
  result: string
  actorType: string
  actorId: string | null
  actorName: string | null
  impersonatorId: string | null
  targetType: string | null
  targetId: string | null
  /** JSON. */
  details: string
  ip: string
  userAgent: string
  requestId: string
}

/** Place and hashes are filled in by a trigger. */
export async function insertAuditEvent(tx: Tx, event: NewAuditEvent): Promise<void> {
  await sql`
    insert into audit_events (
      tenant_id, id, at, action, result, actor_type, actor_id, actor_name, impersonator_id, target_type, target_id,
      details, ip, user_agent, request_id
    ) values (
      ${event.tenantId}, ${event.id}, ${event.at}, ${event.action}, ${event.result}, ${event.actorType}, ${event.actorId},
      ${event.actorName}, ${event.impersonatorId}, ${event.targetType}, ${event.targetId}, ${event.details}::jsonb,
      ${event.ip}, ${event.userAgent}, ${event.requestId}
    )
  `.execute(tx)
}

export interface NewAccountEvent {
  userId: string
  id: string
  action: string
  result: string
  details: string
  ip: string
  userAgent: string
  requestId: string
}

export async function insertAccountEvent(tx: Tx, event: NewAccountEvent): Promise<void> {
  await sql`
    insert into account_events (user_id, id, action, result, details, ip, user_agent, request_id)
    values (
      ${event.userId}, ${event.id}, ${event.action}, ${event.result}, ${event.details}::jsonb, ${event.ip},
      ${event.userAgent}, ${event.requestId}
    )
  `.execute(tx)
}

export interface AuditEvent {
  seq: number
  id: string
  at: Date
  action: string
  result: string
  actor_type: string
  actor_id: string | null
  actor_name: string | null
  impersonator_id: string | null
  target_type: string | null
  target_id: string | null
  details: Record<string, unknown>
  ip: string
  user_agent: string
  request_id: string
}

export interface EventFilter {
  action?: string | undefined
  actor?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
  before?: number | undefined
  limit: number
}

/** The newest first. Members are named as they are called now; an event never holds a person's name. */
export async function listEvents(
  tx: Tx,
  tenantId: string,
  { action, actor, from, to, before, limit }: EventFilter,
): Promise<AuditEvent[]> {
  const conditions: RawBuilder<unknown>[] = [sql`e.tenant_id = ${tenantId}`]
  if (action !== undefined) conditions.push(sql`e.action = ${action}`)
  if (actor !== undefined) conditions.push(sql`e.actor_id = ${actor}`)
  if (from !== undefined) conditions.push(sql`e.at >= ${from}`)
  if (to !== undefined) conditions.push(sql`e.at < ${to}`)
  if (before !== undefined) conditions.push(sql`e.seq < ${before}`)
  const { rows } = await sql<AuditEvent>`
    select
      e.seq, e.id, e.at, e.action, e.result, e.actor_type, e.actor_id, coalesce(u.full_name, e.actor_name) as actor_name,
      e.impersonator_id, e.target_type, e.target_id, e.details, e.ip, e.user_agent, e.request_id
    from audit_events e left join users u on u.id = e.actor_id
    where ${sql.join(conditions, sql` and `)}
    order by e.seq desc
    limit ${limit}
  `.execute(tx)
  return rows
}

export interface ChainHead {
  seq: number
  hash: string
  base_seq: number
  base_hash: string
}

/** Hashes as hexadecimal text. */
export async function findHead(tx: Tx, tenantId: string): Promise<ChainHead | undefined> {
  const { rows } = await sql<ChainHead>`
    select seq, encode(hash, 'hex') as hash, base_seq, encode(base_hash, 'hex') as base_hash
    from audit_heads where tenant_id = ${tenantId}
  `.execute(tx)
  return rows[0]
}

export interface ChainLink {
  seq: number
  id: string
  prev_hash: string
  hash: string
  /** Whether the row's hash is that of its contents. */
  sound: boolean
}

export async function readLinks(
  tx: Tx,
  tenantId: string,
  range: { after: number; to: number; limit: number },
): Promise<ChainLink[]> {
  const { rows } = await sql<ChainLink>`
    select seq, id, encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash, audit_hash(e) = hash as sound
    from audit_events e
    where tenant_id = ${tenantId} and seq > ${range.after} and seq <= ${range.to}
    order by seq
    limit ${range.limit}
  `.execute(tx)
  return rows
}

/** Whether some event of the tenant has this hash: then the row that follows it in the chain still exists elsewhere. */
export async function hasHash(tx: Tx, tenantId: string, hash: string): Promise<boolean> {
  const { rows } =
    await sql`select from audit_events where tenant_id = ${tenantId} and hash = decode(${hash}, 'hex')`.execute(tx)
  return rows.length > 0
}

/** The first event that the head knows nothing of. Head and events are read in one statement, so neither is ahead. */
export async function findBeyondHead(tx: Tx, tenantId: string): Promise<{ seq: number; id: string } | undefined> {
  const { rows } = await sql<{ seq: number; id: string }>`
    select e.seq, e.id from audit_events e
    where e.tenant_id = ${tenantId}
      and e.seq > coalesce((select h.seq from audit_heads h where h.tenant_id = ${tenantId}), 0)
    order by e.seq
    limit 1
  `.execute(tx)
  return rows[0]
}

export interface ChainOwner {
  tenantId: string
  /** Null for a tenant that is no more. */
  slug: string | null
}

/** Every tenant that has, or had, a chain; or the one with this id or slug. Only the system sees them all. */
export async function chainOwners(tx: Tx, tenant?: string): Promise<ChainOwner[]> {
  const { rows } = await sql<ChainOwner>`
    select c.tenant_id as "tenantId", t.slug
    from (select tenant_id from audit_heads union select tenant_id from audit_events) c
      left join tenants t on t.id = c.tenant_id
    where ${tenant ?? null}::text is null or c.tenant_id::text = ${tenant ?? null} or t.slug = ${tenant ?? null}
    order by t.slug, c.tenant_id
  `.execute(tx)
  return rows
}
