import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

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

/** A sign-up that waits until its mailbox is proven. */
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

/** From here to the end of the transaction nobody else signs up with the address. */
export async function lockSignUp(tx: Tx, email: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`sign-up:${email}`}, 0))`.execute(tx)
}

export async function hasRegistrationSince(tx: Tx, email: string, since: Date): Promise<boolean> {
  const found = await tx
    .selectFrom('registrations')
    .select('id')
    .where('email', '=', email)
    .where('created_at', '>=', since)
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
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
