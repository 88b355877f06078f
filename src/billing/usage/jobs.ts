/** What happens to recorded usage later: it is added to its days, told to Stripe, and forgotten. */
import { defineJob, handle, type JobHandler, type Schedule, schedule } from '#jobs'
import type { Database } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import type { Billing } from '../context.ts'
import { expireReservations } from '../credits/credits.ts'
import { deleteReservationsBefore } from '../credits/queries.ts'
import { sendMeterEvents } from './meters/meters.ts'
import { countUses, deleteUsesBefore } from './queries.ts'

const BATCH = 5_000
/** Longer than Stripe takes events for, and longer than anything is told again. */
const KEEP_DAYS = 40

const count = defineJob<Record<string, never>>('billing.count_usage')
const tell = defineJob<Record<string, never>>('billing.send_meter_events')
const expire = defineJob<Record<string, never>>('billing.expire_credit_reservations')
const prune = defineJob<Record<string, never>>('billing.prune_usage')

export function usageJobs(billing: Billing): JobHandler[] {
  return [
    handle(count, ({ db, signal }) => countUsage(db, signal)),
    handle(tell, ({ signal }) => sendMeterEvents(billing, signal)),
    handle(expire, ({ db, clock }) => expireReservations(db, clock.now())),
    handle(prune, async ({ db, clock }) => {
      const before = new Date(clock.now().getTime() - KEEP_DAYS * 86_400_000)
      await asSystem(db, 'forget single uses of all tenants, whose days stay', async (tx) => {
        await deleteUsesBefore(tx, before)
        await deleteReservationsBefore(tx, before)
      })
    }),
  ]
}

export const usageSchedules: Schedule[] = [
  schedule(count, { cron: '* * * * *', payload: {} }),
  schedule(tell, { cron: '* * * * *', payload: {} }),
  schedule(expire, { cron: '* * * * *', payload: {} }),
  schedule(prune, { cron: '41 3 * * *', payload: {} }),
]

/** Each batch commits by itself: what is counted stays counted when a later one fails. */
export async function countUsage(db: Database, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const counted = await asSystem(db, 'add single uses of all tenants to their days', (tx) => countUses(tx, BATCH))
    if (counted < BATCH || signal?.aborted) return
  }
}
