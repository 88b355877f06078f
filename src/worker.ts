/** The table of contents of the work that happens later: every job and every schedule. */
import {
  type Accounts,
  answerPasswordReset,
  answerRegistration,
  answerResend,
  deleteEndedSessions,
  passwordResetRequested,
  registrationRequested,
  verificationRequested,
} from '#auth'
import { type Billing, billingJobs, billingSchedules } from '#billing'
import { deliverEmail, type EmailTransport, pruneEmails } from '#email'
import { defineJob, handle, type JobHandler, type Schedule, schedule } from '#jobs'
import { asSystem } from '#platform/db/scoped.ts'
import type { Limiter } from '#platform/http/rate-limit.ts'
import { deleteAnswersBefore } from '#tenants'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const cleanUp = defineJob<Record<string, never>>('platform.clean_up')

export interface WorkOptions {
  accounts: Pick<Accounts, 'db' | 'clock' | 'appUrl' | 'throttles'>
  limiter: Limiter
  emailTransport: EmailTransport
  billing: Billing
}

export function workOf({ accounts, limiter, emailTransport, billing }: WorkOptions): {
  jobs: JobHandler[]
  schedules: Schedule[]
} {
  return {
    jobs: [
      deliverEmail(emailTransport),
      pruneEmails.job,
      ...billingJobs(billing),
      handle(registrationRequested, ({ payload }) => answerRegistration(accounts, payload)),
      handle(verificationRequested, async ({ payload }) => {
        if (!payload.silent) await answerResend(accounts, payload)
      }),
      handle(passwordResetRequested, async ({ payload }) => {
        if (!payload.silent) await answerPasswordReset(accounts, payload.email)
      }),
      handle(cleanUp, async ({ db, clock }) => {
        const now = clock.now().getTime()
        await deleteEndedSessions(db, new Date(now - 30 * DAY_MS))
        await asSystem(db, 'forget answers to repeated requests of all tenants', (tx) =>
          deleteAnswersBefore(tx, new Date(now - DAY_MS)),
        )
        await limiter.sweep()
      }),
    ],
    schedules: [pruneEmails.schedule, ...billingSchedules, schedule(cleanUp, { cron: '17 * * * *', payload: {} })],
  }
}
