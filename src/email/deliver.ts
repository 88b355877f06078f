import { defineJob, handle, type JobHandler, type JobRun, type Schedule, schedule } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { deliver } from './message.ts'
import { deleteEmailsBefore, markFailed, markSent, markUnconfirmed, takeEmail } from './queries.ts'
import { type EmailTransport, MailRefused, MailUnconfirmed } from './transport.ts'

/** Sends one mail. Run twice, it sends once more only when nobody can know whether the first attempt arrived. */
export function deliverEmail(transport: EmailTransport): JobHandler {
  return handle(deliver, (run) => send(transport, run))
}

async function send(transport: EmailTransport, run: JobRun<{ email_id: string }>): Promise<void> {
  const { payload, db, clock, log, complete } = run
  const inOutbox = <T>(work: (tx: Tx) => Promise<T>) => asSystem(db, 'send mails, which belong to no tenant', work)
  const id = payload.email_id
  const email = await inOutbox((tx) => takeEmail(tx, id, `<${id}@${transport.domain}>`))
  if (!email) return

  const settle = (mark: (tx: Tx) => Promise<void>) =>
    inOutbox(async (tx) => {
      await mark(tx)
      await complete(tx)
    })
  const giveUp = (reason: string) => {
    log.warn({ email_id: id, kind: email.kind, reason }, 'mail not sent')
    return settle((tx) => markFailed(tx, id, reason))
  }

  if (email.expires_at && email.expires_at <= clock.now()) return giveUp('Its links expired before it could be sent.')
  try {
    const { message_id: messageId, recipient: to, subject, text_body: text, html_body: html } = email
    await transport.send({ messageId, to, subject, text, html })
  } catch (error) {
    if (error instanceof MailRefused) return giveUp(error.message)
    if (error instanceof MailUnconfirmed) {
      // One repetition, under the same message id, is the price of not losing it; a second would be a nuisance.
      if (email.unconfirmed_at) return giveUp('The mail server took it twice without confirming it.')
      await inOutbox((tx) => markUnconfirmed(tx, id))
    }
    throw error
  }
  await settle((tx) => markSent(tx, id, { keepBody: transport.isMailbox }))
}

const KEEP_DAYS = 90

const prune = defineJob('email.prune')

/** Forgets old mails every night: they say who was told what. */
export const pruneEmails: { job: JobHandler; schedule: Schedule } = {
  job: handle(prune, ({ db, clock }) => {
    const before = new Date(clock.now().getTime() - KEEP_DAYS * 86_400_000)
    return asSystem(db, 'forget old mails, which belong to no tenant', (tx) => deleteEmailsBefore(tx, before))
  }),
  schedule: schedule(prune, { cron: '23 3 * * *', payload: {} }),
}
