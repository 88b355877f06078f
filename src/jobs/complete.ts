import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import type { Claim } from './queue.ts'

/**
 * Completes a claim inside a transaction of any role, by dropping to the worker's role for one statement. Sent as one
 * batch; false when the claim no longer held.
 */
export async function completeWithin(tx: Tx, claim: Claim): Promise<boolean> {
  const [, completed] = await Promise.all([
    sql`select set_config('plinth.role', current_setting('role'), true), set_config('role', 'plinth_app', true)`.execute(
      tx,
    ),
    sql`
      update pgboss.job set state = 'completed', completed_on = now()
      where name = ${claim.name} and id = ${claim.id} and state = 'active' and started_on = ${claim.claimedAt}::timestamptz
    `.execute(tx),
    sql`select set_config('role', current_setting('plinth.role'), true)`.execute(tx),
  ])
  return completed.numAffectedRows === 1n
}
