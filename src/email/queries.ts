import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export interface NewEmail {
  id: string
  kind: string
  recipient: string
  subject: string
  text: string
  html: string
  expiresAt: Date | null
}

export async function insertEmail(tx: Tx, email: NewEmail): Promise<void> {
  await sql`
    insert into emails (id, kind, recipient, subject, text_body, html_body, expires_at)
    values (${email.id}, ${email.kind}, ${email.recipient}, ${email.subject}, ${email.text}, ${email.html}, ${email.expiresAt})
  `.execute(tx)
}

export interface Email {
  id: string
  kind: string
  recipient: string
  subject: string
  text_body: string
  html_body: string
  message_id: string | null
  expires_at: Date | null
  created_at: Date
  sent_at: Date | null
  failed_at: Date | null
  error: string | null
  unconfirmed_at: Date | null
}

const columns = sql.raw(
  'id, kind, recipient, subject, text_body, html_body, message_id, expires_at, created_at, sent_at, failed_at, error, unconfirmed_at',
)

export async function findEmail(tx: Tx, id: string): Promise<Email | undefined> {
  const { rows } = await sql<Email>`select ${columns} from emails where id = ${id}`.execute(tx)
  return rows[0]
}

/** The newest first. */
export async function listEmails(
  tx: Tx,
  { recipient, limit }: { recipient?: string | undefined; limit: number },
): Promise<Email[]> {
  const of = recipient === undefined ? sql`true` : sql`recipient = ${recipient}`
  const { rows } = await sql<Email>`
    select ${columns} from emails where ${of} order by created_at desc, id desc limit ${limit}
  `.execute(tx)
  return rows
}

/** The mail to be sent now. It keeps the message id of its first attempt, also when the sender's domain changes. */
export async function takeEmail(
  tx: Tx,
  id: string,
  messageId: string,
): Promise<(Email & { message_id: string }) | undefined> {
  const { rows } = await sql<Email & { message_id: string }>`
    update emails set message_id = coalesce(message_id, ${messageId})
    where id = ${id} and sent_at is null and failed_at is null
    returning ${columns}
  `.execute(tx)
  return rows[0]
}

export async function markSent(tx: Tx, id: string, { keepBody }: { keepBody: boolean }): Promise<void> {
  await sql`
    update emails set
      sent_at = now(),
      text_body = case when ${keepBody} then text_body else '' end,
      html_body = case when ${keepBody} then html_body else '' end
    where id = ${id} and sent_at is null and failed_at is null
  `.execute(tx)
}

export async function markFailed(tx: Tx, id: string, error: string): Promise<void> {
  await sql`
    update emails set failed_at = now(), error = ${error}, text_body = '', html_body = ''
    where id = ${id} and sent_at is null and failed_at is null
  `.execute(tx)
}

export async function markUnconfirmed(tx: Tx, id: string): Promise<void> {
  await sql`update emails set unconfirmed_at = now() where id = ${id}`.execute(tx)
}

export async function deleteEmailsBefore(tx: Tx, before: Date): Promise<void> {
  await sql`delete from emails where created_at < ${before}`.execute(tx)
}
