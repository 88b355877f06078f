import type { Config } from '#platform/config.ts'
import { mailboxTransport } from './mailbox.ts'
import { smtpTransport } from './smtp.ts'
import type { EmailTransport } from './transport.ts'

/** SMTP when there is a server for it, otherwise the mailbox of development. */
export function createEmailTransport({ smtpUrl, mailFrom }: Pick<Config, 'smtpUrl' | 'mailFrom'>): EmailTransport {
  return smtpUrl === undefined ? mailboxTransport({ from: mailFrom }) : smtpTransport({ url: smtpUrl, from: mailFrom })
}
