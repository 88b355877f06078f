/** Every page there is, each in a state that shows something. */
import type { Page } from 'playwright-core'
import { invite } from './members.ts'
import { type Stage, settled } from './stage.ts'

export interface Stop {
  name: string
  path: string
  /** Everything else is seen by a visitor who is not signed in. */
  signedIn?: true
  /** It shows what loading looks like, for ever. */
  alwaysLoading?: true
  /** Rules of axe that it breaks on purpose. */
  /** What has to be pressed before it is there. */
  open?: (page: Page) => Promise<unknown>
}

/** Addresses are known once there is an invitation and a mail. */
export async function everyPage(stage: Stage): Promise<Stop[]> {
  const { app } = stage
  const host = await app.signUp('photographed')
  const invitation = new URL(await invite(stage, host, 'newcomer@guests.example'))
  const dashboard = { path: '/t/acme', signedIn: true } as const
  return [
    { name: 'start page', path: '/' },
    { name: 'pricing', path: '/pricing?interval=year' },
    { name: 'sign-in', path: '/sign-in' },
    { name: 'sign-up', path: '/sign-up' },
    { name: 'forgotten password', path: '/forgot-password' },
    { name: 'new password', path: '/reset-password?token=unknown' },
    { name: 'invitation', path: invitation.pathname + invitation.search },
    // Development only: somebody waits for a mail with this page open.
    { name: 'mailbox', path: '/dev/mailbox' },
    { name: 'mail', path: '/dev/mailbox', open: openFirstMail },
    { name: 'components', path: '/dev/components', alwaysLoading: true },
    { name: 'missing page', path: '/nowhere' },
    { name: 'dashboard', ...dashboard },
    { name: 'command palette', ...dashboard, open: (page) => page.keyboard.press('Control+k') },
    { name: 'keyboard help', ...dashboard, open: (page) => page.keyboard.press('?') },
    { name: 'projects', path: '/t/acme/projects', signedIn: true },
    { name: 'project', path: '/t/acme/projects?sort=name', signedIn: true, open: openFirstProject },
    { name: 'new project', path: '/t/acme/projects?new=true', signedIn: true },
    { name: 'members', path: '/t/acme/members', signedIn: true },
    { name: 'invitations', path: '/t/acme/members?tab=invitations', signedIn: true },
    { name: 'invite people', path: '/t/acme/members?invite=true', signedIn: true },
    { name: 'billing', path: '/t/acme/billing', signedIn: true },
    { name: 'plans', path: '/t/acme/billing/plans', signedIn: true },
    { name: 'invoices', path: '/t/acme/billing/invoices', signedIn: true },
    { name: 'audit log', path: '/t/acme/audit', signedIn: true },
    { name: 'settings', path: '/t/acme/settings', signedIn: true },
    { name: 'account', path: '/account', signedIn: true },
    { name: 'new organisation', path: '/new-tenant', signedIn: true },
  ]
}

async function openFirstMail(page: Page): Promise<void> {
  await page.locator('.mails a').first().click()
  await page.waitForURL('**/dev/mailbox/*')
}

async function openFirstProject(page: Page): Promise<void> {
  await page.locator('tbody a').first().click()
  await page.waitForURL('**/projects/*')
}

export async function goTo(page: Page, { path, open, alwaysLoading }: Stop): Promise<void> {
  await page.goto(path)
  if (alwaysLoading) return page.locator('h1').first().waitFor()
  await settled(page)
  if (!open) return
  await open(page)
  await settled(page)
}
