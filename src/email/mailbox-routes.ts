/** Development only: the mails that were written, as a page for people and as JSON for programs. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import type { Database, Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { contentSecurityPolicy } from '#platform/http/headers.ts'
import { Type } from '#platform/schema.ts'
import { linksIn } from './links.ts'
import { type Email, findEmail, listEmails } from './queries.ts'

export interface MailboxRoutesOptions {
  db: Database
}

const MOST_MAILS = 200

const Params = Type.Object({ id: Type.String({ format: 'uuid' }) })
const config = { access: 'public', limited: false } as const

/** What a mail may do inside its frame: show itself, and open a link that is clicked. No scripts, no forms. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"

export const mailboxRoutes: FastifyPluginAsyncTypebox<MailboxRoutesOptions> = async (app, { db }) => {
  // Only where there is a mailbox: production starts without its pages.
  const { listPage, mailPage } = await import('./mailbox-page.ts')
  const inOutbox = <T>(work: (tx: Tx) => Promise<T>) => asSystem(db, 'show all mails in development', work)

  async function mailOf(id: string): Promise<Email> {
    const email = await inOutbox((tx) => findEmail(tx, id))
    if (!email) throw new Refusal(404, 'NOT_FOUND', 'There is no such mail.')
    return email
  }

  const html = (reply: FastifyReply, page: string, policy = contentSecurityPolicy()) =>
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page)

  app.get(
    '/dev/mailbox',
    {
      config,
      schema: { hide: true, querystring: Type.Object({ to: Type.Optional(Type.String({ maxLength: 254 })) }) },
    },
    async (request, reply) => {
      const recipient = request.query.to?.replaceAll(' ', '+').toLowerCase() || undefined
      const emails = await inOutbox((tx) => listEmails(tx, { recipient, limit: MOST_MAILS }))
      reply.header('vary', 'Accept')
      if (prefersJson(request.headers.accept)) return reply.send({ items: emails.map(viewOf) })
      return html(reply, listPage(emails, { recipient, now: new Date() }))
    },
  )

  app.get('/dev/mailbox/:id', { config, schema: { hide: true, params: Params } }, async (request, reply) =>
    html(reply, mailPage(await mailOf(request.params.id))),
  )

  app.get('/dev/mailbox/:id/html', { config, schema: { hide: true, params: Params } }, async (request, reply) => {
    const { html_body: body } = await mailOf(request.params.id)
    reply.header('x-frame-options', 'SAMEORIGIN')
    return html(reply, body.replace('<head>', '<head><base target="_top">'), MAIL_POLICY)
  })
}

function prefersJson(accept = ''): boolean {
  const json = accept.indexOf('application/json')
  const page = accept.indexOf('text/html')
  return json >= 0 && (page < 0 || json < page)
}

function viewOf({ recipient, subject, text_body: text, html_body: html, created_at }: Email) {
  // A mail is here from the moment it was written. When its job runs is another order, and the newest must come first.
  return { to: recipient, subject, text, html, links: linksIn(text), sent_at: created_at.toISOString() }
}
