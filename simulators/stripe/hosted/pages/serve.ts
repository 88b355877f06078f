/** How a page leaves the server, and how a form may come back. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { World } from '../../world.ts'

export interface PageServices {
  transact<T>(work: (world: World) => T): T
  world: World
  settled(): Promise<void>
}

export interface Hosting extends PageServices {
  forms: FormTokens
  /** The success page of Checkout waits for the webhooks for some seconds, and goes on without them. */
  webhooksHeard(): Promise<void>
}

export type Form = Readonly<Record<string, string>>

export class ForgedForm extends Error {}

/** Whoever sends a form has seen the page of this session: another site cannot know its token. */
export class FormTokens {
  readonly #key = randomBytes(32)

  token = (subject: string): string => createHmac('sha256', this.#key).update(subject).digest('base64url')

  assert(form: Form | undefined, subject: string): void {
    const [given, wanted] = [form?.token ?? '', this.token(subject)].map((text) => Buffer.from(text))
    if (given && wanted && given.length === wanted.length && timingSafeEqual(given, wanted)) return
    throw new ForgedForm('the form does not come from this page')
  }
}

/**
 * The browser holds redirects after a form against `form-action`, so it names the hosts that the session may lead to;
 * with any port, since the address may lead on from an API to its web app.
 */
function policyFor(addresses: readonly string[]): string {
  const hosts = addresses.map((address) => {
    const { protocol, hostname } = new URL(address)
    return `${protocol}//${hostname}:*`
  })
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    `form-action ${["'self'", ...new Set(hosts)].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

export const sendPage = (reply: FastifyReply, page: string, addresses: readonly string[] = []): FastifyReply =>
  reply
    .header('content-security-policy', policyFor(addresses))
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .type('text/html; charset=utf-8')
    .send(page)
