/** The transport of development: a mail stays where it was written, and is read at /dev/mailbox. */
import { domainOf, type EmailTransport } from './transport.ts'

export function mailboxTransport({ from }: { from: string }): EmailTransport {
  return { domain: domainOf(from), isMailbox: true, async send() {} }
}
