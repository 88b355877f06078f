/** Mails: written with the change they tell of, sent by a job, through SMTP or into the mailbox of development. */
export { deliverEmail, pruneEmails } from './deliver.ts'
export { type LayoutOptions, layout } from './layout.ts'
export { type MailboxRoutesOptions, mailboxRoutes } from './mailbox-routes.ts'
export { type Message, sendLater } from './message.ts'
export type { EmailTransport } from './transport.ts'
export { createEmailTransport } from './transports.ts'
