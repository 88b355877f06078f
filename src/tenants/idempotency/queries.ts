import { sql } from 'kysely'
import type { Tx } from '#platform/db/database.ts'

export interface AnswerKey {
  tenant_id: string
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

export function findAnswer(tx: Tx, key: AnswerKey): Promise<StoredAnswer | undefined> {
  return tx
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'status', 'body', 'headers', 'answered_at'])
    .where('tenant_id', '=', key.tenant_id)
    .where('user_id', '=', key.user_id)
    .where('route', '=', key.route)
    .where('key', '=', key.key)
    .executeTakeFirst() as Promise<StoredAnswer | undefined>
}

export async function storeAnswer(tx: Tx, key: AnswerKey, answer: StoredAnswer): Promise<void> {
  const values = { ...answer, headers: JSON.stringify(answer.headers) }
  await tx
    .insertInto('idempotency_keys')
    .values({ ...key, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id', 'route', 'key']).doUpdateSet(values))
    .execute()
}

export async function deleteAnswersBefore(tx: Tx, moment: Date): Promise<void> {
  await tx.deleteFrom('idempotency_keys').where('answered_at', '<', moment).execute()
}
