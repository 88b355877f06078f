import { defineJob, handle, type JobHandler, type JobRun, type Schedule, schedule } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { deliver } from './message.ts'
import { claimMessageId, deleteEmailsBefore, findEmail, markFailed, markSent, markUnconfirmed } from './queries.ts'
import { type EmailTransport, MailRefused, MailUnconfirmed } from './transport.ts'

/** Sends one mail. Run twice, it sends once more only when nobody can know whether the first attempt arrived. */
export function deliverEmail(transport: EmailTransport): JobHandler {
  return handle(deliver, (run) => send(transport, run))
}

async function send(transport: EmailTransport, run: JobRun<{ email_id: string }>): Promise<void> {
  const { payload, db, clock, log, signal, complete } = run
  const email = await findEmail(db, payload.email_id)
  if (!email || email.sent_at || email.failed_at) return

  const settle = (mark: (tx: Tx) => Promise<void>) =>
    db.transaction().execute(async (tx) => {
      await mark(tx)
      await complete(tx)
    })
  const giveUp = (reason: string) => {
    log.warn({ email_id: email.id, kind: email.kind, reason }, 'mail not sent')
    return settle((tx) => markFailed(tx, email.id, reason))
  }

  if (email.expires_at && email.expires_at <= clock.now()) return giveUp('Its links expired before it could be sent.')
  const messageId = await claimMessageId(db, email.id, `<${email.id}@${transport.domain}>`)
  try {
    const { recipient: to, subject, text_body: text, html_body: html } = email
    await transport.send({ messageId, to, subject, text, html }, signal)
  } catch (error) {
    if (error instanceof MailRefused) return giveUp(error.message)
    if (error instanceof MailUnconfirmed) {
      // One repetition, under the same message id, is the price of not losing it; a second would be a nuisance.
      if (email.unconfirmed_at) return giveUp('The mail server took it twice without confirming it.')
      await markUnconfirmed(db, email.id)
    }
    throw error
  }
  await settle((tx) => markSent(tx, email.id, { keepBody: transport.isMailbox }))
}

const KEEP_DAYS = 90

const prune = defineJob('email.prune')

/** Forgets old mails every night: they say who was told what. */
export const pruneEmails: { job: JobHandler; schedule: Schedule } = {
  job: handle(prune, ({ db, clock }) =>
    deleteEmailsBefore(db, new Date(clock.now().getTime() - KEEP_DAYS * 86_400_000)),
  ),
  schedule: schedule(prune, { cron: '23 3 * * *', payload: {} }),
}
