/** What a page must never do, whatever is tested on it. */
import type { BrowserContext } from 'playwright-core'

/** On answers that a test made up, so that they are not taken for the server's. */
export const PLANTED = { 'x-planted': 'by the test' }

export interface Watch {
  /** Exceptions, messages of errors, violated policies, foreign addresses, answers of 500 and more. */
  readonly faults: string[]
  /** Requests that came to nothing; fine where a test wants a refusal. */
  readonly refused: string[]
}

/** `seen` is asked at every event, for a window may be visited again. */
export function watch(context: BrowserContext, origin: string, seen: () => Watch): void {
  context.on('weberror', (thrown) => seen().faults.push(`thrown on ${thrown.page()?.url()}: ${thrown.error()}`))
  context.on('console', (message) => {
    const text = message.text()
    // A page that names no icon makes the browser look for one.
    if (message.location().url.endsWith('/favicon.ico')) return
    if (text.startsWith('Failed to load resource')) seen().refused.push(`${message.location().url}: ${text}`)
    else if (message.type() === 'error' || /content security policy/i.test(text))
      seen().faults.push(`console of ${message.page()?.url()}: ${text}`)
  })
  context.on('request', (request) => {
    const { origin: asked, protocol } = new URL(request.url())
    if (asked !== origin && !['data:', 'blob:', 'about:'].includes(protocol))
      seen().faults.push(`asked another origin: ${request.url()}`)
  })
  context.on('response', (response) => {
    if (response.status() >= 500 && !('x-planted' in response.headers()))
      seen().faults.push(`${response.request().method()} ${response.url()} was answered ${response.status()}`)
  })
}
