import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { PASSWORD } from '../support/app.ts'
import { DEMO_OWNER, type Stage } from './stage.ts'

const NEW_PASSWORD = 'copper window gravel swim'

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Opens the newest mail to somebody, from the list of the mailbox. */
export async function openMail({ app }: Stage, page: Page, to: string, subject: string): Promise<void> {
  await app.mailTo(to, new RegExp(`^${subject}$`))
  await page.goto(`/dev/mailbox?to=${encodeURIComponent(to)}`)
  await page.getByRole('link', { name: subject }).first().click()
  await page.getByRole('heading', { name: subject, level: 1 }).waitFor()
}

export function accounts(stage: Stage): void {
  const { app, promise } = stage

  promise('signing in leads to the dashboard with the projects', async (visit) => {
    const page = await (await visit.window()).newPage()
    await page.goto('/')
    await page.getByRole('link', { name: 'Sign in' }).first().click()
    await fillSignIn(page, DEMO_OWNER.email, DEMO_OWNER.password)
    await page.waitForURL('**/t/acme')
    await page.getByRole('heading', { name: 'Robin', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Yearly review' }).waitFor()
    assert.match(await page.title(), /Acme/)

    await page.reload()
    await page.getByRole('heading', { name: 'Robin', level: 1 }).waitFor()
    const kept = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
    assert.doesNotMatch(kept, /eyJ/, 'no token may be where a script can read it')
  })

  promise('a wrong password is said at the form, and the address stays', async (visit) => {
    const page = await (await visit.window()).newPage()
    await page.goto('/sign-in')
    await fillSignIn(page, DEMO_OWNER.email, 'not the password')
    await page.getByText('The address or the password is wrong').waitFor()
    assert.equal(await page.getByLabel('E-mail').inputValue(), DEMO_OWNER.email)
    assert.equal(new URL(page.url()).pathname, '/sign-in')
  })

  promise('whoever opens a page signed out comes back to it after signing in', async (visit) => {
    const page = await (await visit.window()).newPage()
    await page.goto('/t/acme/members?role=admin')
    await page.waitForURL('**/sign-in?return_to=**')
    await fillSignIn(page, DEMO_OWNER.email, DEMO_OWNER.password)
    await page.waitForURL('**/t/acme/members?role=admin')
    await page.getByText('Alex Admin').waitFor()
  })

  promise('signing up leads to the dashboard; the link of the mail confirms the address', async (visit) => {
    const email = 'nora@field.example'
    const window = await visit.window()
    const page = await window.newPage()
    await page.goto('/sign-up')
    await page.getByLabel('Full name').fill('Nora Field')
    await page.getByLabel('Work e-mail').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
    await page.getByLabel('Organisation').fill('Field & Sons')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/t/field-sons')
    await page.getByRole('heading', { name: 'Nora', level: 1 }).waitFor()
    await page.getByText('Confirm your address').waitFor()

    const mailbox = await window.newPage()
    await openMail(stage, mailbox, email, 'Confirm your e-mail address')
    await mailbox.getByRole('link', { name: '/verify-email?token=' }).click()
    await mailbox.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
    await mailbox.getByRole('link', { name: 'Go on' }).click()
    await mailbox.getByRole('heading', { name: 'Nora', level: 1 }).waitFor()
    assert.equal(await mailbox.getByText('Confirm your address').count(), 0)
  })

  promise('a forgotten password is replaced through the mail, and the new one signs in', async (visit) => {
    const person = await app.signUp('forgetful')
    const elsewhere = await (await visit.windowOf(person)).newPage()
    await elsewhere.goto('/t/forgetful')
    await elsewhere.getByRole('heading', { name: 'Person', level: 1 }).waitFor()

    const page = await (await visit.window()).newPage()
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').fill(person.email)
    await page.getByRole('link', { name: 'Forgot it?' }).click()
    assert.equal(await page.getByLabel('E-mail').inputValue(), person.email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
    await page.getByRole('link', { name: 'the mailbox' }).waitFor()

    // The button of the mail itself this time, inside the frame that shows it.
    await openMail(stage, page, person.email, 'Choose a new password')
    await page.frameLocator('iframe').getByRole('link', { name: 'Choose a new password' }).click()
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await page.getByRole('button', { name: 'Save the password' }).click()
    await page.getByRole('heading', { name: 'Your password is new' }).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await fillSignIn(page, person.email, PASSWORD)
    await page.getByText('The address or the password is wrong').waitFor()
    await fillSignIn(page, person.email, NEW_PASSWORD)
    await page.waitForURL('**/t/forgetful')

    await elsewhere.reload()
    await elsewhere.waitForURL('**/sign-in**')
  })
}
