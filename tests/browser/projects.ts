import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Account } from '../support/app.ts'
import { DEMO_OWNER, type Stage, settled } from './stage.ts'
import { PLANTED } from './watch.ts'

export async function addProject({ app }: Stage, { access }: Account, name: string): Promise<void> {
  const { status, text } = await app.request('POST', '/projects', { token: access, body: { name } })
  assert.equal(status, 201, text)
}

const rowsOf = (page: Page) => page.locator('tbody tr')
const nameIn = (page: Page, row: number) => rowsOf(page).nth(row).getByRole('link').textContent()
const addressOf = (page: Page) => new URL(page.url()).search

export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click()
  await page.getByRole('option', { name: option }).click()
}

export async function act(page: Page, on: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${on}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** What has been done, as it is said at the edge of the page. */
export const notice = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text }).waitFor()

export function projects(stage: Stage): void {
  const { app, promise } = stage

  promise('a project is created, shown, archived, brought back and deleted', async (visit) => {
    const owner = await app.signUp('maker')
    const page = await (await visit.windowOf(owner)).newPage()
    await page.goto('/t/maker/projects')
    await page.getByRole('button', { name: 'Create the first project' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Create project' }).click()
    await dialog.getByText('Give the project a name.').waitFor()
    await dialog.getByLabel('Name').fill('Lighthouse')
    await dialog.getByLabel('Description').fill('A lamp on a hill.')
    await dialog.getByRole('button', { name: 'Create project' }).click()
    await notice(page, 'Created Lighthouse.')
    assert.equal(addressOf(page), '')

    await page.getByRole('link', { name: 'Lighthouse' }).click()
    await page.getByRole('heading', { name: 'Lighthouse', level: 1 }).waitFor()
    await page.getByText('A lamp on a hill.').waitFor()
    await act(page, 'Lighthouse', 'Archive')
    await notice(page, 'Archived Lighthouse.')
    await page.getByRole('button', { name: 'Undo' }).click()
    await notice(page, 'Restored Lighthouse.')

    await act(page, 'Lighthouse', 'Delete')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete project' }).click()
    await page.waitForURL('**/t/maker/projects')
    await page.getByText('No projects yet').waitFor()
  })

  promise('search, status, order and page of the list are in its address and survive a reload', async (visit) => {
    const page = await (await visit.windowOf(DEMO_OWNER)).newPage()
    await page.goto('/t/acme/projects')
    await page.getByText('1–20 of 24 projects').waitFor()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.waitForURL('**/projects?page=2')
    await page.getByText('21–24 of 24 projects').waitFor()
    await page.reload()
    await page.getByText('21–24 of 24 projects').waitFor()
    assert.equal(await rowsOf(page).count(), 4)
    await page.goBack()
    await page.getByText('1–20 of 24 projects').waitFor()

    await page.getByRole('button', { name: 'Name' }).click()
    await page.waitForURL('**/projects?sort=name')
    await page.locator('tbody tr:first-child', { hasText: 'Accessibility review' }).waitFor()
    await page.getByRole('button', { name: 'Name' }).click()
    await page.waitForURL('**/projects?sort=-name')
    await page.locator('tbody tr:first-child', { hasText: 'Yearly review' }).waitFor()

    await choose(page, 'Status', 'Paused')
    await page.waitForURL((url) => url.searchParams.get('status') === 'paused')
    await page.getByText('2 projects').waitFor()
    await page.reload()
    await page.getByText('2 projects').waitFor()
    assert.deepEqual([await nameIn(page, 0), await nameIn(page, 1)], ['Showroom tablet', 'Loading dock schedule'])

    await page.getByRole('searchbox', { name: 'Search projects' }).fill('tablet')
    await page.waitForURL((url) => url.searchParams.get('search') === 'tablet')
    await page.getByText('1 project', { exact: true }).waitFor()
    await page.getByRole('searchbox', { name: 'Search projects' }).fill('zeppelin')
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await page.getByText('1–20 of 24 projects').waitFor()
    assert.equal(addressOf(page), '?sort=-name')
    assert.equal(await page.getByRole('searchbox', { name: 'Search projects' }).inputValue(), '')
  })

  promise('whoever saves over a change of somebody else is told first, and chooses', async (visit) => {
    const owner = await app.signUp('conflict')
    await addProject(stage, owner, 'Alpha')
    const [mine, theirs] = [
      await (await visit.windowOf(owner)).newPage(),
      await (await visit.windowOf(owner)).newPage(),
    ]
    for (const page of [mine, theirs]) {
      await page.goto('/t/conflict/projects')
      await act(page, 'Alpha', 'Edit')
      await page.getByLabel('Name').waitFor()
    }
    await theirs.getByLabel('Name').fill('Alpha of theirs')
    await theirs.getByRole('button', { name: 'Save changes' }).click()
    await notice(theirs, 'Saved Alpha of theirs.')

    await mine.getByLabel('Name').fill('Alpha of mine')
    await mine.getByRole('button', { name: 'Save changes' }).click()
    await mine.getByText('Somebody else changed this project').waitFor()
    await mine.getByText('Its name is now “Alpha of theirs”').waitFor()
    assert.equal(await mine.getByLabel('Name').inputValue(), 'Alpha of mine')
    await mine.getByRole('button', { name: 'Load their version' }).click()
    assert.equal(await mine.getByLabel('Name').inputValue(), 'Alpha of theirs')
    await mine.getByLabel('Name').fill('Alpha of both')
    await mine.getByRole('button', { name: 'Save changes' }).click()
    await notice(mine, 'Saved Alpha of both.')
  })

  promise(
    'a page asks for its data before it is known who is signed in, and on pointing at its link',
    async (visit) => {
      const page = await (await visit.windowOf(DEMO_OWNER)).newPage()
      const list = page.waitForRequest('**/api/v1/projects?**')
      await page.route('**/api/v1/auth/me', async (route) => {
        await list
        await route.continue()
      })
      await page.goto('/t/acme/projects')
      await page.getByText('1–20 of 24 projects').waitFor()
      const members = page.waitForRequest('**/api/v1/users?**')
      await page.getByRole('link', { name: 'Members', exact: true }).hover()
      await members
      assert.equal(new URL(page.url()).pathname, '/t/acme/projects')
    },
  )

  promise('a failing list says so with the number of the request, and recovers', async (visit) => {
    const owner = await app.signUp('bumpy')
    const page = await (await visit.windowOf(owner)).newPage()
    const problem = { code: 'INTERNAL_ERROR', detail: 'It failed.', request_id: 'req-for-support' }
    await page.route('**/api/v1/projects?**', (route) =>
      route.fulfill({ status: 500, headers: PLANTED, json: problem }),
    )
    await page.goto('/t/bumpy/projects')
    await page.getByText('Your projects could not be loaded').waitFor()
    await page.getByText('req-for-support').waitFor()
    await page.unroute('**/api/v1/projects?**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('No projects yet').waitFor()
  })

  promise('what was typed and not saved is not lost without a question', async (visit) => {
    const owner = await app.signUp('typist')
    const page = await (await visit.windowOf(owner)).newPage()
    await page.goto('/t/typist/projects?new=true')
    await page.getByLabel('Name').fill('Half a name')
    await page.keyboard.press('Escape')
    await page.getByRole('alertdialog', { name: 'Discard your changes?' }).getByText('Keep editing').click()
    assert.equal(await page.getByLabel('Name').inputValue(), 'Half a name')

    await page.goto('/t/typist/settings')
    await settled(page)
    await page.getByRole('button', { name: 'Save changes' }).click()
    await notice(page, 'Nothing has changed')
    await page.getByLabel('Name').fill('Another name')
    await page.getByRole('link', { name: 'Projects' }).click()
    await page.getByRole('alertdialog', { name: 'Leave without saving?' }).getByText('Stay').click()
    assert.equal(await page.getByLabel('Name').inputValue(), 'Another name')
  })
}
