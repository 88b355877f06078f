/** What an invitation's link does to an account: it proves the mailbox that it was sent to. */
import type { RequestFacts } from '#access'
import { recordAccountEvent } from '#audit'
import type { Tx } from '#platform/db/database.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { findAccountById, insertUser, markEmailVerified } from './queries.ts'
import { revokeSession } from './sessions/queries.ts'

/** 409 `EMAIL_TAKEN` when the address got an account since the link was looked up. */
export async function createProvenAccount(
  tx: Tx,
  input: { email: string; fullName: string; passwordHash: string; request: RequestFacts; now: Date },
): Promise<string> {
  const user = await insertUser(tx, {
    id: newId(),
    email: input.email,
    full_name: input.fullName,
    password_hash: input.passwordHash,
    email_verified_at: input.now,
    now: input.now,
  })
  if (!user) throw new Refusal(409, 'EMAIL_TAKEN', 'This address already has an account. Sign in, then accept.')
  await recordAccountEvent(tx, { userId: user.id, action: 'auth.registered', request: input.request })
  return user.id
}

/**
 * The session that accepted is ended, because the answer carries a new one. Where mailboxes must be proven, an account
 * that has not done so may be somebody else's trap for this address and does not join.
 */
export async function adoptAccount(
  tx: Tx,
  input: {
    userId: string
    email: string
    emailVerification: 'optional' | 'required'
    endSessionId: string
    now: Date
  },
): Promise<void> {
  const account = await findAccountById(tx, input.userId)
  if (input.emailVerification === 'required' && !account?.email_verified_at) {
    throw new Refusal(403, 'EMAIL_NOT_VERIFIED', 'Confirm your e-mail address first: follow the link that we sent you.')
  }
  await markEmailVerified(tx, input.userId, input.email, input.now)
  await revokeSession(tx, input.userId, input.endSessionId, 'replaced', input.now)
}
