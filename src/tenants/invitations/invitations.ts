/**
 * Invitations. One link serves four kinds of people: somebody new, somebody with an account who is signed out, the
 * right person signed in, and the wrong person signed in. It was mailed to the invited address, so holding it proves
 * that mailbox; it still joins only the account of that address. A seat is taken on acceptance, not on sending, so
 * unanswered invitations cost nothing.
 */
import { authorize, canGrant, type RequestFacts, type Role, type TenantScope, type UserScope } from '#access'
import { recordAudit } from '#audit'
import {
  adoptAccount,
  assertAcceptablePassword,
  createProvenAccount,
  type Grant,
  grantOf,
  normaliseEmail,
  type Passwords,
  type Sessions,
  startSession,
  type Throttles,
} from '#auth'
import { sendLater } from '#email'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import type { PageWindow } from '#platform/db/page.ts'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { hashSecret, newSecret } from '#platform/secrets.ts'
import { claimSeat } from '../allowance/limits.ts'
import { tellMembersChanged } from '../news.ts'
import { findMemberByEmail, getTenant, upsertMembership } from '../queries.ts'
import { invitationEmail } from './emails.ts'
import {
  countInvitationsSince,
  findByToken,
  type Invitation,
  type InvitationByToken,
  insertInvitation,
  listPending,
  lockPending,
  renew,
  revokeExpired,
  settle,
} from './queries.ts'

const DAY_MS = 86_400_000
const INVITATION_DAYS = 7
/** A tenant that invites more is not growing but sending spam in our name. */
const INVITATIONS_PER_HOUR = 100

export interface Invitations {
  db: Database
  clock: Clock
  appUrl: string
  sessions: Sessions
  passwords: Passwords
  passwordMinLength: number
  emailVerification: 'optional' | 'required'
  throttles: Pick<Throttles, 'linkTryFrom' | 'inviteTo'>
}

export async function inviteMember(
  { db, clock, appUrl, throttles }: Invitations,
  scope: TenantScope,
  input: { email: string; role: Role; fullName?: string | undefined },
): Promise<Invitation> {
  authorize(scope, 'members.invite')
  assertMayGrant(scope, input.role)
  const email = normaliseEmail(input.email)
  const now = clock.now()

  return inTenant(db, scope, async (tx) => {
    const member = await findMemberByEmail(tx, scope.tenantId, email)
    if (member) {
      const remedy = member.status === 'active' ? '' : ' Reactivate them instead.'
      throw new Refusal(409, 'ALREADY_MEMBER', `${email} is already a member of this organisation.${remedy}`)
    }
    if (
      (await countInvitationsSince(tx, scope.tenantId, new Date(now.getTime() - 3_600_000))) >= INVITATIONS_PER_HOUR
    ) {
      throw new Refusal(429, 'RATE_LIMITED', 'This organisation has sent many invitations. Go on in an hour.', {
        headers: { 'retry-after': '3600' },
      })
    }
    await revokeExpired(tx, scope.tenantId, email, now)

    const { secret, hash } = newSecret()
    const invitation = await insertInvitation(tx, {
      tenant_id: scope.tenantId,
      id: newId(),
      email,
      full_name: input.fullName ?? null,
      role: input.role,
      token_hash: hash,
      invited_by: scope.userId,
      created_at: now,
      expires_at: new Date(now.getTime() + INVITATION_DAYS * DAY_MS),
    })
    if (!invitation) {
      throw new Refusal(409, 'ALREADY_INVITED', `${email} already has an open invitation. Send it again or revoke it.`)
    }
    // Only now, so that an invitation that is refused for another reason does not count.
    await throttles.inviteTo(scope.tenantId, email)
    const tenant = await getTenant(tx, scope.tenantId)
    await sendLater(tx, invitationEmail({ invitation, tenantName: tenant.name, url: linkOf(appUrl, secret) }))
    await recordAudit(tx, scope, {
      action: 'invitation.created',
      target: { type: 'invitation', id: invitation.id },
      details: { email, role: input.role },
    })
    return invitation
  })
}

export function pendingInvitations(
  { db }: Pick<Invitations, 'db'>,
  scope: TenantScope,
  search: string | undefined,
  window: PageWindow,
) {
  authorize(scope, 'members.invite')
  return inTenant(db, scope, (tx) => listPending(tx, scope.tenantId, search, window))
}

/** A new link, valid from now; the old one is dead. */
export async function resendInvitation(
  { db, clock, appUrl, throttles }: Invitations,
  scope: TenantScope,
  id: string,
): Promise<Invitation> {
  authorize(scope, 'members.invite')
  return inTenant(db, scope, async (tx) => {
    const pending = await lockPending(tx, scope.tenantId, id)
    if (!pending) throw notFound()
    assertMayGrant(scope, pending.role)
    await throttles.inviteTo(scope.tenantId, pending.email)
    const { secret, hash } = newSecret()
    const invitation = await renew(tx, scope.tenantId, id, {
      token_hash: hash,
      expires_at: new Date(clock.now().getTime() + INVITATION_DAYS * DAY_MS),
      // Whoever sends it again stands for it; the first inviter may be gone.
      invited_by: scope.userId,
    })
    const tenant = await getTenant(tx, scope.tenantId)
    await sendLater(tx, invitationEmail({ invitation, tenantName: tenant.name, url: linkOf(appUrl, secret) }))
    await recordAudit(tx, scope, { action: 'invitation.resent', target: { type: 'invitation', id } })
    return invitation
  })
}

export async function revokeInvitation(
  { db, clock }: Pick<Invitations, 'db' | 'clock'>,
  scope: TenantScope,
  id: string,
) {
  authorize(scope, 'members.invite')
  await inTenant(db, scope, async (tx) => {
    const pending = await lockPending(tx, scope.tenantId, id)
    if (!pending) throw notFound()
    assertMayGrant(scope, pending.role)
    await settle(tx, scope.tenantId, id, 'revoked', clock.now())
    await recordAudit(tx, scope, {
      action: 'invitation.revoked',
      target: { type: 'invitation', id },
      details: { email: pending.email },
    })
  })
}

export type InvitationState = 'new_account' | 'sign_in' | 'ready' | 'wrong_account'

export async function lookUpInvitation(
  { db, clock, throttles }: Invitations,
  token: string,
  caller: { email: string } | undefined,
  request: RequestFacts,
): Promise<{ tenantName: string; email: string; role: Role; state: InvitationState }> {
  const invitation = await asSystem(db, 'look an invitation up by its link', (tx) =>
    findByToken(tx, hashSecret(token), { lock: false }),
  )
  // Only guesses are counted: opening one's own link again and again is harmless.
  if (!invitation) await throttles.linkTryFrom(request.ip)
  assertOpen(invitation, clock.now())
  const state = caller
    ? caller.email === invitation.email
      ? 'ready'
      : 'wrong_account'
    : invitation.account_id
      ? 'sign_in'
      : 'new_account'
  return { tenantName: invitation.tenant_name, email: invitation.email, role: invitation.role, state }
}

export interface Accept {
  token: string
  password?: string | undefined
  fullName?: string | undefined
}

/**
 * Joins, and answers with tokens for the tenant. A caller who is signed in gets a new session in place of theirs.
 * 410 `INVITATION_GONE` for a link that was used, revoked or has expired.
 */
export async function acceptInvitation(
  invitations: Invitations,
  input: Accept,
  caller: { scope: UserScope; email: string } | undefined,
  request: RequestFacts,
): Promise<Grant> {
  const { db, clock, sessions, passwords, passwordMinLength, throttles } = invitations
  const tokenHash = hashSecret(input.token)

  const found = await asSystem(db, 'look an invitation up by its link', (tx) =>
    findByToken(tx, tokenHash, { lock: false }),
  )
  if (!found) await throttles.linkTryFrom(request.ip)
  assertOpen(found, clock.now())
  assertRightPerson(found, caller)
  const newAccount = found.account_id === null ? newAccountOf(found, input, passwordMinLength) : undefined
  // Hashed before the transaction: a connection is not held while passwords wait in line.
  const passwordHash = newAccount && (await passwords.hash(newAccount.password))

  const issued = await asSystem(db, 'accept an invitation: its tenant is known only now', async (tx) => {
    const now = clock.now()
    const invitation = await findByToken(tx, tokenHash, { lock: true })
    assertOpen(invitation, now)
    assertRightPerson(invitation, caller)

    let userId = invitation.account_id
    if (userId === null) {
      if (!newAccount || !passwordHash) throw gone()
      userId = await createProvenAccount(tx, {
        email: invitation.email,
        fullName: newAccount.fullName,
        passwordHash,
        request,
        now,
      })
    } else if (caller) {
      await adoptAccount(tx, {
        userId,
        email: invitation.email,
        emailVerification: invitations.emailVerification,
        endSessionId: caller.scope.sessionId,
        now,
      })
    }

    await settle(tx, invitation.tenant_id, invitation.id, 'accepted', now)
    await claimSeat(tx, invitation.tenant_id)
    await upsertMembership(tx, { tenant_id: invitation.tenant_id, user_id: userId, role: invitation.role, now })
    await tellMembersChanged(tx, invitation.tenant_id, now)
    const scope: TenantScope = {
      kind: 'tenant',
      tenantId: invitation.tenant_id,
      userId,
      sessionId: null,
      role: invitation.role,
      authenticatedAt: null,
      request,
    }
    const tenant = {
      id: invitation.tenant_id,
      slug: invitation.tenant_slug,
      name: invitation.tenant_name,
      role: invitation.role,
    }
    const started = await startSession(tx, sessions, { id: userId }, tenant, request)
    await recordAudit(tx, scope, {
      action: 'invitation.accepted',
      target: { type: 'invitation', id: invitation.id },
      details: { email: invitation.email, role: invitation.role },
    })
    return started
  })
  return grantOf(sessions, issued)
}

function newAccountOf(found: InvitationByToken, input: Accept, minLength: number) {
  const fullName = input.fullName?.trim() || found.full_name
  const details = [
    ...(input.password ? [] : [{ field: 'password', message: 'is needed to create your account' }]),
    ...(fullName ? [] : [{ field: 'full_name', message: 'is needed to create your account' }]),
  ]
  if (!input.password || !fullName) {
    throw new Refusal(400, 'VALIDATION_ERROR', 'Choose a name and a password to create your account.', { details })
  }
  assertAcceptablePassword(input.password, { minLength, email: found.email, names: [found.tenant_name] })
  return { password: input.password, fullName }
}

/** An inviter who has lost the power to grant the role takes the invitation with them. */
function assertOpen(invitation: InvitationByToken | undefined, now: Date): asserts invitation is InvitationByToken {
  if (!invitation) throw new Refusal(404, 'NOT_FOUND', 'There is no such invitation. Ask for a new one.')
  const inviterMay = invitation.inviter_status === 'active' && canGrant(invitation.inviter_role, invitation.role)
  if (invitation.status !== 'pending' || invitation.expires_at <= now || !inviterMay) throw gone()
}

function assertRightPerson(invitation: InvitationByToken, caller: { email: string } | undefined): void {
  if (caller && caller.email !== invitation.email) {
    throw new Refusal(403, 'WRONG_ACCOUNT', `This invitation is for ${invitation.email}. Sign in with that address.`)
  }
  if (!caller && invitation.account_id) {
    throw new Refusal(401, 'SIGN_IN_REQUIRED', 'This address has an account. Sign in with it, then accept.', {
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
}

function assertMayGrant(scope: TenantScope, role: Role): void {
  if (!canGrant(scope.role, role)) {
    throw new Refusal(403, 'FORBIDDEN', `Your role (${scope.role}) cannot grant the role ${role}.`)
  }
}

function linkOf(appUrl: string, secret: string): string {
  return `${appUrl}/invitations/accept?token=${secret}`
}

function gone(): Refusal {
  return new Refusal(410, 'INVITATION_GONE', 'This invitation was used, revoked or has expired. Ask for a new one.')
}

function notFound(): Refusal {
  return new Refusal(404, 'NOT_FOUND', 'There is no such open invitation.')
}
