import assert from 'node:assert/strict'
import { everyPage, type Stop } from './pages.ts'
import { photographPages } from './screenshots.ts'
import { DEMO_OWNER, PHONE, SCREENSHOTS, type Stage, settled } from './stage.ts'
import { type Findings, walk } from './walk.ts'

export function everyPagePromises(stage: Stage): void {
  const { promise } = stage
  let listed: Promise<Stop[]> | undefined
  const stops = () => {
    listed ??= everyPage(stage)
    return listed
  }
  let walked: Promise<Findings> | undefined
  const findings = () => {
    walked ??= stops().then((pages) => walk(stage, pages))
    return walked
  }

  promise('no page has a serious or critical accessibility fault, in light or in dark', async () => {
    const { accessibility, pages } = await findings()
    assert.deepEqual(accessibility, [])
    assert.ok(pages > 20, `${pages} pages were walked`)
  })

  promise('at 390 px no page scrolls sideways', async () => {
    assert.deepEqual((await findings()).sideways, [])
  })

  promise('no page asks for more than 40 files and answers before it is there', async () => {
    assert.deepEqual((await findings()).laden, [])
  })

  promise(
    'no page throws, complains, breaks its content security policy, is refused anything or asks another origin',
    async () => {
      assert.deepEqual((await findings()).faults, [])
    },
  )

  promise('on a phone the navigation opens as a sheet, leads on and closes', async (visit) => {
    const page = await (await visit.windowOf(DEMO_OWNER, { viewport: PHONE, hasTouch: true })).newPage()
    await page.goto('/t/acme')
    await settled(page)
    assert.equal(await page.getByRole('link', { name: 'Projects', exact: true }).isVisible(), false)
    await page.getByRole('button', { name: 'Open the navigation' }).tap()
    const sheet = page.getByRole('dialog', { name: 'Navigation' })
    await sheet.getByRole('link', { name: 'Projects', exact: true }).tap()
    await page.waitForURL('**/t/acme/projects')
    await sheet.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
  })

  const folder = SCREENSHOTS
  if (folder) promise('every page is photographed', async (visit) => photographPages(visit, await stops(), folder))
}
