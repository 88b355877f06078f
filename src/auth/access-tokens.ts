/**
 * Access tokens (RFC 9068): signed, short-lived, and trusted only for who is calling and for which tenant. The role is
 * read from the database with every request, so a token never carries it.
 */
import { createHash, createPrivateKey, createPublicKey, createSecretKey, hash, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { JOSEError, JWKSNoMatchingKey } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import type { Clock } from '#platform/clock.ts'
import { newId } from '#platform/ids.ts'
import { deriveKey } from '#platform/secrets.ts'

export interface AccessClaims {
  userId: string
  sessionId: string
  tenantId: string | null
}

export interface AccessTokens {
  readonly lifetimeSeconds: number
  sign(claims: AccessClaims): Promise<string>
  /** `undefined` for anything that is not a valid, unexpired token of ours. */
  verify(token: string): AccessClaims | undefined | Promise<AccessClaims | undefined>
  /** Public keys only; empty while signing is symmetric. */
  readonly jwks: { keys: JWK[] }
}

export type SigningAlgorithm = 'HS256' | 'EdDSA' | 'RS256'

export interface AccessTokenOptions {
  issuer: string
  lifetimeMinutes: number
  algorithm: SigningAlgorithm
  /** HS256: root secrets, the first signs, all verify. EdDSA and RS256: private keys in PEM, likewise. */
  keys: readonly string[]
  clock: Clock
}

const AUDIENCE = 'plinth-api'
const TYPE = 'at+jwt'
const LEEWAY_SECONDS = 5
/** Verified tokens are remembered by digest until they expire: a signature is checked once, not with every request. */
const REMEMBERED = 10_000
const MAX_TOKEN_CHARACTERS = 2_000

interface Remembered {
  claims: AccessClaims
  expiresAtMs: number
}

export async function createAccessTokens(options: AccessTokenOptions): Promise<AccessTokens> {
  const { issuer, algorithm, clock, lifetimeMinutes } = options
  const lifetimeSeconds = lifetimeMinutes * 60
  const keys = options.keys.map((key) => keyPair(algorithm, key))
  const current = keys[0]
  if (!current) throw new TypeError('At least one signing key is needed.')
  const byId = new Map(keys.map((key) => [key.id, key.verify]))
  const remembered = new Map<string, Remembered>()

  const check = async (token: string, digest: string): Promise<AccessClaims | undefined> => {
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid, alg }) => {
          const key = alg === algorithm && kid ? byId.get(kid) : undefined
          if (!key) throw new JWKSNoMatchingKey()
          return key
        },
        {
          algorithms: [algorithm],
          issuer,
          audience: AUDIENCE,
          typ: TYPE,
          requiredClaims: ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp'],
          // Bounds a token whose `exp` is absurd: it is too old by its `iat`.
          maxTokenAge: lifetimeSeconds + 60,
          clockTolerance: LEEWAY_SECONDS,
          currentDate: clock.now(),
        },
      )
      const { sub, sid, tid, exp, aud } = payload
      if (typeof sub !== 'string' || typeof sid !== 'string' || Array.isArray(aud)) return undefined
      if (tid !== undefined && typeof tid !== 'string') return undefined
      if (!Number.isSafeInteger(exp)) return undefined
      const claims: AccessClaims = { userId: sub, sessionId: sid, tenantId: tid ?? null }
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value as string)
      remembered.set(digest, { claims, expiresAtMs: (exp as number) * 1000 })
      return claims
    } catch (error) {
      if (error instanceof JOSEError || error instanceof TypeError) return undefined
      throw error
    }
  }

  return {
    lifetimeSeconds,

    async sign({ userId, sessionId, tenantId }) {
      const { SignJWT } = await import('jose/jwt/sign')
      const issuedAt = Math.floor(clock.now().getTime() / 1000)
      return new SignJWT({ sid: sessionId, ...(tenantId ? { tid: tenantId } : {}) })
        .setProtectedHeader({ alg: algorithm, typ: TYPE, kid: current.id })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setJti(newId())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(current.sign)
    },

    verify(token) {
      if (token.length > MAX_TOKEN_CHARACTERS) return undefined
      // By digest, so that a dump of the process's memory holds no usable token.
      const digest = hash('sha256', token, 'base64')
      const known = remembered.get(digest)
      if (!known) return check(token, digest)
      if (clock.now().getTime() < known.expiresAtMs + LEEWAY_SECONDS * 1000) return known.claims
      remembered.delete(digest)
      return undefined
    },

    jwks: { keys: algorithm === 'HS256' ? [] : await Promise.all(keys.map((key) => publicJwk(key, algorithm))) },
  }
}

interface Key {
  id: string
  sign: KeyObject
  verify: KeyObject
}

function keyPair(algorithm: SigningAlgorithm, key: string): Key {
  if (algorithm === 'HS256') {
    const secret = createSecretKey(deriveKey(key, 'access-token:v1'))
    return { id: fingerprint(secret.export()), sign: secret, verify: secret }
  }
  const sign = createPrivateKey(key)
  const verify = createPublicKey(sign)
  return { id: fingerprint(verify.export({ type: 'spki', format: 'der' })), sign, verify }
}

function fingerprint(bytes: Buffer): string {
  return createHash('sha256').update('kid').update(bytes).digest('base64url').slice(0, 12)
}

async function publicJwk(key: Key, algorithm: SigningAlgorithm): Promise<JWK> {
  const { exportJWK } = await import('jose/key/export')
  return { ...(await exportJWK(key.verify)), kid: key.id, alg: algorithm, use: 'sig' }
}
