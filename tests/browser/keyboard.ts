import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { DEMO_OWNER, type Stage, settled } from './stage.ts'

const isFocused = (element: Locator) => element.evaluate((node) => node === node.ownerDocument.activeElement)

/** Presses Tab until the element has the focus, as a person without a mouse does. */
async function tabTo(page: Page, element: Locator): Promise<void> {
  for (let steps = 0; steps < 30; steps++) {
    if (await isFocused(element)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab does not reach ${element}.`)
}

async function hasFocus(element: Locator, why: string): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt++) {
    if (await isFocused(element)) return
    await element.page().waitForTimeout(50)
  }
  assert.fail(why)
}

export function keyboard({ promise }: Stage): void {
  promise('with the keyboard alone: sign in, open the palette, reach the projects', async (visit) => {
    const page = await (await visit.window()).newPage()
    await page.goto('/sign-in')
    await hasFocus(page.getByLabel('E-mail'), 'the first field has the focus')
    await page.keyboard.type(DEMO_OWNER.email)
    await tabTo(page, page.getByLabel('Password', { exact: true }))
    await page.keyboard.type(DEMO_OWNER.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/t/acme')
    await page.getByRole('heading', { name: 'Robin', level: 1 }).waitFor()
    await settled(page)

    await page.keyboard.press('Control+k')
    await hasFocus(page.getByRole('combobox', { name: 'Go to or do' }), 'the palette takes the focus')
    await page.keyboard.type('proj')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/t/acme/projects')
    await hasFocus(page.getByRole('heading', { name: 'Projects', level: 1 }), 'the heading of a new page has the focus')
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.waitForURL('**/t/acme/members')
  })

  promise('Escape closes the palette, a dialog and a menu, and the focus returns to where it was', async (visit) => {
    const page = await (await visit.windowOf(DEMO_OWNER)).newPage()
    await page.goto('/t/acme/projects')
    await settled(page)
    const search = page.getByRole('searchbox', { name: 'Search projects' })
    await page.keyboard.press('/')
    await hasFocus(search, '/ leads to the search of the page')
    await page.keyboard.press('Control+k')
    const palette = page.getByRole('dialog', { name: 'Go to or do' })
    await palette.waitFor()
    await page.keyboard.press('Escape')
    await palette.waitFor({ state: 'detached' })
    await hasFocus(search, 'the focus returns from the palette')

    const menu = page.getByRole('button', { name: 'Actions for Yearly review' })
    await tabTo(page, menu)
    await page.keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('Escape')
    await hasFocus(menu, 'the focus returns from the menu')

    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Edit' }).waitFor()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Edit project' })
    await hasFocus(dialog.getByLabel('Name'), 'the first field of a dialog has the focus')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await hasFocus(menu, 'the focus returns from the dialog')
  })

  promise('Tab never leaves an open dialog', async (visit) => {
    const page = await (await visit.windowOf(DEMO_OWNER)).newPage()
    await page.goto('/t/acme/members?invite=true')
    const dialog = page.getByRole('dialog')
    await hasFocus(dialog.getByLabel('E-mail addresses'), 'the first field has the focus')
    for (let steps = 0; steps < 10; steps++) {
      await page.keyboard.press('Tab')
      assert.equal(await page.evaluate(`!!document.activeElement.closest('[role=dialog]')`), true)
    }
  })
}
