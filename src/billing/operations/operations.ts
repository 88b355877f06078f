/**
 * Writes to a tenant's subscription at Stripe, one after the other, each with one effect.
 *
 * What is to be done is decided and kept in one transaction before Stripe is asked, and the row's id is the idempotency
 * key. Whoever meets an unfinished row that was begun by the same request does exactly the same under the same key: also
 * after a crash, and after an answer of Stripe's that was lost.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { enqueue } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import type { Billing } from '../context.ts'
import { busy, isFinal } from '../stripe/write.ts'
import { syncTenant } from '../sync/sync.ts'
import { attempt, isUnderWay } from './attempts.ts'
import { close } from './close.ts'
import { operationLeftBehind, settleLeftBehind } from './left-behind.ts'
import { findPending, insertPending, type PendingOperation } from './queries.ts'

/** Nobody waits so long for Stripe: what is older was left behind. */
const ABANDONED_MS = 60_000
/** How long one request waits for the end of another. */
const PATIENCE_MS = 3_000
const POLL_MS = 100

/** All writes to a subscription are of one kind, so that never two of them are under way. */
const KIND = 'subscription'

export interface Operation<Step extends object> {
  /** What was asked for. Who asks for the same again takes part in what was begun. */
  request: object
  /** What has to be done for it now; undefined when there is nothing to do. */
  decide: (tx: Tx) => Promise<Step | undefined>
  /** Asks Stripe. `key` makes the idempotency key of each call; all that is sent comes from the step. */
  perform: (step: Step, key: (part: string) => string) => Promise<unknown>
  /** What follows here, in the transaction that closes the operation. */
  settle: (tx: Tx, step: Step) => Promise<void>
}

/** Answers whether there was anything to do. Afterwards the tenant's copy of Stripe's truth is fresh. */
export async function operate<Step extends object>(
  billing: Billing,
  tenantId: string,
  operation: Operation<Step>,
): Promise<boolean> {
  const begun = await begin(billing, tenantId, operation)
  if (!begun) return false
  const { id, step } = begun
  let isPerformed = false
  try {
    await attempt(id, async () => {
      await operation.perform(step, (part) => `plinth:${id}:${part}`)
      isPerformed = true
      await syncTenant(billing, tenantId)
    })
  } catch (error) {
    // After any other error nobody knows whether Stripe did it; the row stays for whoever asks next.
    if (!isPerformed && isFinal(error)) await close(billing, tenantId, id, 'failed')
    throw error
  }
  await close(billing, tenantId, id, 'done', (tx) => operation.settle(tx, step))
  return true
}

async function begin<Step extends object>(
  billing: Billing,
  tenantId: string,
  { request, decide }: Operation<Step>,
): Promise<{ id: string; step: Step } | undefined> {
  const { db, clock } = billing
  const hash = createHash('sha256').update(JSON.stringify(request)).digest()
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const now = clock.now()
    const { other, mine, lost } = await inTenant(db, { tenantId }, async (tx) => {
      const other = await findPending(tx, tenantId, KIND)
      if (other) return { other }
      const step = await decide(tx)
      if (!step) return {}
      const id = newId()
      const row = { tenant_id: tenantId, id, kind: KIND, params_hash: hash, params: step, created_at: now }
      if (!(await insertPending(tx, row))) return { lost: true }
      const startAfter = new Date(now.getTime() + 2 * ABANDONED_MS)
      await enqueue(tx, operationLeftBehind, { tenant_id: tenantId, operation_id: id }, { tenantId, startAfter })
      return { mine: { id, step } }
    })
    if (mine) return mine
    if (other) {
      const resumed = await meet(billing, tenantId, other, hash, now, performance.now() > deadline)
      if (resumed) return { id: resumed.id, step: resumed.params as Step }
    } else if (!lost) return undefined
  }
}

/** Answers the other operation when it is to be finished from here. */
async function meet(
  billing: Billing,
  tenantId: string,
  other: PendingOperation,
  hash: Buffer,
  now: Date,
  late: boolean,
): Promise<PendingOperation | undefined> {
  if (now.getTime() - other.created_at.getTime() >= ABANDONED_MS) {
    await settleLeftBehind(billing, tenantId, other)
    return undefined
  }
  const same = other.params_hash.equals(hash)
  if (same && (late || !isUnderWay(other.id, other.created_at, now))) return other
  if (late) throw busy()
  await sleep(POLL_MS)
  return undefined
}
