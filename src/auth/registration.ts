/**
 * Signing up. Where the mailbox must be proven first, the answer is the same for known and unknown addresses, in words
 * and in time: both branches hash the password, write one row and one job, and the job decides which mail to send.
 */
import type { RequestFacts } from '#access'
import { recordAccountEvent } from '#audit'
import { sendLater } from '#email'
import { enqueue } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { hashSecret, newSecret } from '#platform/secrets.ts'
import type { Accounts } from './accounts.ts'
import { normaliseEmail } from './email-address.ts'
import { alreadyRegisteredEmail, verificationEmail } from './emails.ts'
import { type Intent, registrationRequested } from './jobs.ts'
import {
  consumeLink,
  consumeRegistration,
  deleteRegistrations,
  findRegistration,
  hasRegistrationSince,
  insertRegistration,
  lockSignUp,
  renewRegistration,
  replaceLink,
} from './links/queries.ts'
import { assertAcceptablePassword } from './password-policy.ts'
import { findAccountByEmail, getUser, insertUser, markEmailVerified, type User } from './queries.ts'
import { type Grant, grantOf, startSession } from './sessions/sessions.ts'
import type { SlugWish, TenantOfToken } from './tenancy.ts'

const LINK_HOURS = 24
const HOUR_MS = 3_600_000

export interface Register {
  email: string
  password: string
  fullName: string
  tenantName: string
  tenantSlug?: string | undefined
  intent?: Intent | undefined
}

export type Registered =
  | { kind: 'signed_in'; user: User; tenant: TenantOfToken; grant: Grant }
  | { kind: 'verify_first' }

export async function register(accounts: Accounts, input: Register, request: RequestFacts): Promise<Registered> {
  const email = normaliseEmail(input.email)
  const askedAt = accounts.clock.now()
  assertAcceptablePassword(input.password, {
    minLength: accounts.passwordMinLength,
    email,
    names: [input.tenantName],
  })
  // Before a mail is sent: what the link leads to can no longer ask for another one.
  if (input.tenantSlug !== undefined) accounts.sessions.tenancy.assertSlug(slugWish(input.tenantSlug))
  await accounts.throttles.registerFrom(request.ip)
  const passwordHash = await accounts.passwords.hash(input.password)
  return accounts.emailVerification === 'required'
    ? registerUnproven(accounts, { ...input, email, passwordHash }, askedAt)
    : registerAtOnce(accounts, { ...input, email, passwordHash }, request)
}

const slugWish = (text: string): SlugWish => ({ text, field: 'tenant_slug' })

type Prepared = Register & { passwordHash: string }

/** Of those who sign up with one address at the same time, one is mailed: a button pressed twice, a request repeated. */
async function registerUnproven({ db, clock }: Accounts, input: Prepared, askedAt: Date): Promise<Registered> {
  const id = newId()
  await asSystem(db, 'keep a sign-up until its mailbox is proven', async (tx) => {
    await lockSignUp(tx, input.email)
    const isAnswered = await hasRegistrationSince(tx, input.email, askedAt)
    const now = clock.now()
    await insertRegistration(tx, {
      id,
      email: input.email,
      full_name: input.fullName,
      password_hash: input.passwordHash,
      tenant_name: input.tenantName,
      tenant_slug: input.tenantSlug ?? null,
      created_at: now,
      expires_at: new Date(now.getTime() + LINK_HOURS * HOUR_MS),
    })
    if (isAnswered) return
    // While a mail to the address is on its way, further sign-ups with it wait in silence.
    await enqueue(
      tx,
      registrationRequested,
      { email: input.email, registration_id: id, intent: input.intent },
      { singletonKey: input.email },
    )
  })
  return { kind: 'verify_first' }
}

async function registerAtOnce(accounts: Accounts, input: Prepared, request: RequestFacts): Promise<Registered> {
  const { db, clock, sessions } = accounts
  const now = clock.now()
  const { user, tenant, issued } = await asSystem(db, 'sign up: a person and their first tenant', async (tx) => {
    const user = await insertUser(tx, {
      id: newId(),
      email: input.email,
      full_name: input.fullName,
      password_hash: input.passwordHash,
      email_verified_at: null,
      now,
    })
    if (!user) {
      throw new Refusal(409, 'EMAIL_TAKEN', 'This address already has an account. Sign in instead.', {
        details: [{ field: 'email', message: 'already has an account' }],
      })
    }
    const tenant = await sessions.tenancy.create(tx, {
      name: input.tenantName,
      slug: input.tenantSlug === undefined ? undefined : slugWish(input.tenantSlug),
      ownerId: user.id,
      request,
      now,
    })
    await sendVerification(tx, accounts, user, now)
    await recordAccountEvent(tx, { userId: user.id, action: 'auth.registered', request })
    return { user, tenant, issued: await startSession(tx, sessions, user, tenant, request) }
  })
  return { kind: 'signed_in', user, tenant, grant: await grantOf(sessions, issued) }
}

/** Onward from a proven mailbox. */
function verificationUrl(appUrl: string, secret: string, intent: Intent | undefined): string {
  const { plan, interval } = intent ?? {}
  const query = new URLSearchParams({ token: secret, ...(plan && { plan }), ...(plan && interval && { interval }) })
  return `${appUrl}/verify-email?${query}`
}

export async function sendVerification(
  tx: Tx,
  { appUrl }: Pick<Accounts, 'appUrl'>,
  user: User,
  now: Date,
  intent?: Intent,
) {
  const { secret, hash } = newSecret()
  const expiresAt = new Date(now.getTime() + LINK_HOURS * HOUR_MS)
  await replaceLink(tx, {
    purpose: 'email_verify',
    token_hash: hash,
    user_id: user.id,
    email: user.email,
    created_at: now,
    expires_at: expiresAt,
  })
  const url = verificationUrl(appUrl, secret, intent)
  await sendLater(tx, verificationEmail({ to: user.email, name: user.full_name, url, expiresAt }))
}

type Answering = Pick<Accounts, 'db' | 'clock' | 'appUrl'>

/** The job behind a sign-up: mails the link, or tells the owner of an account that they have one. */
export async function answerRegistration(
  accounts: Answering & Pick<Accounts, 'throttles'>,
  {
    email,
    registration_id: registrationId,
    intent,
  }: { email: string; registration_id: string; intent?: Intent | undefined },
): Promise<void> {
  if (!(await accounts.throttles.mayMail(email))) return
  await asSystem(accounts.db, 'mail the link that proves a mailbox', async (tx) => {
    const account = await findAccountByEmail(tx, email)
    if (!account) return mailRegistrationLink(tx, accounts, { email, registrationId, intent })
    if (account.email_verified_at) return sendLater(tx, alreadyRegisteredEmail({ to: email, appUrl: accounts.appUrl }))
    return sendVerification(tx, accounts, account, accounts.clock.now(), intent)
  })
}

/** The job behind "send it again": whoever has proven the address already is told nothing. */
export async function answerResend(
  accounts: Answering,
  { email, intent }: { email: string; intent?: Intent | undefined },
): Promise<void> {
  await asSystem(accounts.db, 'mail the link that proves a mailbox again', async (tx) => {
    const now = accounts.clock.now()
    const account = await findAccountByEmail(tx, email)
    if (account?.email_verified_at) return
    if (account) return sendVerification(tx, accounts, account, now, intent)
    const registration = await findRegistration(tx, email, now)
    if (registration) await mailRegistrationLink(tx, accounts, { email, registrationId: registration.id, intent })
  })
}

async function mailRegistrationLink(
  tx: Tx,
  { clock, appUrl }: Answering,
  { email, registrationId, intent }: { email: string; registrationId: string; intent: Intent | undefined },
) {
  const { secret, hash } = newSecret()
  const expiresAt = new Date(clock.now().getTime() + LINK_HOURS * HOUR_MS)
  const registration = await renewRegistration(tx, registrationId, hash, expiresAt)
  if (!registration) return
  const url = verificationUrl(appUrl, secret, intent)
  await sendLater(
    tx,
    verificationEmail({
      to: email,
      name: registration.full_name,
      tenantName: registration.tenant_name,
      url,
      expiresAt,
    }),
  )
}

/** 400 `INVALID_TOKEN` for a link that is unknown, used, expired or for something else. */
export async function verifyEmail(
  accounts: Accounts,
  token: string,
  request: RequestFacts,
): Promise<{ email: string }> {
  await accounts.throttles.linkTryFrom(request.ip)
  const { db, clock, sessions } = accounts
  const tokenHash = hashSecret(token)
  return asSystem(db, 'prove a mailbox by its link', async (tx) => {
    const now = clock.now()
    const link = await consumeLink(tx, 'email_verify', tokenHash, now)
    if (link) {
      if (!(await markEmailVerified(tx, link.user_id, link.email, now))) throw invalidLink()
      await recordAccountEvent(tx, { userId: link.user_id, action: 'auth.email_verified', request })
      return { email: link.email }
    }

    const registration = await consumeRegistration(tx, tokenHash, now)
    if (!registration) throw invalidLink()
    await deleteRegistrations(tx, registration.email)
    const user = await insertUser(tx, {
      id: newId(),
      email: registration.email,
      full_name: registration.full_name,
      password_hash: registration.password_hash,
      email_verified_at: now,
      now,
    })
    // The address got its account by another way meanwhile (an invitation, say): the proof still counts for it.
    if (!user) {
      const account = await findAccountByEmail(tx, registration.email)
      if (account) await markEmailVerified(tx, account.id, registration.email, now)
      return { email: registration.email }
    }
    const slug = registration.tenant_slug
    await sessions.tenancy.create(tx, {
      name: registration.tenant_name,
      // Whether it is free could not be told at sign-up without telling whether the address has an account.
      slug: slug === null ? undefined : { ...slugWish(slug), orSimilar: true },
      ownerId: user.id,
      request,
      now,
    })
    await recordAccountEvent(tx, { userId: user.id, action: 'auth.registered', request })
    return { email: (await getUser(tx, user.id)).email }
  })
}

export function invalidLink(): Refusal {
  return new Refusal(400, 'INVALID_TOKEN', 'This link is not valid any more. Ask for a new one.')
}
