/**
 * Browser windows for visits: cookies, storage and pages of their own. A new one starts a process and compiles the application
 * anew, which is half of the work of a short visit, so those that are all alike are tidied and lent again.
 */
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { type Watch, watch } from './watch.ts'

export const WIDE = { width: 1280, height: 800 }
/** Long, because a machine may be busy with other tests. */
const PATIENCE_MS = 20_000

export interface Window {
  context: BrowserContext
  /** The visitor's, who has it now. */
  seen: Watch
  /** Whether the next visitor may have it. */
  isPlain: boolean
}

export interface Windows {
  /** With options of its own it is made for this visit alone. */
  lend(url: string, seen: Watch, options?: BrowserContextOptions): Promise<Window>
  takeBack(window: Window): Promise<void>
}

/** Those of the application at this address are lent again. */
export function keepWindows(browser: Browser, address: string): Windows {
  const free: Window[] = []

  async function make(url: string, seen: Watch, options: BrowserContextOptions, isPlain: boolean): Promise<Window> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: WIDE,
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    })
    const made = { context, seen, isPlain }
    context.setDefaultTimeout(PATIENCE_MS)
    watch(context, url, () => made.seen)
    return made
  }

  return {
    async lend(url, seen, options = {}) {
      const isPlain = url === address && Object.keys(options).length === 0
      const waiting = isPlain ? free.pop() : undefined
      return waiting ? Object.assign(waiting, { seen }) : make(url, seen, options, isPlain)
    },
    async takeBack(window) {
      if (!window.isPlain) return window.context.close()
      window.seen = { faults: [], refused: [] }
      await tidy(window.context, address)
      free.push(window)
    },
  }
}

/** One page of the same address stays, and with it the process that knows the application. */
async function tidy(context: BrowserContext, origin: string): Promise<void> {
  await context.unrouteAll({ behavior: 'ignoreErrors' })
  const pages = context.pages()
  const stays = await context.newPage()
  await Promise.all(pages.map((page) => page.close()))
  await stays.goto('/livez')
  const devTools = await context.newCDPSession(stays)
  await devTools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
  await devTools.detach()
  await context.clearCookies()
}
