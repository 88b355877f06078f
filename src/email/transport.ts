export interface OutgoingMail {
  messageId: string
  to: string
  subject: string
  text: string
  html: string
}

export interface EmailTransport {
  /** The domain on the right of message ids. */
  readonly domain: string
  /** Whether this is where mails are read: then they keep their contents. */
  readonly isMailbox: boolean
  /** Throws `MailRefused` for good, `MailUnconfirmed` when it may have been taken, anything else to be tried again. */
  send(mail: OutgoingMail): Promise<void>
}

/** The receiving side will never take this mail. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
}

/** The whole mail was handed over and the connection broke before the answer. */
export class MailUnconfirmed extends Error {
  override readonly name = 'MailUnconfirmed'
}

export function domainOf(from: string): string {
  return /@([a-z0-9.-]+)/i.exec(from)?.[1] ?? 'localhost'
}
