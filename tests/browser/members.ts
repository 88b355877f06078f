import assert from 'node:assert/strict'
import { type Account, PASSWORD } from '../support/app.ts'
import { act, choose, notice } from './projects.ts'
import type { Stage } from './stage.ts'

export async function invite({ app }: Stage, { access, slug }: Account, email: string, role = 'member') {
  const { status, text } = await app.request('POST', '/users', { token: access, body: { email, role } })
  assert.equal(status, 201, text)
  return invitationOf(app, email, slug)
}

async function invitationOf(app: Stage['app'], email: string, slug: string): Promise<string> {
  const { links } = await app.mailTo(email, new RegExp(`^You are invited to Tenant ${slug}$`))
  return links.find((link) => link.includes('/invitations/accept?token=')) as string
}

export function members(stage: Stage): void {
  const { app, promise } = stage

  promise(
    'whoever is invited joins through the link with a new account and appears among the members',
    async (visit) => {
      const owner = await app.signUp('hosts')
      const page = await (await visit.windowOf(owner)).newPage()
      await page.goto('/t/hosts/members')
      await page.getByRole('button', { name: 'Invite people' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('E-mail addresses').fill(`ann@guests.example, ${owner.email}`)
      await dialog.getByRole('button', { name: 'Invite 2 people' }).click()
      await dialog.getByText('One was not invited').waitFor()
      await dialog.getByText(`${owner.email}: `).waitFor()
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('tab', { name: 'Invitations' }).click()
      await page.getByRole('row', { name: 'ann@guests.example' }).waitFor()

      const guest = await (await visit.window()).newPage()
      await guest.goto(await invitationOf(app, 'ann@guests.example', 'hosts'))
      await guest.getByRole('heading', { name: 'Join Tenant hosts' }).waitFor()
      await guest.getByText('ann@guests.example is invited as member.').waitFor()
      await guest.getByLabel('Full name').fill('Ann Guest')
      await guest.getByLabel('Choose a password').fill(PASSWORD)
      await guest.getByRole('button', { name: 'Create account and join' }).click()
      await guest.waitForURL('**/t/hosts')
      await guest.getByRole('heading', { name: 'Ann', level: 1 }).waitFor()
      await guest.getByRole('link', { name: 'Members' }).first().click()
      assert.equal(await guest.getByRole('button', { name: 'Invite people' }).isDisabled(), true)

      await page.goto('/t/hosts/members')
      await page.getByRole('row', { name: 'Ann Guest' }).waitFor()
      await page.getByRole('tab', { name: 'Invitations' }).click()
      await page.getByText('No open invitations').waitFor()
    },
  )

  promise('another role counts at the very next action of the other person', async (visit) => {
    const owner = await app.signUp('roles')
    const member = await app.invite(owner, 'member')
    const [page, theirs] = [
      await (await visit.windowOf(owner)).newPage(),
      await (await visit.windowOf(member)).newPage(),
    ]
    await theirs.goto('/t/roles/projects?new=true')
    await theirs.getByLabel('Name').fill('Allowed a moment ago')

    await page.goto('/t/roles/members')
    await page.getByRole('button', { name: 'Joined' }).click()
    await page.waitForURL('**/members?sort=joined_at')
    await page.locator('tbody tr:first-child', { hasText: owner.email }).waitFor()
    await choose(page, 'Role of Person member', 'Viewer')
    await notice(page, 'Person member is now viewer.')

    await theirs.getByRole('button', { name: 'Create project' }).click()
    await theirs
      .getByRole('dialog')
      .getByText(/role|allow/i)
      .waitFor()
    await theirs.goto('/t/roles/projects')
    await theirs.getByText('No projects yet').waitFor()
    assert.equal(await theirs.getByRole('button', { name: 'New project' }).isDisabled(), true)

    await page.getByRole('button', { name: 'Undo' }).click()
    await notice(page, 'Person member is now member.')
    await theirs.goto('/t/roles/projects?new=true')
    await theirs.getByLabel('Name').fill('Allowed again')
    await theirs.getByRole('button', { name: 'Create project' }).click()
    await notice(theirs, 'Created Allowed again.')
  })

  promise('whoever is deactivated is locked out at once, with words, and can be let in again', async (visit) => {
    visit.expect(/ApiProblem: Your membership in this organisation was deactivated/)
    const owner = await app.signUp('doors')
    const member = await app.invite(owner, 'member')
    const [page, theirs] = [
      await (await visit.windowOf(owner)).newPage(),
      await (await visit.windowOf(member)).newPage(),
    ]
    await theirs.goto('/t/doors')
    await theirs.getByRole('heading', { name: 'Person', level: 1 }).waitFor()

    await page.goto('/t/doors/members')
    await act(page, 'Person member', 'Deactivate')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click()
    await notice(page, 'Person member no longer has access.')
    await page.getByRole('row', { name: 'Person member' }).getByText('Deactivated').waitFor()

    await theirs.getByRole('link', { name: 'Projects', exact: true }).click()
    await theirs.getByRole('alert').first().waitFor()
    assert.equal(await theirs.locator('table').count(), 0)
    await theirs.reload()
    await theirs.getByText('You have no access to “doors”').waitFor()
    await theirs.getByText('Your membership in this organisation was deactivated').waitFor()

    await page.getByRole('button', { name: 'Undo' }).click()
    await notice(page, 'Person member can sign in again.')
    await theirs.goto('/t/doors')
    await theirs.getByRole('heading', { name: 'Person', level: 1 }).waitFor()
  })

  promise('the last owner cannot give the role away, and is told why', async (visit) => {
    const owner = await app.signUp('lonely')
    const page = await (await visit.windowOf(owner)).newPage()
    await page.goto('/t/lonely/members')
    await choose(page, 'Role of Person lonely', 'Viewer')
    await page.getByText('at least one active owner').first().waitFor()
    await page.getByRole('combobox', { name: 'Role of Person lonely' }).getByText('Owner').waitFor()
  })

  promise(
    'an invitation opened by another account says who is signed in, and goes on after signing out',
    async (visit) => {
      const owner = await app.signUp('senders')
      const link = await invite(stage, owner, 'right@guests.example')
      const page = await (await visit.windowOf(owner)).newPage()
      await page.goto('/t/senders')
      await page.getByRole('heading', { name: 'Person', level: 1 }).waitFor()
      await page.goto(link)
      await page.getByText(`You are signed in as ${owner.email}. Only right@guests.example can accept`).waitFor()
      await page.getByRole('button', { name: 'Sign out and go on' }).click()
      await page.getByLabel('Choose a password').waitFor()
      assert.equal(new URL(page.url()).pathname, '/invitations/accept')
    },
  )

  promise('a person with an account joins with its password, and has both organisations', async (visit) => {
    const guest = await app.signUp('first-home')
    const owner = await app.signUp('second-home')
    const page = await (await visit.window()).newPage()
    await page.goto(await invite(stage, owner, guest.email, 'viewer'))
    await page.getByText('You have an account. Sign in to join.').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in and join' }).click()
    await page.waitForURL('**/t/second-home')
    await page.getByRole('button', { name: 'Switch organisation' }).click()
    await page.getByRole('menuitem', { name: 'Tenant first-home' }).click()
    await page.waitForURL('**/t/first-home')
  })
}
