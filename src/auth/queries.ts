import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export interface User {
  id: string
  email: string
  full_name: string
  email_verified_at: Date | null
  created_at: Date
}

export interface Account extends User {
  password_hash: string | null
  status: string
}

const userColumns = ['id', 'email', 'full_name', 'email_verified_at', 'created_at'] as const

export function findAccountByEmail(tx: Tx, email: string): Promise<Account | undefined> {
  return tx
    .selectFrom('users')
    .select([...userColumns, 'password_hash', 'status'])
    .where('email', '=', email)
    .executeTakeFirst() as Promise<Account | undefined>
}

/**
 * Locked, so that a sign-in and a change of the password are made one after the other: whichever comes second sees what
 * the first did.
 */
export function lockAccount(tx: Tx, userId: string): Promise<Account | undefined> {
  return tx
    .selectFrom('users')
    .select([...userColumns, 'password_hash', 'status'])
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .executeTakeFirst() as Promise<Account | undefined>
}

export function findAccountById(tx: Tx, userId: string): Promise<Account | undefined> {
  return tx
    .selectFrom('users')
    .select([...userColumns, 'password_hash', 'status'])
    .where('id', '=', userId)
    .executeTakeFirst() as Promise<Account | undefined>
}

export function getUser(tx: Tx, userId: string): Promise<User> {
  return tx.selectFrom('users').select(userColumns).where('id', '=', userId).executeTakeFirstOrThrow()
}

/** `undefined` when the address is taken, also by somebody who registers it at this moment. */
export async function insertUser(
  tx: Tx,
  user: {
    id: string
    email: string
    full_name: string
    password_hash: string | null
    email_verified_at: Date | null
    platform_role?: 'staff'
    now: Date
  },
): Promise<User | undefined> {
  const { now, ...columns } = user
  return tx
    .insertInto('users')
    .values({ ...columns, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(userColumns)
    .executeTakeFirst()
}

export async function updateFullName(tx: Tx, userId: string, fullName: string, now: Date): Promise<void> {
  await tx.updateTable('users').set({ full_name: fullName, updated_at: now }).where('id', '=', userId).execute()
}

export async function updatePassword(tx: Tx, userId: string, passwordHash: string, now: Date): Promise<void> {
  await tx.updateTable('users').set({ password_hash: passwordHash, updated_at: now }).where('id', '=', userId).execute()
}

/** Only for the address that was proven: it may have changed since the link was sent. */
export async function markEmailVerified(tx: Tx, userId: string, email: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('users')
    .set({ email_verified_at: sql<Date>`coalesce(email_verified_at, ${now}::timestamptz)`, updated_at: now })
    .where('id', '=', userId)
    .where('email', '=', email)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Taken before all sessions of a person are ended, so that one which is being started at this moment is ended too. */
export async function lockPerson(tx: Tx, userId: string): Promise<void> {
  await tx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute()
}
