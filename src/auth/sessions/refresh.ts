/**
 * The refresh protocol.
 *
 * A sign-in is one session; its refresh tokens are a family of which one is the newest. Each use replaces it. A client
 * that never got the answer, or two tabs that ask at once, present the token that was just replaced: within the grace
 * window they get the very same successor, so nobody honest is signed out and no second branch comes into being. A
 * token presented later than that, or one whose successor was already used, can only be a copy: the family ends.
 *
 * The successor is derived from the presented token, a salt in its row and a server key. The database holds hashes and
 * salts only, so a leak of it mints nothing; nor does a stolen old token without the server key.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { RequestFacts } from '#access'
import { recordAccountEvent } from '#audit'
import { sendLater } from '#email'
import type { Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { hashSecret } from '#platform/secrets.ts'
import { refreshReuseEmail } from '../emails.ts'
import {
  countTokensSince,
  getRefreshToken,
  insertRefreshToken,
  lockSessionOfToken,
  markRotated,
  type RefreshTokenRow,
  revokeSession,
  touchSession,
} from './queries.ts'
import { type Grant, grantOf, type IssuedRefresh, type SessionSettings, type Sessions, slide } from './sessions.ts'

/** More rotations than any client needs; replays within the grace window are not rotations and do not count. */
const ROTATIONS_PER_MINUTE = 30

type Refreshed =
  | { kind: 'issued'; issued: IssuedRefresh }
  | { kind: 'ended' }
  | { kind: 'reused' }
  | { kind: 'unknown' }

/**
 * Exchanges a refresh token. 401 `INVALID_REFRESH_TOKEN` for one that is unknown or has ended,
 * 401 `REFRESH_REUSE_DETECTED` for a copy; `endsSession` says whether a cookie that holds it is worth keeping.
 */
export async function refreshSession(
  sessions: Sessions,
  presented: string,
  { slug, request }: { slug?: string | undefined; request: RequestFacts },
): Promise<Grant> {
  const outcome = await sharedExchange(sessions, presented, slug, request)
  if (outcome.kind === 'issued') return grantOf(sessions, outcome.issued)
  if (outcome.kind === 'reused') {
    throw new Refusal(
      401,
      'REFRESH_REUSE_DETECTED',
      'This session was ended because an old token of it was used again.',
    )
  }
  throw new Refusal(401, outcome.kind === 'ended' ? 'SESSION_ENDED' : 'INVALID_REFRESH_TOKEN', 'Sign in again.')
}

const exchangesUnderWay = new WeakMap<Sessions, Map<string, Promise<Refreshed>>>()

/** Tabs that wake up together present one token many times; in one process they ask the database once. */
function sharedExchange(
  sessions: Sessions,
  presented: string,
  slug: string | undefined,
  request: RequestFacts,
): Promise<Refreshed> {
  const underWay = exchangesUnderWay.get(sessions) ?? new Map<string, Promise<Refreshed>>()
  exchangesUnderWay.set(sessions, underWay)
  const key = `${hashSecret(presented).toString('base64')} ${slug ?? ''}`
  const known = underWay.get(key)
  if (known) return known
  const exchanged = asSystem(sessions.db, 'refresh a session before its user is known', (tx) =>
    exchange(tx, sessions, presented, slug, request),
  ).finally(() => underWay.delete(key))
  underWay.set(key, exchanged)
  return exchanged
}

async function exchange(
  tx: Tx,
  { clock, settings, tenancy }: Sessions,
  presented: string,
  slug: string | undefined,
  request: RequestFacts,
): Promise<Refreshed> {
  const presentedHash = hashSecret(presented)
  const session = await lockSessionOfToken(tx, presentedHash)
  // Somebody else's guess must not end anybody's session.
  if (!session) return { kind: 'unknown' }

  const token = await getRefreshToken(tx, presentedHash, clock.offsetMs)
  const { now } = token
  // An expired token is not a theft, even inside the window.
  if (session.revoked_at || session.expires_at <= now || token.expires_at <= now || token.user_status !== 'active') {
    return { kind: 'ended' }
  }

  const replayed = token.rotated_at !== null
  if (replayed) {
    const age = now.getTime() - (token.rotated_at as Date).getTime()
    const inGrace = age <= settings.refreshGraceSeconds * 1000
    if (!inGrace || token.successor_rotated_at || !token.successor_expires_at) {
      await revokeSession(tx, session.user_id, session.id, 'refresh_reuse', now)
      await recordAccountEvent(tx, {
        userId: session.user_id,
        action: 'auth.refresh.reuse_detected',
        request,
        details: { session_id: session.id },
      })
      await sendLater(tx, refreshReuseEmail({ to: token.email, appUrl: settings.appUrl, request, at: now }))
      return { kind: 'reused' }
    }
  }

  // Before anything is written: a refused tenant must not cost the token.
  const tenant = await tenancy.enter(tx, {
    userId: session.user_id,
    slug,
    lastTenantId: session.last_tenant_id,
    now,
  })

  const successor = deriveSuccessor(settings, token, presented)
  if (successor === undefined) return { kind: 'ended' }
  const issue = (expiresAt: Date): Refreshed => ({
    kind: 'issued',
    issued: { userId: session.user_id, sessionId: session.id, refreshToken: successor, expiresAt, now, tenant },
  })
  if (replayed) return issue(token.successor_expires_at as Date)

  if ((await countTokensSince(tx, session.id, new Date(now.getTime() - 60_000))) > ROTATIONS_PER_MINUTE) {
    throw new Refusal(
      429,
      'RATE_LIMITED',
      'This session refreshes too often. Your token stays valid; try again soon.',
      {
        headers: { 'retry-after': '30' },
      },
    )
  }
  const successorHash = hashSecret(successor)
  const expiresAt = slide(now, session.expires_at, settings)
  await insertRefreshToken(tx, {
    token_hash: successorHash,
    session_id: session.id,
    salt: randomBytes(16),
    created_at: now,
    expires_at: expiresAt,
  })
  await markRotated(tx, presentedHash, successorHash, now)
  await touchSession(tx, session.id, tenant?.id ?? null, now)
  return issue(expiresAt)
}

/** `undefined` when the key that made the successor has been retired. */
function deriveSuccessor({ refreshKeys }: SessionSettings, token: RefreshTokenRow, presented: string) {
  const under = (key: Buffer) =>
    createHmac('sha256', key).update('refresh-successor:v1').update(token.salt).update(presented).digest('base64url')
  const { successor_hash: made } = token
  if (!made) return under(refreshKeys[0])
  return refreshKeys.map(under).find((successor) => hashSecret(successor).equals(made))
}
