import type { SelectQueryBuilder } from 'kysely'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import type { Schema } from '#platform/db/schema.ts'

export interface AnswerKey {
  /** Null on a route of a person alone. */
  tenant_id: string | null
  user_id: string
  route: string
  key: string
}

export interface StoredAnswer {
  fingerprint: Buffer
  status: number
  body: string | null
  headers: Record<string, string>
  answered_at: Date
}

/**
 * True when this transaction is the only one at work for the key. The lock goes with the transaction, also when its
 * process is killed, so there is never a claim that nobody finishes.
 */
export async function claimKey(tx: Tx, key: AnswerKey): Promise<boolean> {
  const name = JSON.stringify([key.tenant_id, key.user_id, key.route, key.key])
  const { rows } = await sql<{ claimed: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as claimed
  `.execute(tx)
  return rows[0]?.claimed ?? false
}

export function findAnswer(tx: Tx, { tenant_id, user_id, route, key }: AnswerKey): Promise<StoredAnswer | undefined> {
  const answers: SelectQueryBuilder<Schema, 'user_idempotency_keys', object> =
    tenant_id === null
      ? tx.selectFrom('user_idempotency_keys')
      : // The same columns and one more.
        (tx.selectFrom('idempotency_keys').where('tenant_id', '=', tenant_id) as never)
  return answers
    .select(['fingerprint', 'status', 'body', 'headers', 'answered_at'])
    .where('user_id', '=', user_id)
    .where('route', '=', route)
    .where('key', '=', key)
    .executeTakeFirst() as Promise<StoredAnswer | undefined>
}

/** Over an answer that has expired. */
export async function storeAnswer(tx: Tx, { tenant_id, ...key }: AnswerKey, answer: StoredAnswer): Promise<void> {
  const values = { ...answer, headers: JSON.stringify(answer.headers) }
  if (tenant_id === null) {
    await tx
      .insertInto('user_idempotency_keys')
      .values({ ...key, ...values })
      .onConflict((conflict) => conflict.columns(['user_id', 'route', 'key']).doUpdateSet(values))
      .execute()
    return
  }
  await tx
    .insertInto('idempotency_keys')
    .values({ tenant_id, ...key, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id', 'route', 'key']).doUpdateSet(values))
    .execute()
}

export async function deleteAnswersBefore(tx: Tx, moment: Date): Promise<void> {
  await tx.deleteFrom('idempotency_keys').where('answered_at', '<', moment).execute()
  await tx.deleteFrom('user_idempotency_keys').where('answered_at', '<', moment).execute()
}
