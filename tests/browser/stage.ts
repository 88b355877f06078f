/** One server and one browser for all browser tests; each test visits with browser windows of its own. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { buildWeb } from '../../src/bin/dev/web-build.ts'
import { DEMO_PASSWORD, seedDemo } from '../../src/demo/index.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { freePort } from '../support/processes.ts'
import { launchChromium } from './chromium.ts'
import type { Watch } from './watch.ts'
import { keepWindows, type Window, type Windows } from './windows.ts'

const ROOT = join(import.meta.dirname, '../..')

export { WIDE } from './windows.ts'
export const PHONE = { width: 390, height: 844 }
export const DEMO_OWNER = { email: 'owner@acme.test', password: DEMO_PASSWORD }
/** Where screenshots go; none are made without it. */
export const SCREENSHOTS = process.env.PLINTH_SCREENSHOTS

export interface Stage {
  app: TestApp
  windows: Windows
  /** A test whose name is a promise; it also fails when a page did what no page may do. */
  promise(name: string, body: (visit: Visit) => Promise<void>): void
  close(): Promise<void>
}

export interface Visit extends Watch {
  /** A fault of this kind is what the test is about. */
  expect(kind: RegExp): void
  /** Somebody's browser: cookies, storage and pages of their own. */
  window(options?: BrowserContextOptions & { app?: TestApp }): Promise<BrowserContext>
  /** The same, with this person signed in. */
  windowOf(
    person: { email: string; password: string },
    options?: BrowserContextOptions & { app?: TestApp },
  ): Promise<BrowserContext>
}

/** The app at the address that its links, cookies and checks of the origin name. */
export async function startWebApp(): Promise<TestApp> {
  const port = await freePort()
  const env = { NODE_ENV: 'development', PLINTH_APP_URL: `http://127.0.0.1:${port}` }
  return startTestApp({ port, env, worker: true })
}

export async function openStage(chromium: string): Promise<Stage> {
  const [app, browser] = await Promise.all([startWebApp(), launchChromium(chromium), buildWeb(ROOT)])
  const { db, clock, accounts } = app.services
  await seedDemo({ db, clock, passwords: accounts.passwords })

  const windows = keepWindows(browser, app.url)
  return {
    app,
    windows,
    promise(name, body) {
      test(name, async () => {
        const { visit, unexpected, close } = openVisit({ windows, app })
        try {
          await body(visit).catch(async (error) => {
            await close(name)
            throw error
          })
          assert.deepEqual(unexpected(), [])
        } finally {
          await close()
        }
      })
    },
    async close() {
      await browser.close()
      await app.close()
    },
  }
}

export function openVisit({ windows, app: own }: Pick<Stage, 'windows' | 'app'>): {
  visit: Visit
  /** Faults that nobody expected. */
  unexpected(): string[]
  /** With the name of what failed its windows are photographed first. */
  close(failed?: string): Promise<void>
} {
  const seen: Watch = { faults: [], refused: [] }
  const lent: Window[] = []
  const expected: RegExp[] = []

  async function window({ app = own, ...options }: BrowserContextOptions & { app?: TestApp } = {}) {
    const made = await windows.lend(app.url, seen, options)
    lent.push(made)
    return made.context
  }

  return {
    visit: {
      ...seen,
      expect: (kind) => void expected.push(kind),
      window,
      async windowOf({ email, password }, options) {
        const made = await window(options)
        const answer = await made.request.post('/api/v1/auth/login', {
          data: { email, password, session: 'cookie' },
          headers: { origin: (options?.app ?? own).url },
        })
        assert.equal(answer.status(), 200, await answer.text())
        return made
      },
    },
    unexpected: () => seen.faults.filter((fault) => !expected.some((kind) => kind.test(fault))),
    async close(failed) {
      if (failed) {
        if (SCREENSHOTS) await photograph(lent, failed)
        // Whatever state it is in, nobody else gets it.
        for (const each of lent) each.isPlain = false
      }
      await Promise.all(lent.splice(0).map((each) => windows.takeBack(each)))
    },
  }
}

async function photograph(windows: Window[], failed: string): Promise<void> {
  mkdirSync(join(SCREENSHOTS as string, 'failed'), { recursive: true })
  const name = failed.replace(/\W+/g, '-').slice(0, 60)
  for (const [index, page] of windows.flatMap(({ context }) => context.pages()).entries())
    await page.screenshot({ path: join(SCREENSHOTS as string, 'failed', `${name}-${index}.png`) }).catch(() => {})
}

/** Waits until a page has everything it asked for and stands still. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor()
  await page.locator('.skeleton, [aria-busy=true]').first().waitFor({ state: 'detached' })
  await still(page)
}

/** Waits until a change is drawn and nothing moves any more. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await document.fonts.ready
    for (let frames = 0; frames < 3; frames++) await frame()
    const ending = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime < 2000)
    await Promise.all(ending.map((each) => each.finished.catch(() => {})))
  })()`)
}
