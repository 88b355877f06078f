/**
 * Signing in. Whatever was wrong, the answer is the same, after the same work: an unknown address costs the same hashes
 * and the same commit, and is locked after as many tries as a known one.
 */
import type { RequestFacts } from '#access'
import { recordAccountEvent } from '#audit'
import { sendLater } from '#email'
import { asSystem } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import type { Accounts } from './accounts.ts'
import { normaliseEmail } from './email-address.ts'
import { newDeviceEmail } from './emails.ts'
import { findRegistration } from './links/queries.ts'
import { findAccountByEmail, lockAccount, updatePassword } from './queries.ts'
import { databaseNow, hasSessionLike } from './sessions/queries.ts'
import { type Grant, grantOf, startSession } from './sessions/sessions.ts'

/** Whom a failed try is recorded for when its address has no account. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

export async function signIn(
  accounts: Accounts,
  input: { email: string; password: string; tenantSlug?: string | undefined },
  request: RequestFacts,
): Promise<Grant> {
  const { db, clock, passwords, sessions, throttles } = accounts
  const email = normaliseEmail(input.email)
  await throttles.signInFrom(request.ip)
  await throttles.signInTo(email)

  const [account, registration] = await asSystem(
    db,
    'sign in: find the account of an address',
    (tx) => Promise.all([findAccountByEmail(tx, email), findRegistration(tx, email, clock.now())]),
    { readOnly: true },
  )
  const correct = await passwords.verify(account?.password_hash, input.password)
  if (!account || !correct) {
    // Asked whether there is an account or not, and a sign-up that waits or not: each would show in the answer or its time.
    const waits =
      accounts.emailVerification === 'required' && (await passwords.verify(registration?.password_hash, input.password))
    if (waits) throw notVerified()
    await asSystem(db, 'sign in: record a failed try', (tx) =>
      recordAccountEvent(tx, { userId: account?.id ?? NOBODY, action: 'auth.login.failed', request }),
    )
    throw invalidCredentials()
  }
  if (accounts.emailVerification === 'required' && !account.email_verified_at) throw notVerified()
  if (account.status !== 'active') throw suspended()
  await throttles.signedInTo(email)

  const upgraded = passwords.needsUpgrade(account.password_hash as string)
    ? await passwords.hash(input.password)
    : undefined
  const issued = await asSystem(db, 'sign in: start a session', async (tx) => {
    const now = clock.now()
    // One message; the database takes them in this order, so the lock is held when the others are answered.
    const [present, earlier, startsAt] = await Promise.all([
      lockAccount(tx, account.id),
      hasSessionLike(tx, account.id, request.userAgent),
      databaseNow(tx, clock.offsetMs),
    ])
    // Passwords wait in line; meanwhile this one may have been replaced, and its sessions ended.
    if (present?.password_hash !== account.password_hash) throw invalidCredentials()
    if (present?.status !== 'active') throw suspended()
    const tenant = await sessions.tenancy.enter(tx, {
      userId: account.id,
      slug: input.tenantSlug,
      lastTenantId: null,
      now,
    })
    if (upgraded) await updatePassword(tx, account.id, upgraded, now)
    if (earlier.any && !earlier.alike) {
      await sendLater(tx, newDeviceEmail({ to: email, appUrl: accounts.appUrl, request, at: now }))
    }
    const sessionId = newId()
    const [started] = await Promise.all([
      startSession(tx, sessions, account, tenant, request, { sessionId, now: startsAt }),
      recordAccountEvent(tx, {
        userId: account.id,
        action: 'auth.login.succeeded',
        request,
        details: { session_id: sessionId, method: 'password' },
      }),
    ])
    return started
  })
  return grantOf(sessions, issued)
}

function invalidCredentials(): Refusal {
  return new Refusal(401, 'INVALID_CREDENTIALS', 'The e-mail address or the password is not right.')
}

function notVerified(): Refusal {
  return new Refusal(403, 'EMAIL_NOT_VERIFIED', 'Confirm your e-mail address first: follow the link that we sent you.')
}

function suspended(): Refusal {
  return new Refusal(403, 'ACCOUNT_SUSPENDED', 'This account is suspended. Contact support.')
}
