/**
 * A cookie is sent by the browser whoever asked for the request. Calls that act on one therefore prove that a page of
 * ours made them: by Sec-Fetch-Site, which scripts cannot set, or by Origin.
 */
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'

export type AssertSameOrigin = (request: FastifyRequest) => void

export function sameOriginCheck({ appUrl, corsOrigins }: Pick<Config, 'appUrl' | 'corsOrigins'>): AssertSameOrigin {
  const ours = new Set([new URL(appUrl).origin, ...corsOrigins])
  return ({ headers }) => {
    const { origin } = headers
    // `none`: the person themself, from a bookmark or the address bar.
    const site = headers['sec-fetch-site']
    const told = site === 'same-origin' || site === 'none'
    // An origin that is there must be one of ours, whatever else the request says.
    if (origin === undefined ? told : ours.has(origin) || (told && isHost(origin, headers.host))) return
    throw new Refusal(403, 'CSRF_REFUSED', 'This call must come from a page of the app itself.')
  }
}

/** The page's own origin when the app is reached under another name than its public one, as in development. */
function isHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.parse(origin)?.host === host
}
