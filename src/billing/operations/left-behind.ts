/**
 * An operation that nobody finished, because a process was killed or Stripe did not answer to the end. Whether it had its
 * effect is read from Stripe; what is still missing is decided anew by whoever asks, under a new key.
 */
import { defineJob, handle, type JobHandler } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { isAt, type Target } from '../change/decision.ts'
import { releaseSchedule } from '../change/schedule.ts'
import { setChosenSeats } from '../checkout/queries.ts'
import { type Billing, stripeOf } from '../context.ts'
import { currentSubscription, type Subscription } from '../sync/queries.ts'
import { syncTenant } from '../sync/sync.ts'
import { close } from './close.ts'
import { findOperation, type PendingOperation } from './queries.ts'

/** What steps may hold for this. */
export interface Asked {
  target: Target
  /** Whether the number of seats was asked for, rather than kept. */
  asksSeats: boolean
}

/** Looks at each operation once more, some time after it began: not everybody asks again. */
export const operationLeftBehind = defineJob<{ tenant_id: string; operation_id: string }>(
  'billing.operation_left_behind',
  { attempts: 300, retryDelayMaxSeconds: 300 },
)

export function leftBehindJob(billing: Billing): JobHandler {
  return handle(operationLeftBehind, async ({ payload: { tenant_id: tenantId, operation_id: id } }) => {
    const pending = await inTenant(billing.db, { tenantId }, (tx) => findOperation(tx, tenantId, id))
    if (pending) await settleLeftBehind(billing, tenantId, pending)
  })
}

export async function settleLeftBehind(billing: Billing, tenantId: string, operation: PendingOperation): Promise<void> {
  const { id, params } = operation
  await syncTenant(billing, tenantId)
  const schedule = await inTenant(billing.db, { tenantId }, async (tx) =>
    outlived(await currentSubscription(tx, tenantId), params),
  )
  if (schedule) {
    await releaseSchedule(await stripeOf(billing).client(), schedule, (part) => `plinth:${id}:${part}`)
    await syncTenant(billing, tenantId)
  }
  await close(billing, tenantId, id, 'failed', (tx) => keepWhatWasAsked(tx, tenantId, params))
}

/** A schedule that was to be released after a change that was paid for: it would take the change back. */
function outlived(current: Subscription | undefined, step: unknown): string | undefined {
  const { schedule, target, waits } = step as { schedule?: string; target?: Target; waits?: boolean }
  if (!current || !schedule || !target || waits || current.schedule_id !== schedule) return undefined
  return isAt(current, target) ? schedule : undefined
}

/** Without the number of seats that an owner asked and paid for, the next count of members would give them back. */
async function keepWhatWasAsked(tx: Tx, tenantId: string, step: unknown): Promise<void> {
  const { target, asksSeats } = step as Partial<Asked>
  if (!target || !asksSeats) return
  const current = await currentSubscription(tx, tenantId)
  if (current && (isAt(current, target) || isAhead(current, target))) {
    await setChosenSeats(tx, tenantId, target.quantity)
  }
}

function isAhead(current: Subscription, { plan, interval, quantity }: Target): boolean {
  const { scheduled_plan, scheduled_interval, scheduled_quantity } = current
  return scheduled_plan === plan && scheduled_interval === interval && scheduled_quantity === quantity
}
