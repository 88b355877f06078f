/**
 * The cookie that carries a browser's refresh token. On https it has the `__Host-` prefix, which browsers only accept
 * with Secure, Path=/ and without Domain, so that no sub-domain can plant one.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'

export interface SecretCookie {
  read(request: FastifyRequest): string | undefined
  set(reply: FastifyReply, value: string, maxAgeSeconds: number): void
  clear(reply: FastifyReply): void
}

const COOKIE_TEXT = /^[\w.~:+/=-]{0,3500}$/

/** `name` without a prefix, for example `plinth_refresh`. */
export function secretCookie(config: Pick<Config, 'appUrl'>, name: string): SecretCookie {
  // Browsers refuse the prefix without Secure, and Secure on http://localhost is refused by some.
  const secure = config.appUrl.startsWith('https:')
  const fullName = secure ? `__Host-${name}` : name
  // Lax, not Strict: whoever follows a link from a mail into the app is still signed in.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

  return {
    read: (request) => cookieNamed(request.headers.cookie, fullName),
    set(reply, value, maxAgeSeconds) {
      if (!COOKIE_TEXT.test(value)) throw new Error(`The cookie ${fullName} cannot carry this value.`)
      reply.header('set-cookie', `${fullName}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`)
    },
    clear(reply) {
      // With other attributes the browser would keep the old one beside this one.
      reply.header('set-cookie', `${fullName}=; Max-Age=0; ${attributes}`)
    },
  }
}

/** A second cookie of the same name was planted by somebody; which one is ours cannot be told. */
function cookieNamed(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  let found: string | undefined
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at === -1 || part.slice(0, at).trim() !== name) continue
    if (found !== undefined) {
      throw new Refusal(400, 'DUPLICATE_COOKIE', 'The session cookie was sent twice. Clear the cookies of this site.')
    }
    found = part.slice(at + 1).trim()
  }
  return found === '' ? undefined : found
}
