import { sql } from 'kysely'
import type { Tx } from '#platform/db/database.ts'

export interface User {
  id: string
  email: string
  full_name: string
  email_verified_at: Date | null
  created_at: Date
}

export interface Account extends User {
  password_hash: string | null
  status: string
}

const userColumns = ['id', 'email', 'full_name', 'email_verified_at', 'created_at'] as const

/** The time that leases and windows are measured by: the database's, so that replicas with wrong clocks agree. */
export async function databaseNow(tx: Tx, offsetMs: number): Promise<Date> {
  const { now } = await tx.selectNoFrom(nowMovedBy(offsetMs).as('now')).executeTakeFirstOrThrow()
  return now
}

function nowMovedBy(offsetMs: number) {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${offsetMs / 1000}::float8)`
}

export function findAccountByEmail(tx: Tx, email: string): Promise<Account | undefined> {
  return tx
    .selectFrom('users')
    .select([...userColumns, 'password_hash', 'status'])
    .where('email', '=', email)
    .executeTakeFirst() as Promise<Account | undefined>
}

/**
 * Locked, so that a sign-in and a change of the password are made one after the other: whichever comes second sees what
 * the first did.
 */
export function lockAccount(tx: Tx, userId: string): Promise<Account | undefined> {
  return tx
    .selectFrom('users')
    .select([...userColumns, 'password_hash', 'status'])
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .executeTakeFirst() as Promise<Account | undefined>
}

export function findAccountById(tx: Tx, userId: string): Promise<Account | undefined> {
  return tx
    .selectFrom('users')
    .select([...userColumns, 'password_hash', 'status'])
    .where('id', '=', userId)
    .executeTakeFirst() as Promise<Account | undefined>
}

export function getUser(tx: Tx, userId: string): Promise<User> {
  return tx.selectFrom('users').select(userColumns).where('id', '=', userId).executeTakeFirstOrThrow()
}

/** `undefined` when the address is taken, also by somebody who registers it at this moment. */
export async function insertUser(
  tx: Tx,
  user: {
    id: string
    email: string
    full_name: string
    password_hash: string | null
    email_verified_at: Date | null
    platform_role?: 'staff'
    now: Date
  },
): Promise<User | undefined> {
  const { now, ...columns } = user
  return tx
    .insertInto('users')
    .values({ ...columns, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(userColumns)
    .executeTakeFirst()
}

export async function updateFullName(tx: Tx, userId: string, fullName: string, now: Date): Promise<void> {
  await tx.updateTable('users').set({ full_name: fullName, updated_at: now }).where('id', '=', userId).execute()
}

export async function updatePassword(tx: Tx, userId: string, passwordHash: string, now: Date): Promise<void> {
  await tx.updateTable('users').set({ password_hash: passwordHash, updated_at: now }).where('id', '=', userId).execute()
}

/** Only for the address that was proven: it may have changed since the link was sent. */
export async function markEmailVerified(tx: Tx, userId: string, email: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('users')
    .set({ email_verified_at: sql<Date>`coalesce(email_verified_at, ${now}::timestamptz)`, updated_at: now })
    .where('id', '=', userId)
    .where('email', '=', email)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

// Sessions

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

/** Taken before all sessions of a person are ended, so that one which is being started at this moment is ended too. */
export async function lockPerson(tx: Tx, userId: string): Promise<void> {
  await tx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute()
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

// Links sent by mail

export type LinkPurpose = 'email_verify' | 'password_reset'

/** A new link of a purpose replaces the older ones of the same person. */
export async function replaceLink(
  tx: Tx,
  link: {
    purpose: LinkPurpose
    token_hash: Buffer
    user_id: string
    email: string
    created_at: Date
    expires_at: Date
  },
): Promise<void> {
  await tx
    .deleteFrom('one_time_tokens')
    .where('user_id', '=', link.user_id)
    .where('purpose', '=', link.purpose)
    .execute()
  await tx.insertInto('one_time_tokens').values(link).execute()
}

/** One statement decides: of two uses at once, one finds the row gone. */
export function consumeLink(tx: Tx, purpose: LinkPurpose, tokenHash: Buffer, now: Date) {
  return tx
    .deleteFrom('one_time_tokens')
    .where('purpose', '=', purpose)
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .returning(['user_id', 'email'])
    .executeTakeFirst()
}

export async function deleteLinks(tx: Tx, userId: string, purpose: LinkPurpose): Promise<void> {
  await tx.deleteFrom('one_time_tokens').where('user_id', '=', userId).where('purpose', '=', purpose).execute()
}

// Registrations that wait for their mailbox

export interface Registration {
  email: string
  full_name: string
  password_hash: string
  tenant_name: string
  tenant_slug: string | null
}

export async function insertRegistration(
  tx: Tx,
  registration: Registration & { id: string; created_at: Date; expires_at: Date },
): Promise<void> {
  await tx.insertInto('registrations').values(registration).execute()
}

/** The newest one that waits for this address. */
export function findRegistration(tx: Tx, email: string, now: Date) {
  return tx
    .selectFrom('registrations')
    .select(['id', 'email', 'password_hash'])
    .where('email', '=', email)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Gives the registration a new link; the one sent before is dead. */
export function renewRegistration(tx: Tx, id: string, tokenHash: Buffer, expiresAt: Date) {
  return tx
    .updateTable('registrations')
    .set({ token_hash: tokenHash, expires_at: expiresAt })
    .where('id', '=', id)
    .returning(['full_name', 'tenant_name'])
    .executeTakeFirst()
}

export function consumeRegistration(tx: Tx, tokenHash: Buffer, now: Date): Promise<Registration | undefined> {
  return tx
    .deleteFrom('registrations')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .returning(['email', 'full_name', 'password_hash', 'tenant_name', 'tenant_slug'])
    .executeTakeFirst()
}

/** Once the mailbox is proven, what else waits for it was somebody's mistake or trap. */
export async function deleteRegistrations(tx: Tx, email: string): Promise<void> {
  await tx.deleteFrom('registrations').where('email', '=', email).execute()
}
