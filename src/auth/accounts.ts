/** What the routes of accounts are given, and the facts about a person that several of them answer with. */
import type { RequestFacts } from '#access'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { inUser } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { senderOf } from '#platform/http/addresses.ts'
import type { Limiter } from '#platform/http/rate-limit.ts'
import type { Passwords } from './passwords.ts'
import { getUser, type User, updateFullName } from './queries.ts'
import type { Sessions } from './sessions/sessions.ts'

export interface Accounts {
  db: Database
  clock: Clock
  passwords: Passwords
  sessions: Sessions
  throttles: Throttles
  emailVerification: 'optional' | 'required'
  passwordMinLength: number
  appUrl: string
}

/** Limits that guard accounts, shared by all replicas. Each method throws 429 `RATE_LIMITED` with `Retry-After`. */
export interface Throttles {
  signInFrom(address: string): Promise<void>
  /** Counts a try before it is evaluated, so that parallel guesses do not slip through. */
  signInTo(email: string): Promise<void>
  signedInTo(email: string): Promise<void>
  registerFrom(address: string): Promise<void>
  mailRequestFrom(address: string): Promise<void>
  linkTryFrom(address: string): Promise<void>
  /** So that nobody is bombed with invitations in our name. */
  inviteTo(tenantId: string, email: string): Promise<void>
  /** False when this address has had enough mails for now; the answer to the request must not differ. */
  mayMail(email: string): Promise<boolean>
}

const MINUTE = 60
const HOUR = 3600

export function createThrottles(
  limiter: Limiter,
  { perMinute, accountKey }: { perMinute: number; accountKey: (email: string) => string },
): Throttles {
  const hit = async (bucket: string, key: string, points: number, seconds: number): Promise<void> => {
    await limiter.hit(bucket, key, { points, seconds, strict: true })
  }
  return {
    signInFrom: (address) => hit('sign-in-from', senderOf(address), perMinute, MINUTE),
    signInTo: (email) => hit('sign-in-to', accountKey(email), perMinute, 15 * MINUTE),
    signedInTo: (email) => limiter.reset('sign-in-to', accountKey(email)),
    registerFrom: (address) => hit('register-from', senderOf(address), perMinute, HOUR),
    mailRequestFrom: (address) => hit('mail-from', senderOf(address), perMinute, MINUTE),
    linkTryFrom: (address) => hit('link-from', senderOf(address), perMinute, MINUTE),
    inviteTo: (tenantId, email) => hit('invite-to', `${tenantId}:${accountKey(email)}`, 3, 24 * HOUR),
    async mayMail(email) {
      try {
        await hit('mail-to', accountKey(email), 5, HOUR)
        return true
      } catch (error) {
        if (error instanceof Refusal) return false
        throw error
      }
    },
  }
}

export interface UserView {
  id: string
  email: string
  full_name: string
  email_verified: boolean
  mfa_enabled: boolean
  created_at: string
}

export function userView(user: User): UserView {
  return {
    id: user.id,
    email: user.email,
    full_name: user.full_name,
    email_verified: user.email_verified_at !== null,
    mfa_enabled: false,
    created_at: user.created_at.toISOString(),
  }
}

export function profileOf({ db }: Pick<Accounts, 'db'>, person: { userId: string }): Promise<User> {
  return inUser(db, person, (tx) => getUser(tx, person.userId))
}

export function changeFullName(
  { db, clock }: Pick<Accounts, 'db' | 'clock'>,
  person: { userId: string; request: RequestFacts },
  fullName: string,
): Promise<User> {
  return inUser(db, person, async (tx) => {
    await updateFullName(tx, person.userId, fullName, clock.now())
    return getUser(tx, person.userId)
  })
}
