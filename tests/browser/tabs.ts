import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext, Page } from 'playwright-core'
import type { Account } from '../support/app.ts'
import { fillSignIn } from './accounts.ts'
import { invite } from './members.ts'
import { addProject } from './projects.ts'
import { DEMO_OWNER, type Stage, startWebApp } from './stage.ts'
import { PLANTED } from './watch.ts'

const REFRESH = '**/api/v1/auth/refresh'

const openTabs = (window: BrowserContext, count: number): Promise<Page[]> =>
  Promise.all(Array.from({ length: count }, () => window.newPage()))

const eachOf = (pages: Page[], work: (page: Page) => Promise<unknown>) => Promise.all(pages.map(work))

const headed = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor()

/** Counts the renewals of a window, each slow enough for others to meet it. */
async function countRefreshes(window: BrowserContext) {
  const seen = { all: 0, now: 0, most: 0 }
  await window.route(REFRESH, async (route) => {
    seen.all += 1
    seen.now += 1
    seen.most = Math.max(seen.most, seen.now)
    await sleep(400)
    const response = await route.fetch()
    seen.now -= 1
    await route.fulfill({ response })
  })
  return seen
}

/** Somebody with two organisations, each with a project. */
async function personOfTwo(stage: Stage): Promise<Account> {
  const { app } = stage
  const [person, other] = [await app.signUp('left'), await app.signUp('right')]
  await addProject(stage, person, 'Only on the left')
  await addProject(stage, other, 'Only on the right')
  const token = new URL(await invite(stage, other, person.email)).searchParams.get('token')
  const accepted = await app.request('POST', '/invitations/accept', { token: person.access, body: { token } })
  assert.equal(accepted.status, 200, accepted.text)
  return person
}

export function tabs(stage: Stage): void {
  const { app, promise } = stage

  promise('two tabs in two organisations of one person never mix', async (visit) => {
    const person = await personOfTwo(stage)
    const [left, right] = (await openTabs(await visit.windowOf(person), 2)) as [Page, Page]
    const bothShowTheirOwn = async () => {
      for (const [page, own, foreign] of [
        [left, 'left', 'right'],
        [right, 'right', 'left'],
      ] as const) {
        await page.getByRole('link', { name: `Only on the ${own}` }).waitFor()
        assert.equal(await page.getByText(`Only on the ${foreign}`).count(), 0)
        assert.equal(new URL(page.url()).pathname, `/t/${own}/projects`)
      }
    }
    await Promise.all([left.goto('/t/left/projects'), right.goto('/t/right/projects')])
    await bothShowTheirOwn()
    await eachOf([left, right], (page) => page.reload())
    await bothShowTheirOwn()

    await left.bringToFront()
    await left.getByRole('button', { name: 'New project' }).click()
    await left.getByLabel('Name').fill('Also on the left')
    await left.getByRole('button', { name: 'Create project' }).click()
    await left.getByRole('link', { name: 'Also on the left' }).waitFor()
    await right.reload()
    await bothShowTheirOwn()
    assert.equal(await right.getByText('Also on the left').count(), 0)
  })

  promise('four tabs whose access has expired renew it one at a time and stay signed in', async (visit) => {
    // An application of its own, because its clock is moved.
    const own = await startWebApp()
    try {
      const person = await own.signUp('patient')
      const window = await visit.windowOf(person, { app: own })
      const pages = await openTabs(window, 4)
      const refreshes = await countRefreshes(window)
      await eachOf(pages, (page) => page.goto('/t/patient'))
      await eachOf(pages, (page) => headed(page, 'Person'))
      assert.equal(refreshes.most, 1, `${refreshes.most} renewals at once while the tabs opened`)

      own.clock.advance((own.config.accessTokenMinutes + 1) * 60_000)
      const before = refreshes.all
      // Without the pointer, which would wait for each tab to be in front.
      await eachOf(pages, (page) => page.getByRole('link', { name: 'Members', exact: true }).dispatchEvent('click'))
      await eachOf(pages, (page) => page.getByRole('row', { name: person.email }).waitFor())
      const renewed = refreshes.all - before
      assert.ok(renewed >= 1 && renewed <= 4, `${renewed} renewals for four tabs`)

      await eachOf(pages, (page) => page.reload())
      await eachOf(pages, (page) => page.getByRole('row', { name: person.email }).waitFor())
      assert.equal(refreshes.most, 1, `${refreshes.most} renewals at once`)
    } finally {
      await own.close()
    }
  })

  promise('signing out in one tab signs out the others; signing in again is enough for one', async (visit) => {
    const window = await visit.windowOf(await app.signUp('leaver'))
    const pages = await openTabs(window, 3)
    const [first, second, third] = pages as [Page, Page, Page]
    await eachOf(pages, (page) => page.goto('/t/leaver'))
    await eachOf(pages, (page) => headed(page, 'Person'))
    await first.bringToFront()
    await first.getByRole('button', { name: 'Account menu' }).click()
    await first.getByRole('menuitem', { name: 'Sign out' }).click()
    await eachOf(pages, (page) => page.waitForURL('**/sign-in'))
    assert.deepEqual(
      (await window.cookies()).filter(({ value }) => value !== ''),
      [],
    )
    await second.bringToFront()
    await second.goto('/t/leaver/members')
    await second.waitForURL('**/sign-in?return_to=**')
    await fillSignIn(second, 'leaver@example.com', 'quiet harbour lantern 42')
    await second.waitForURL('**/t/leaver/members')
    await third.goto('/')
    await third.waitForURL('**/t/leaver')
  })

  promise('a lost connection or a busy server while renewing does not sign anybody out', async (visit) => {
    visit.expect(/ApiProblem: (Too much at once|The server did not answer)/)
    const window = await visit.windowOf(DEMO_OWNER)
    const page = await window.newPage()
    await page.goto('/t/acme/projects')
    await page.getByText('1–20 of 24 projects').waitFor()

    const problem = { code: 'OVERLOADED', detail: 'Too much at once.', request_id: 'req-9' }
    await page.route(REFRESH, (route) => route.fulfill({ status: 503, headers: PLANTED, json: problem }))
    await page.reload()
    await page.getByText('This page could not be opened').waitFor()
    assert.equal(new URL(page.url()).pathname, '/t/acme/projects')
    await page.unroute(REFRESH)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('1–20 of 24 projects').waitFor()

    await page.route(REFRESH, (route) => route.abort())
    await page.reload()
    await page.getByText('This page could not be opened').waitFor()
    await page.getByText('The server did not answer').waitFor()
    await page.unroute(REFRESH)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('1–20 of 24 projects').waitFor()
  })
}
