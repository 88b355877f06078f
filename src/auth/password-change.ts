/** Forgotten and changed passwords. Either ends the sessions that an intruder may hold. */
import type { RequestFacts } from '#access'
import { recordAccountEvent } from '#audit'
import { sendLater } from '#email'
import { enqueue } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { hashSecret, newSecret } from '#platform/secrets.ts'
import type { Accounts } from './accounts.ts'
import { normaliseEmail } from './email-address.ts'
import { passwordChangedEmail, passwordResetEmail } from './emails.ts'
import { type Intent, type MailRequest, passwordResetRequested, verificationRequested } from './jobs.ts'
import { consumeLink, deleteLinks, replaceLink } from './links/queries.ts'
import { assertAcceptablePassword } from './password-policy.ts'
import { findAccountByEmail, findAccountById, lockAccount, markEmailVerified, updatePassword } from './queries.ts'
import { invalidLink } from './registration.ts'
import { lockLiveSession, revokeAllSessions } from './sessions/queries.ts'
import { type Grant, grantOf, type PersonKey, startSession } from './sessions/sessions.ts'

const RESET_MINUTES = 60

/** Always the same answer; a job finds out whether there is anybody to mail. */
export async function requestPasswordReset(accounts: Accounts, input: string, request: RequestFacts): Promise<void> {
  await requestMail(accounts, input, request, (tx, mail) => enqueue(tx, passwordResetRequested, mail))
}

export async function requestVerification(
  accounts: Accounts,
  { email, intent }: { email: string; intent?: Intent | undefined },
  request: RequestFacts,
): Promise<void> {
  await requestMail(accounts, email, request, (tx, mail) => enqueue(tx, verificationRequested, { ...mail, intent }))
}

async function requestMail(
  { db, throttles }: Accounts,
  input: string,
  request: RequestFacts,
  ask: (tx: Tx, mail: MailRequest) => Promise<void>,
): Promise<void> {
  const email = normaliseEmail(input)
  await throttles.mailRequestFrom(request.ip)
  // An address that has had enough costs the same work, so that time does not tell who asked for it before.
  const silent = !(await throttles.mayMail(email))
  await asSystem(db, 'ask for a mail to an address that may have no account', (tx) => ask(tx, { email, silent }))
}

export async function answerPasswordReset(
  { db, clock, appUrl }: Pick<Accounts, 'db' | 'clock' | 'appUrl'>,
  email: string,
) {
  await asSystem(db, 'mail the link that resets a password', async (tx) => {
    const account = await findAccountByEmail(tx, email)
    if (account?.status !== 'active') return
    const now = clock.now()
    const { secret, hash } = newSecret()
    const expiresAt = new Date(now.getTime() + RESET_MINUTES * 60_000)
    await replaceLink(tx, {
      purpose: 'password_reset',
      token_hash: hash,
      user_id: account.id,
      email,
      created_at: now,
      expires_at: expiresAt,
    })
    const url = `${appUrl}/reset-password?token=${secret}`
    await sendLater(tx, passwordResetEmail({ to: email, name: account.full_name, url, expiresAt }))
  })
}

/** Ends all sessions and signs nobody in. 400 `INVALID_TOKEN` for a link that is unknown, used or expired. */
export async function resetPassword(
  accounts: Accounts,
  input: { token: string; password: string },
  request: RequestFacts,
): Promise<void> {
  const { db, clock, passwords, throttles, passwordMinLength } = accounts
  assertAcceptablePassword(input.password, { minLength: passwordMinLength })
  await throttles.linkTryFrom(request.ip)
  const passwordHash = await passwords.hash(input.password)
  await asSystem(db, 'reset a password by its link', async (tx) => {
    const now = clock.now()
    const link = await consumeLink(tx, 'password_reset', hashSecret(input.token), now)
    if (!link) throw invalidLink()
    const account = await findAccountById(tx, link.user_id)
    // The link proves the address it was sent to, and the account may have another one by now.
    if (!account || account.email !== link.email) throw invalidLink()
    assertAcceptablePassword(input.password, { minLength: passwordMinLength, email: account.email })
    await updatePassword(tx, account.id, passwordHash, now)
    await markEmailVerified(tx, account.id, account.email, now)
    await deleteLinks(tx, account.id, 'password_reset')
    await revokeAllSessions(tx, account.id, 'password_reset', now)
    await recordAccountEvent(tx, { userId: account.id, action: 'auth.password.reset', request })
    await sendLater(tx, passwordChangedEmail({ to: account.email, appUrl: accounts.appUrl, request, at: now }))
  })
}

/** Ends every session and starts a new one for the caller. 403 `INVALID_PASSWORD` when the current one is wrong. */
export async function changePassword(
  accounts: Accounts,
  person: PersonKey & { tenantId: string | null },
  input: { currentPassword: string; newPassword: string },
): Promise<Grant> {
  const { db, clock, passwords, sessions, throttles } = accounts
  const account = await asSystem(db, 'change a password: read the stored hash', (tx) =>
    findAccountById(tx, person.userId),
  )
  if (!account) throw new Refusal(401, 'UNAUTHENTICATED', 'Sign in again.')
  assertAcceptablePassword(input.newPassword, {
    minLength: accounts.passwordMinLength,
    email: account.email,
    field: 'new_password',
  })
  // Guesses at the current password count with guesses at the sign-in page.
  await throttles.signInTo(account.email)
  if (!(await passwords.verify(account.password_hash, input.currentPassword))) {
    throw new Refusal(403, 'INVALID_PASSWORD', 'Your current password is not right.', {
      details: [{ field: 'current_password', message: 'is not right' }],
    })
  }
  await throttles.signedInTo(account.email)
  const passwordHash = await passwords.hash(input.newPassword)
  const issued = await asSystem(db, 'change a password: replace it and every session', async (tx) => {
    const now = clock.now()
    const present = await lockAccount(tx, account.id)
    if (!(await lockLiveSession(tx, account.id, person.sessionId))) {
      throw new Refusal(401, 'UNAUTHENTICATED', 'This session was ended meanwhile. Sign in again.')
    }
    if (present?.password_hash !== account.password_hash || present?.status !== 'active') {
      throw new Refusal(409, 'CONFLICT', 'Your password was changed elsewhere at the same moment. Sign in again.')
    }
    await updatePassword(tx, account.id, passwordHash, now)
    await deleteLinks(tx, account.id, 'password_reset')
    await revokeAllSessions(tx, account.id, 'password_change', now)
    await recordAccountEvent(tx, { userId: account.id, action: 'auth.password.changed', request: person.request })
    await sendLater(
      tx,
      passwordChangedEmail({ to: account.email, appUrl: accounts.appUrl, request: person.request, at: now }),
    )
    const tenant = await sessions.tenancy.enter(tx, { userId: account.id, lastTenantId: person.tenantId, now })
    return startSession(tx, sessions, account, tenant, person.request)
  })
  return grantOf(sessions, issued)
}
