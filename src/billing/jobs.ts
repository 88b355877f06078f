/** The work of billing: customers, the inbox, the nightly comparison, seats that follow members, and what was used. */
import { handle, type JobHandler, type Schedule } from '#jobs'
import type { Billing } from './context.ts'
import { customerJobs } from './customers/customers.ts'
import { inboxJobs, inboxSchedules } from './inbox/work.ts'
import { leftBehindJob } from './operations/left-behind.ts'
import { reconcileJobs, reconcileSchedules } from './reconcile/jobs.ts'
import { seatsJob } from './seats/seats.ts'
import { graceEnds } from './sync/jobs.ts'
import { syncTenant } from './sync/sync.ts'
import { usageJobs, usageSchedules } from './usage/jobs.ts'

export function billingJobs(billing: Billing): JobHandler[] {
  return [
    ...customerJobs(billing),
    ...inboxJobs(billing),
    ...reconcileJobs(billing),
    seatsJob(billing),
    leftBehindJob(billing),
    handle(graceEnds, async ({ payload }) => {
      await syncTenant(billing, payload.tenant_id, { isPatient: true })
    }),
    ...usageJobs(billing),
  ]
}

export const billingSchedules: readonly Schedule[] = [...inboxSchedules, ...reconcileSchedules, ...usageSchedules]
