import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

/** The time that leases and windows are measured by: the database's, so that replicas with wrong clocks agree. */
export async function databaseNow(tx: Tx, offsetMs: number): Promise<Date> {
  const { now } = await tx.selectNoFrom(nowMovedBy(offsetMs).as('now')).executeTakeFirstOrThrow()
  return now
}

function nowMovedBy(offsetMs: number) {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${offsetMs / 1000}::float8)`
}

export interface SessionRow {
  id: string
  user_id: string
  created_at: Date
  expires_at: Date
  revoked_at: Date | null
  last_tenant_id: string | null
}

export async function insertSession(
  tx: Tx,
  session: {
    id: string
    user_id: string
    ip: string
    user_agent: string
    now: Date
    expires_at: Date
    last_tenant_id: string | null
  },
): Promise<void> {
  const { now, ...columns } = session
  await tx
    .insertInto('sessions')
    .values({ ...columns, created_at: now, last_used_at: now, authenticated_at: now })
    .execute()
}

export async function hasSessionLike(tx: Tx, userId: string, userAgent: string) {
  const row = await tx
    .selectFrom('sessions')
    .select(({ fn, lit }) => [
      fn.countAll<number>().as('earlier'),
      fn.count<number>(lit(1)).filterWhere('user_agent', '=', userAgent).as('alike'),
    ])
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return { any: row.earlier > 0, alike: row.alike > 0 }
}

/**
 * Locks the session that a refresh token belongs to. All requests with tokens of one session queue here, and so does
 * whatever revokes it; what they read afterwards is settled.
 *
 * `for no key update` rather than `for update`: inserting a token takes a key-share lock on its session.
 */
export function lockSessionOfToken(tx: Tx, tokenHash: Buffer): Promise<SessionRow | undefined> {
  return tx
    .selectFrom('sessions')
    .select(['id', 'user_id', 'created_at', 'expires_at', 'revoked_at', 'last_tenant_id'])
    .where('id', '=', (eb) => eb.selectFrom('refresh_tokens').select('session_id').where('token_hash', '=', tokenHash))
    .forNoKeyUpdate()
    .executeTakeFirst()
}

export interface RefreshTokenRow {
  salt: Buffer
  expires_at: Date
  rotated_at: Date | null
  successor_hash: Buffer | null
  successor_rotated_at: Date | null
  successor_expires_at: Date | null
  email: string
  user_status: string
  /** Of the database, like `databaseNow`. */
  now: Date
}

/**
 * Read after the session is locked: an earlier read may be of the time before the lock was granted. All at once, because
 * others wait for the lock.
 */
export async function getRefreshToken(tx: Tx, tokenHash: Buffer, offsetMs: number): Promise<RefreshTokenRow> {
  return tx
    .selectFrom('refresh_tokens as token')
    .innerJoin('sessions as session', 'session.id', 'token.session_id')
    .innerJoin('users as owner', 'owner.id', 'session.user_id')
    .leftJoin('refresh_tokens as successor', 'successor.token_hash', 'token.successor_hash')
    .select([
      'token.salt',
      'token.expires_at',
      'token.rotated_at',
      'token.successor_hash',
      'successor.rotated_at as successor_rotated_at',
      'successor.expires_at as successor_expires_at',
      'owner.email',
      'owner.status as user_status',
      nowMovedBy(offsetMs).as('now'),
    ])
    .where('token.token_hash', '=', tokenHash)
    .executeTakeFirstOrThrow()
}

export async function insertRefreshToken(
  tx: Tx,
  token: { token_hash: Buffer; session_id: string; salt: Buffer; created_at: Date; expires_at: Date },
): Promise<void> {
  await tx.insertInto('refresh_tokens').values(token).execute()
}

export async function markRotated(tx: Tx, tokenHash: Buffer, successorHash: Buffer, now: Date): Promise<void> {
  await tx
    .updateTable('refresh_tokens')
    .set({ rotated_at: now, successor_hash: successorHash })
    .where('token_hash', '=', tokenHash)
    .execute()
}

export async function countTokensSince(tx: Tx, sessionId: string, since: Date): Promise<number> {
  const row = await tx
    .selectFrom('refresh_tokens')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('session_id', '=', sessionId)
    .where('created_at', '>', since)
    .executeTakeFirstOrThrow()
  return row.count
}

export async function touchSession(tx: Tx, sessionId: string, tenantId: string | null, now: Date): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ last_used_at: now, ...(tenantId ? { last_tenant_id: tenantId } : {}) })
    .where('id', '=', sessionId)
    .execute()
}

/** Ends one session of this person; false when it is not theirs or has ended. */
export async function revokeSession(tx: Tx, userId: string, sessionId: string, reason: string, now: Date) {
  const result = await tx
    .updateTable('sessions')
    .set({ revoked_at: now, revoke_reason: reason })
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function revokeSessionOfToken(tx: Tx, tokenHash: Buffer, reason: string, now: Date) {
  return tx
    .updateTable('sessions')
    .set({ revoked_at: now, revoke_reason: reason })
    .where('id', '=', (eb) => eb.selectFrom('refresh_tokens').select('session_id').where('token_hash', '=', tokenHash))
    .where('revoked_at', 'is', null)
    .returning(['id', 'user_id'])
    .executeTakeFirst()
}

/** Locked, so that it cannot be ended at the same moment; `undefined` when it has been. */
export function lockLiveSession(tx: Tx, userId: string, sessionId: string): Promise<{ id: string } | undefined> {
  return tx
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

export async function revokeAllSessions(tx: Tx, userId: string, reason: string, now: Date): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ revoked_at: now, revoke_reason: reason })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .execute()
}

export async function listSessions(tx: Tx, userId: string, now: Date, page: { limit: number; offset: number }) {
  const live = tx
    .selectFrom('sessions')
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
  const items = await live
    .select(['id', 'created_at', 'last_used_at', 'ip', 'user_agent'])
    .orderBy('last_used_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await live.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items, total }
}

/** Ended sessions and their tokens are kept for a while, so that a late replay is still recognised. */
export async function deleteSessionsEndedBefore(tx: Tx, moment: Date): Promise<number> {
  const result = await tx
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('revoked_at', '<', moment), eb('expires_at', '<', moment)]))
    .executeTakeFirst()
  await tx.deleteFrom('refresh_tokens').where('expires_at', '<', moment).execute()
  await tx.deleteFrom('one_time_tokens').where('expires_at', '<', moment).execute()
  await tx.deleteFrom('registrations').where('expires_at', '<', moment).execute()
  return Number(result.numDeletedRows)
}
