/**
 * What people see and do, in a real Chromium against the real application. Skipped, saying so, where there is none; set
 * CHROMIUM to use another one. With PLINTH_SCREENSHOTS=folder every page is photographed, and whatever failed.
 */
import { after, describe, test } from 'node:test'
import { accounts } from './accounts.ts'
import { billing } from './billing.ts'
import { findChromium } from './chromium.ts'
import { everyPagePromises } from './every-page.ts'
import { keyboard } from './keyboard.ts'
import { members } from './members.ts'
import { projects } from './projects.ts'
import { openStage } from './stage.ts'
import { tabs } from './tabs.ts'

const chromium = findChromium()

if (chromium) {
  const stage = await openStage(chromium)
  after(() => stage.close())
  // Every test has browser windows and an organisation of its own, so they need not wait for each other.
  describe('in a browser', { concurrency: 3 }, () => {
    everyPagePromises(stage)
    accounts(stage)
    members(stage)
    projects(stage)
    tabs(stage)
    keyboard(stage)
    billing(stage)
  })
} else {
  test('in a browser', { skip: 'There is no Chromium on this machine; set CHROMIUM to where it is.' })
}
