import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '../support/app.ts'
import { type BillingStage, startBillingStage } from '../support/billing-stage.ts'
import { freePort } from '../support/processes.ts'
import { fillSignIn } from './accounts.ts'
import { notice } from './projects.ts'
import { type Stage, settled, type Visit } from './stage.ts'

/** An application with a Stripe beside it. */
async function openShop(): Promise<BillingStage> {
  const port = await freePort()
  const env = { NODE_ENV: 'development', PLINTH_APP_URL: `http://127.0.0.1:${port}` }
  return startBillingStage({ port, env, worker: true })
}

const pro = { plan: 'pro', interval: 'month', quantity: 2 } as const

const headed = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor()

/** On the page of the local Stripe, and back. */
async function payWith(page: Page, card: string): Promise<void> {
  await page.getByRole('button', { name: card }).click()
  await page.getByRole('button', { name: /^(Subscribe|Start trial)/ }).click()
}

/** The amount that a button names: "$58.00". */
async function amountOn(page: Page, words: RegExp): Promise<string> {
  const text = (await page.getByRole('button', { name: words }).textContent()) ?? ''
  return /\$[\d,.]+\d/.exec(text)?.[0] ?? assert.fail(`“${text}” names no amount.`)
}

// The page of Stripe is another origin, and is meant to be.
const ofStripe = /^asked another origin: http:\/\/127\.0\.0\.1:\d+\//

/** For whoever moves the clock, which would sign out everybody else. */
async function inShopOfItsOwn(visit: Visit, work: (shop: BillingStage) => Promise<void>): Promise<void> {
  visit.expect(ofStripe)
  const shop = await openShop()
  try {
    await work(shop)
  } finally {
    await shop.close()
  }
}

export function billing({ promise }: Stage): void {
  let opened: Promise<BillingStage> | undefined
  const shopOf = (visit: Visit) => {
    visit.expect(ofStripe)
    opened ??= openShop()
    return opened
  }
  after(async () => (await opened)?.close())

  promise('a visitor chooses a plan, signs up, pays at Stripe, and has the plan on coming back', async (visit) => {
    const { app } = await shopOf(visit)
    const page = await (await visit.window({ app })).newPage()
    await page.goto('/pricing')
    await page.getByRole('radio', { name: 'Yearly' }).click()
    await page.getByText('Paying yearly saves').waitFor()
    await page.getByRole('radio', { name: 'Monthly' }).click()
    await page.getByRole('link', { name: 'Choose Pro' }).click()
    await page.getByLabel('Full name').fill('Bea Buyer')
    await page.getByLabel('Work e-mail').fill('bea@buyers.example')
    await page.getByLabel('Password', { exact: true }).fill('copper window gravel swim')
    await page.getByLabel('Organisation').fill('Buyers')
    await page.getByRole('button', { name: 'Create account' }).click()

    const dialog = page.getByRole('dialog', { name: 'Choose Pro' })
    await dialog.getByRole('button', { name: 'One seat more' }).click()
    await dialog.getByRole('button', { name: 'Go on and pay $58.00' }).click()
    await payWith(page, 'Pays Visa 4242')
    await notice(page, 'Pro is yours')
    await page.waitForURL(`${app.url}/t/buyers/billing`)
    await page.getByText('1 of 2 paid').waitFor()
    await page.getByRole('row', { name: 'First invoice' }).getByText('$58.00').waitFor()
    await page.getByRole('link', { name: 'Analytics', exact: true }).click()
    await page.getByText('Members joined', { exact: false }).first().waitFor()
  })

  promise(
    'where mailboxes are proven first, the link of the mail leads back to the plan that was chosen',
    async (visit) => {
      const { app, local } = await shopOf(visit)
      const port = await freePort()
      const strict = await startTestApp({
        port,
        databaseUrl: app.databaseUrl,
        env: {
          NODE_ENV: 'development',
          PLINTH_EMAIL_VERIFICATION: 'required',
          PLINTH_APP_URL: `http://127.0.0.1:${port}`,
          STRIPE_API_BASE: local.url,
        },
      })
      try {
        const page = await (await visit.window({ app: strict })).newPage()
        await page.goto('/pricing?interval=year')
        await page.getByRole('link', { name: 'Choose Pro' }).click()
        await page.getByLabel('Full name').fill('Vera Verified')
        await page.getByLabel('Work e-mail').fill('vera@verified.example')
        await page.getByLabel('Password', { exact: true }).fill('copper window gravel swim')
        await page.getByLabel('Organisation').fill('Verified')
        await page.getByRole('button', { name: 'Create account' }).click()
        await page.getByText('go on with the plan that you chose').waitFor()
      } finally {
        await strict.close()
      }

      // The mail is read on another device.
      const { links } = await app.mailTo('vera@verified.example', /^Confirm/)
      const phone = await (await visit.window({ app })).newPage()
      await phone.goto(links.find((link) => link.includes('token=')) as string)
      await phone.getByRole('link', { name: 'Sign in' }).click()
      await fillSignIn(phone, 'vera@verified.example', 'copper window gravel swim')
      await phone.waitForURL('**/t/verified/billing/plans?plan=pro&interval=year**')
      await phone
        .getByRole('dialog', { name: 'Choose Pro' })
        .getByRole('button', { name: 'Go on and pay $290.00' })
        .waitFor()
    },
  )

  promise('whoever leaves the page of Stripe is told that nothing was charged', async (visit) => {
    const { app } = await shopOf(visit)
    const owner = await app.signUp('undecided')
    const page = await (await visit.windowOf(owner, { app })).newPage()
    await page.goto('/t/undecided/billing?checkout=canceled')
    await page.getByText('Nothing was charged and nothing has changed.').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.waitForURL(`${app.url}/t/undecided/billing`)
  })

  promise('a change names its price first, and exactly that is charged', async (visit) => {
    const shop = await shopOf(visit)
    const owner = await shop.subscriber('changer', pro)
    const page = await (await visit.windowOf(owner, { app: shop.app })).newPage()
    await page.goto('/t/changer/billing/plans')
    await page.getByRole('button', { name: 'Change to Enterprise' }).click()
    const words = /^Pay \$.* and change to Enterprise$/
    await page.getByRole('button', { name: words }).waitFor()
    const amount = await amountOn(page, words)
    await page.getByRole('button', { name: words }).click()
    await notice(page, 'You have Enterprise with 2 seats now.')
    await page.goto('/t/changer/billing/invoices')
    await page.locator('tbody tr').first().getByText(amount).waitFor()
  })

  promise('a smaller plan waits for the end of what is paid, and can be taken back', async (visit) => {
    const shop = await shopOf(visit)
    const owner = await shop.subscriber('smaller', pro)
    const page = await (await visit.windowOf(owner, { app: shop.app })).newPage()
    await page.goto('/t/smaller/billing/plans?plan=starter')
    await page.getByText('To pay now').waitFor()
    await page.getByRole('button', { name: /^Change to Starter on / }).click()
    await notice(page, 'Starter begins on')
    await page.getByText('Starter, 2 seats, paid each month').waitFor()
    await page.getByRole('button', { name: 'Keep Pro' }).click()
    await notice(page, 'Pro goes on as before.')
  })

  promise('whoever cancels is told what is lost, and can undo it', async (visit) => {
    const shop = await shopOf(visit)
    const owner = await shop.subscriber('leaving', pro)
    const page = await (await visit.windowOf(owner, { app: shop.app })).newPage()
    await page.goto('/t/leaving/billing')
    await page.getByRole('button', { name: 'Cancel the subscription' }).click()
    const dialog = page.getByRole('dialog', { name: 'Cancel Pro?' })
    await dialog.getByText('2,500 projects; then 50 projects').waitFor()
    await dialog.getByRole('button', { name: /^Cancel on / }).click()
    await page.getByRole('alert').getByText('Pro ends on').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await notice(page, 'Pro goes on as before.')
    assert.equal(await page.getByRole('alert').getByText('Pro ends on').count(), 0)
  })

  promise('a payment that failed is said above every page: owners can pay, others learn whom to ask', (visit) =>
    inShopOfItsOwn(visit, async (shop) => {
      const { app, local } = shop
      const owner = await shop.subscriber('overdue', { ...pro, quantity: 3 })
      const member = await app.invite(owner, 'member')
      local.failNextPayment(await shop.customerOf(owner))
      const { items } = await shop.subscriptionOf(owner)
      const renewal = (items.data[0]?.current_period_end as number) * 1000 + 2 * 3_600_000
      app.clock.advance(renewal - app.clock.now().getTime())
      await local.advanceTo(new Date(renewal))
      await local.settled()

      const page = await (await visit.windowOf(owner, { app })).newPage()
      await page.goto('/t/overdue')
      await page.getByRole('alert').getByText('The last payment of $87.00 failed.').waitFor()
      await page.getByRole('link', { name: 'Pay $87.00' }).click()
      await page.waitForURL((url) => url.origin === new URL(local.url).origin)

      const theirs = await (await visit.windowOf(member, { app })).newPage()
      await theirs.goto('/t/overdue')
      const told = theirs.getByRole('alert').filter({ hasText: 'The last payment' })
      await told.getByRole('link', { name: 'Person overdue' }).waitFor()
      assert.equal(await told.getByRole('button').count(), 0)
    }),
  )

  promise('a limit that is reached is told in numbers and leads to a plan that has more', async (visit) => {
    const shop = await shopOf(visit)
    const owner = await shop.app.signUp('cramped')
    await shop.rows(
      `insert into projects (tenant_id, id, name, created_by, created_at, updated_at)
       select $1, gen_random_uuid(), 'Project ' || n, $2, now(), now() from generate_series(1, 50) n`,
      [owner.tenantId, owner.userId],
    )
    const page = await (await visit.windowOf(owner, { app: shop.app })).newPage()
    await page.goto('/t/cramped/projects?new=true')
    await page.getByLabel('Name').fill('One too many')
    await page.getByRole('button', { name: 'Create project' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your plan has no room for more projects' })
    await dialog.getByText('Starter includes 250 projects.').waitFor()
    await dialog.getByRole('link', { name: 'See what Starter costs' }).click()
    await page.getByRole('dialog', { name: 'Try Starter for 14 days' }).waitFor()
  })

  promise('a page that the plan lacks shows what it would be; who may not buy is told whom to ask', async (visit) => {
    const { app } = await shopOf(visit)
    const owner = await app.signUp('curious')
    const viewer = await app.invite(owner, 'viewer')
    const page = await (await visit.windowOf(viewer, { app })).newPage()
    await page.goto('/t/curious/analytics')
    await page.getByRole('heading', { name: 'See how the work grows' }).waitFor()
    await page.getByRole('link', { name: 'Person curious' }).waitFor()
    await page.goto('/t/curious/billing/plans')
    await settled(page)
    assert.equal(await page.getByRole('button', { name: 'Choose Pro' }).isDisabled(), true)
    await page.goto('/t/curious/billing/invoices')
    await page.getByText('Only admins and owners see invoices').waitFor()
  })

  promise('the clock of development moves from the rail, and nobody is signed out by a month', (visit) =>
    inShopOfItsOwn(visit, async (shop) => {
      const owner = await shop.subscriber('traveller', { plan: 'starter', interval: 'month' })
      const window = await visit.windowOf(owner, { app: shop.app })
      await window.route('**/dev/stripe', (route) => route.fulfill({ json: { url: shop.local.url } }))
      const page = await window.newPage()
      await page.goto('/t/traveller')
      await page.getByText('in 14 days').waitFor()
      const move = async (words: string) => {
        await page.getByRole('button', { name: 'the clock of the app' }).click()
        await page.getByRole('menuitem', { name: words }).click()
        await notice(page, ' now.')
      }
      await move('One day on')
      await page.getByText('in 13 days').waitFor()
      await page.getByRole('button', { name: 'Close this notice' }).click()
      await move('One month on')
      await page.getByRole('link', { name: 'Projects', exact: true }).click()
      await headed(page, 'Projects')
    }),
  )
}
