import { Transform } from 'node:stream'
import type MailMessage from 'nodemailer/lib/mailer/mail-message.js'
import { domainOf, type EmailTransport, MailRefused, MailUnconfirmed } from './transport.ts'

const CONNECT_TIMEOUT_MS = 10_000
const SILENCE_TIMEOUT_MS = 30_000

/** What a mail server says about this mail, as opposed to about us, our password or its own day. */
const ABOUT_THE_MAIL = new Set(['EENVELOPE', 'EMESSAGE'])

/**
 * One connection for each mail: nodemailer's pool sends a mail again by itself when a connection breaks, and then nobody
 * knows how often it was sent.
 */
export function smtpTransport({ url, from }: { url: string; from: string }): EmailTransport {
  let loading: ReturnType<typeof openTransporter> | undefined

  return {
    domain: domainOf(from),
    isMailbox: false,
    async send({ messageId, to, subject, text, html }) {
      const handedOver = { whole: false }
      try {
        loading ??= openTransporter(url, from)
        const transporter = await loading
        await transporter.sendMail({
          messageId,
          to: { name: '', address: to },
          subject,
          text,
          html,
          // RFC 3834: nobody's out-of-office answers this.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          ...{ handedOver },
        })
      } catch (error) {
        const { code, responseCode, message } = error as Error & { code?: string; responseCode?: number }
        if (responseCode !== undefined && responseCode >= 500 && ABOUT_THE_MAIL.has(code ?? '')) {
          throw new MailRefused(message, { cause: error })
        }
        if (responseCode === undefined && handedOver.whole) throw new MailUnconfirmed(message, { cause: error })
        throw error
      }
    },
  }
}

/** Loaded with the first mail: a server that sends none starts without it. */
async function openTransporter(url: string, from: string) {
  const { default: nodemailer } = await import('nodemailer')
  const transporter = nodemailer.createTransport(
    {
      url,
      pool: false,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      // Contents come from us alone; nothing in them may make the server read files or fetch addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  transporter.use('stream', noticeEnd)
  return transporter
}

function noticeEnd(mail: MailMessage, done: (error?: Error | null) => void): void {
  const { handedOver } = mail.data as unknown as { handedOver: { whole: boolean } }
  mail.message.transform(
    () =>
      new Transform({
        transform: (chunk, _encoding, next) => next(null, chunk),
        flush(next) {
          handedOver.whole = true
          next()
        },
      }),
  )
  done()
}
