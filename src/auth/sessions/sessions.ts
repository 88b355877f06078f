/** A sign-in is one session. Here it starts, is listed and ends; `refresh.ts` says how it goes on. */
import { randomBytes } from 'node:crypto'
import type { RequestFacts } from '#access'
import { recordAccountEvent } from '#audit'
import type { Clock } from '#platform/clock.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import { asSystem, inUser } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { hashSecret, newSecret } from '#platform/secrets.ts'
import type { AccessTokens } from '../access-tokens.ts'
import { lockPerson, type User } from '../queries.ts'
import type { Tenancy, TenantOfToken } from '../tenancy.ts'
import {
  databaseNow,
  deleteSessionsEndedBefore,
  insertRefreshToken,
  insertSession,
  listSessions,
  revokeAllSessions,
  revokeSession,
  revokeSessionOfToken,
} from './queries.ts'

const DAY_MS = 86_400_000

export interface SessionSettings {
  refreshTokenDays: number
  refreshAbsoluteDays: number
  refreshGraceSeconds: number
  /** Roots of the successors, the same on all replicas: the first makes new ones, the others find those made before. */
  refreshKeys: readonly [Buffer, ...Buffer[]]
  appUrl: string
}

export interface Sessions {
  db: Database
  clock: Clock
  tenancy: Tenancy
  accessTokens: AccessTokens
  settings: SessionSettings
}

export interface Grant {
  accessToken: string
  accessExpiresIn: number
  refreshToken: string
  refreshExpiresIn: number
  tenant: TenantOfToken | null
}

export interface IssuedRefresh {
  userId: string
  sessionId: string
  refreshToken: string
  expiresAt: Date
  now: Date
  tenant: TenantOfToken | null
}

/**
 * Starts a session in the caller's transaction; `grantOf` turns it into tokens once that has committed. `start` is for a
 * caller that has asked the database for its time (`databaseNow`) with something else.
 */
export async function startSession(
  tx: Tx,
  { clock, settings }: Sessions,
  user: Pick<User, 'id'>,
  tenant: TenantOfToken | null,
  request: RequestFacts,
  start?: { sessionId: string; now: Date },
): Promise<IssuedRefresh> {
  const { sessionId, now } = start ?? { sessionId: newId(), now: await databaseNow(tx, clock.offsetMs) }
  const ends = new Date(now.getTime() + settings.refreshAbsoluteDays * DAY_MS)
  const { secret, hash } = newSecret()
  const expiresAt = slide(now, ends, settings)
  // One message; the database takes them in this order.
  await Promise.all([
    insertSession(tx, {
      id: sessionId,
      user_id: user.id,
      ip: request.ip,
      user_agent: request.userAgent,
      now,
      expires_at: ends,
      last_tenant_id: tenant?.id ?? null,
    }),
    insertRefreshToken(tx, {
      token_hash: hash,
      session_id: sessionId,
      salt: randomBytes(16),
      created_at: now,
      expires_at: expiresAt,
    }),
  ])
  return { userId: user.id, sessionId, refreshToken: secret, expiresAt, now, tenant }
}

export async function grantOf({ accessTokens }: Sessions, issued: IssuedRefresh): Promise<Grant> {
  const accessToken = await accessTokens.sign({
    userId: issued.userId,
    sessionId: issued.sessionId,
    tenantId: issued.tenant?.id ?? null,
  })
  return {
    accessToken,
    accessExpiresIn: accessTokens.lifetimeSeconds,
    refreshToken: issued.refreshToken,
    refreshExpiresIn: Math.max(0, Math.round((issued.expiresAt.getTime() - issued.now.getTime()) / 1000)),
    tenant: issued.tenant,
  }
}

export function slide(now: Date, sessionEnds: Date, { refreshTokenDays }: SessionSettings): Date {
  return new Date(Math.min(now.getTime() + refreshTokenDays * DAY_MS, sessionEnds.getTime()))
}

/** Ends the session that a refresh token belongs to, whichever generation it is. Unknown tokens end nothing. */
export async function signOut({ db, clock }: Sessions, refreshToken: string, request: RequestFacts): Promise<void> {
  await asSystem(db, 'sign out by refresh token', async (tx) => {
    const session = await revokeSessionOfToken(tx, hashSecret(refreshToken), 'logout', clock.now())
    if (!session) return
    await recordAccountEvent(tx, {
      userId: session.user_id,
      action: 'auth.logout',
      request,
      details: { session_id: session.id },
    })
  })
}

export interface PersonKey {
  userId: string
  sessionId: string
  request: RequestFacts
}

/** Ends the session that the person acts in. */
export async function signOutHere({ db, clock }: Pick<Sessions, 'db' | 'clock'>, person: PersonKey): Promise<void> {
  await inUser(db, person, async (tx) => {
    if (!(await revokeSession(tx, person.userId, person.sessionId, 'logout', clock.now()))) return
    await recordAccountEvent(tx, {
      userId: person.userId,
      action: 'auth.logout',
      request: person.request,
      details: { session_id: person.sessionId },
    })
  })
}

export async function signOutEverywhere(
  { db, clock }: Pick<Sessions, 'db' | 'clock'>,
  person: PersonKey,
): Promise<void> {
  await inUser(db, person, async (tx) => {
    await lockPerson(tx, person.userId)
    await revokeAllSessions(tx, person.userId, 'logout_all', clock.now())
    await recordAccountEvent(tx, { userId: person.userId, action: 'auth.logout_all', request: person.request })
  })
}

export async function endSession({ db, clock }: Pick<Sessions, 'db' | 'clock'>, person: PersonKey, sessionId: string) {
  await inUser(db, person, async (tx) => {
    if (!(await revokeSession(tx, person.userId, sessionId, 'revoked', clock.now()))) {
      throw new Refusal(404, 'NOT_FOUND', 'There is no such session.')
    }
    await recordAccountEvent(tx, {
      userId: person.userId,
      action: 'auth.session.revoked',
      request: person.request,
      details: { session_id: sessionId },
    })
  })
}

export function sessionsOf(
  { db, clock }: Pick<Sessions, 'db' | 'clock'>,
  person: PersonKey,
  page: { limit: number; offset: number },
) {
  return inUser(db, person, (tx) => listSessions(tx, person.userId, clock.now(), page))
}

/** Ended sessions are kept until `moment`, so that a late replay is still recognised as one. */
export function deleteEndedSessions(db: Database, moment: Date): Promise<number> {
  return asSystem(db, 'forget sessions and links that ended long ago', (tx) => deleteSessionsEndedBefore(tx, moment))
}
