/**
 * What is open to whoever sits at the machine must not be open to pages they visit: a page can have its own name lead to
 * 127.0.0.1 (DNS rebinding) and then read answers as its own. So a request has to name the server by a name of ours.
 */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../errors.ts'

export interface OwnNames {
  /** What the server listens on. */
  host: string
  appUrl: string
}

/** For every route of a plugin. */
export function answerToOwnNames(app: FastifyInstance, { host, appUrl }: OwnNames): void {
  const names = new Set([host, new URL(appUrl).hostname].map(bare))
  app.addHook('onRequest', async ({ headers, socket }) => {
    const name = nameIn(headers.host)
    // An address is nobody's to give away: whoever asks for the one that the connection came to means this machine.
    if (name !== undefined && (isLoopback(name) || names.has(name) || name === bareAddress(socket.localAddress))) return
    throw new Refusal(
      421,
      'MISDIRECTED_REQUEST',
      `Pages under /dev/ are not shown under the name ${JSON.stringify(name ?? '')}: use localhost, or set PLINTH_APP_URL.`,
    )
  })
}

/** Without a port, and an IPv6 address without its brackets. */
function nameIn(header: string | undefined): string | undefined {
  const url = header === undefined || /[/?#@\\]/.test(header) ? null : URL.parse(`http://${header}`)
  return url ? bare(url.hostname) : undefined
}

const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')

/** An IPv4 address on a socket of both kinds is written as one of IPv6. */
const bareAddress = (address: string | undefined): string | undefined => address?.replace(/^::ffff:/, '')

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
