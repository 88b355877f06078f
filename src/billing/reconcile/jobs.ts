import { defineJob, handle, type JobHandler, type Schedule, schedule } from '#jobs'
import type { Billing } from '../context.ts'
import { reconcile } from './reconcile.ts'

/** Hours for a large account; begun anew when its worker is gone. */
const reconcileAll = defineJob('billing.reconcile', { attempts: 3, retryDelaySeconds: 60, expireSeconds: 4 * 3600 })

export function reconcileJobs(billing: Billing): JobHandler[] {
  return [
    handle(reconcileAll, async ({ signal, log }) => {
      if (!billing.stripe) return
      const { customers, drift } = await reconcile(billing, { heal: true, signal })
      for (const { healed, ...found } of drift) {
        if (healed) log.warn(found, 'billing had drifted')
        else log.error({ ...found, alarm: found.kind }, 'billing needs a look')
      }
      log.info({ customers, drift: drift.length }, 'billing reconciled with Stripe')
    }),
  ]
}

export const reconcileSchedules: Schedule[] = [schedule(reconcileAll, { cron: '41 2 * * *', payload: {} })]
