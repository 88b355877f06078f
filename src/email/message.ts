import { defineJob, enqueue } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { newId } from '#platform/ids.ts'
import { insertEmail } from './queries.ts'

export interface Message {
  /** One address, without a name. */
  to: string
  subject: string
  text: string
  html: string
  /** Which mail it is, for the log: `auth.verify_email`. */
  kind: string
  /** When its links stop working. It is not sent after that. */
  expiresAt?: Date
}

/**
 * A day of attempts, the last ones five minutes apart: a mail server that was away for ten minutes gets everything
 * within a few more.
 */
export const deliver = defineJob<{ email_id: string }>('email.deliver', {
  attempts: 300,
  retryDelayMaxSeconds: 300,
  expireSeconds: 120,
  concurrency: 4,
})

/** Writes the mail, and the job that sends it, in the transaction of the change it tells of. */
export async function sendLater(tx: Tx, { to, subject, text, html, kind, expiresAt }: Message): Promise<void> {
  const id = newId()
  await insertEmail(tx, {
    id,
    kind,
    recipient: oneAddress(to),
    subject: oneLine(subject),
    text,
    html,
    expiresAt: expiresAt ?? null,
  })
  await enqueue(tx, deliver, { email_id: id })
}

/** The characters of RFC 5322's atoms: nothing that could end a header or begin a second address. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i
const LONGEST_ADDRESS = 254
const LONGEST_SUBJECT = 200

function oneAddress(to: string): string {
  if (to.length <= LONGEST_ADDRESS && ADDRESS.test(to)) return to
  throw new TypeError('A mail goes to exactly one plain address.')
}

/** Subjects contain names that people chose. */
function oneLine(subject: string): string {
  return subject
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_SUBJECT)
}
