/** Pictures of every page, wide and narrow, in light and dark: `dashboard-1280-light.png`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { goTo, type Stop } from './pages.ts'
import { DEMO_OWNER, PHONE, still, type Visit, WIDE } from './stage.ts'

export async function photographPages(visit: Visit, stops: Stop[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const viewport of [WIDE, PHONE]) {
    const visitor = await (await visit.window({ viewport })).newPage()
    const owner = await (await visit.windowOf(DEMO_OWNER, { viewport })).newPage()
    for (const stop of stops) {
      const page = stop.signedIn ? owner : visitor
      await goTo(page, stop)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await still(page)
        const name = `${stop.name.replaceAll(' ', '-')}-${viewport.width}-${colorScheme}.png`
        await page.screenshot({ path: join(folder, name) })
      }
    }
  }
}
