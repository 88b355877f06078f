/** One walk over every page; what was found is asserted by the promises that it concerns. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { goTo, type Stop } from './pages.ts'
import { DEMO_OWNER, openVisit, PHONE, type Stage, still, WIDE } from './stage.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const GRAVE = ['serious', 'critical']
// Without frames: the mail in its sandbox runs no script, so axe would wait for it in vain.
const ALL: RunOptions = { resultTypes: ['violations'], iframes: false }
// Between the themes only colours differ.
const QUESTIONS = { light: ALL, dark: { ...ALL, runOnly: ['color-contrast', 'link-in-text-block'] } }

/** Six at a time and an answer each way: more of them are seconds on a slow line. */
const MOST_REQUESTS = 40

export interface Findings {
  pages: number
  /** Serious and critical ones, in light and dark. */
  accessibility: string[]
  /** Pages that can be scrolled sideways on a phone. */
  sideways: string[]
  /** Pages that are not there before this many requests. */
  laden: string[]
  /** Faults, and requests that were refused: none of these pages asks for anything it may not have. */
  faults: string[]
}

export async function walk(stage: Stage, stops: Stop[]): Promise<Findings> {
  const { visit, close } = openVisit(stage)
  const found: Findings = { pages: 0, accessibility: [], sideways: [], laden: [], faults: visit.faults }
  try {
    const visitor = await visit.window()
    const owner = await visit.windowOf(DEMO_OWNER)
    await Promise.all([
      walkThrough(
        await visitor.newPage(),
        stops.filter(({ signedIn }) => !signedIn),
        found,
      ),
      walkThrough(
        await owner.newPage(),
        stops.filter(({ signedIn }) => signedIn),
        found,
      ),
    ])
    found.faults.push(...visit.refused)
  } finally {
    await close()
  }
  return found
}

async function walkThrough(page: Page, stops: Stop[], found: Findings): Promise<void> {
  let requests = 0
  page.on('request', () => {
    requests += 1
  })
  for (const stop of stops) {
    await page.setViewportSize(WIDE)
    await page.emulateMedia({ colorScheme: 'light' })
    requests = 0
    await goTo(page, stop)
    if (requests > MOST_REQUESTS) found.laden.push(`${stop.name}: ${requests} requests`)
    await page.evaluate(AXE)
    found.accessibility.push(...(await graveFaults(page, stop, 'light')))
    await page.emulateMedia({ colorScheme: 'dark' })
    await still(page)
    found.accessibility.push(...(await graveFaults(page, stop, 'dark')))
    await page.setViewportSize(PHONE)
    await still(page)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    if (width > PHONE.width) found.sideways.push(`${stop.name}: ${width} px wide`)
    found.pages += 1
  }
}

async function graveFaults(page: Page, { name }: Stop, theme: 'light' | 'dark'): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(QUESTIONS[theme])})`)
  return violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ''))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${name}, ${theme}: ${id} at ${target.join(' ')}: ${failureSummary}`),
    )
}
