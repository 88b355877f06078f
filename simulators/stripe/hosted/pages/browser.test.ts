/** The pages in a real Chromium, with their policy and their script. Skipped, saying so, where there is none. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { findChromium, launchChromium } from '../../../../tests/browser/chromium.ts'
import { ASKS_ALWAYS, card, FAILS_LATER, GOOD_CARD, openStage } from '../testing/stage.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const AXE_RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }

const LOOKS: BrowserContextOptions[] = [
  { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
]

const chromium = findChromium()
if (chromium) await inBrowser(chromium)
else test('in a browser', { skip: 'There is no Chromium on this machine; set CHROMIUM to where it is.' })

async function inBrowser(executablePath: string): Promise<void> {
  const stage = await openStage()
  const { stripe, visitor, price, bigPrice, product, bigProduct } = stage
  const browser = await launchChromium(executablePath)
  /** The application that the pages lead back to. */
  const application = createServer((_request, response) => response.end('<title>Application</title>'))
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve))
  const home = `http://localhost:${(application.address() as AddressInfo).port}`
  after(async () => {
    await browser.close()
    application.closeAllConnections()
    application.close()
  })

  async function open(look: BrowserContextOptions = {}) {
    const context = await browser.newContext(look)
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (said) => {
      if (said.type() === 'error' && !said.text().startsWith('Failed to load resource')) faults.push(said.text())
    })
    return { page, faults, [Symbol.asyncDispose]: () => context.close() }
  }

  const session = (more = {}) =>
    stage.checkout({
      success_url: `${home}/done?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${home}/pricing`,
      ...more,
    })

  async function portalOf(customer: string): Promise<string> {
    const adjustable_quantity = { enabled: true, minimum: 1, maximum: 9 }
    const { id: configuration } = await stripe.billingPortal.configurations.create({
      features: {
        customer_update: { enabled: true, allowed_updates: ['name', 'email'] },
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: { enabled: true, cancellation_reason: { enabled: true, options: ['unused', 'other'] } },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price', 'quantity'],
          proration_behavior: 'always_invoice',
          products: [
            { product: product.id, prices: [price.id], adjustable_quantity },
            { product: bigProduct.id, prices: [bigPrice.id], adjustable_quantity },
          ],
        },
      },
    })
    const { url } = await stripe.billingPortal.sessions.create({
      customer,
      configuration,
      return_url: `${home}/billing`,
    })
    return url
  }

  test('choosing a test card fills the form, and paying leads back to the application past the policy', async () => {
    await using opened = await open()
    const { page, faults } = opened
    const { id, url } = await session()
    await page.goto(url as string)
    await page.getByRole('button', { name: 'Pays Visa 4242' }).click()
    assert.equal(await page.getByLabel('Card number').inputValue(), '4242 4242 4242 4242')
    assert.equal(await page.getByRole('status').first().textContent(), 'Filled in: Pays, Visa 4242')
    await page.getByRole('button', { name: /^Subscribe/ }).click()
    await page.waitForURL(`${home}/done?session=${id}`)
    assert.deepEqual(faults, [])
  })

  test('changing the order keeps the card that was typed, the focus and what is due', async () => {
    await using opened = await open()
    const { page, faults } = opened
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'forever' })
    await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'HALF' })
    const line_items = [{ price: price.id, quantity: 2, adjustable_quantity: { enabled: true } }]
    await page.goto((await session({ line_items, allow_promotion_codes: true })).url as string)
    await page.getByLabel('Card number').pressSequentially('4000002760003184')
    assert.equal(await page.getByLabel('Card number').inputValue(), '4000 0027 6000 3184')
    await page.getByRole('button', { name: 'One Team more' }).click()
    await page.getByRole('button', { name: 'Subscribe and pay $60.00' }).waitFor()
    assert.equal(await page.evaluate('document.activeElement.getAttribute("aria-label")'), 'One Team more')
    await page.getByLabel('Promotion code').fill('nope')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('This code is invalid.').waitFor()
    await page.getByLabel('Promotion code').fill('half')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Subscribe and pay $30.00' }).waitFor()
    assert.equal(await page.getByLabel('Card number').inputValue(), '4000 0027 6000 3184')
    assert.deepEqual(faults, [])
  })

  test('a plan can be paid, changed and cancelled with the keyboard alone', async () => {
    await using opened = await open()
    const { page } = opened
    const { customer } = await stage.subscribed()
    await page.goto(await portalOf(customer))
    await reach(page, 'Change plan')
    await reach(page, 'Choose of Business, $50.00 per month')
    await reach(page, 'Confirm and pay $60.00')
    await page.getByText('Your plan was changed.').waitFor()
    await reach(page, 'Cancel plan')
    await reach(page, 'Cancel Business')
    await page.getByText('Your plan was cancelled.').waitFor()
  })

  test('axe finds nothing on any page, on a desktop in light and a phone in dark, and nothing scrolls sideways', async () => {
    const asked = await stage.pay(await session(), card(ASKS_ALWAYS))
    const { customer, subscription } = await stage.subscribed()
    const portal = await portalOf(customer)
    await stage.visitor.submit(
      await visitor.get(`${portal}/card?subscription=${subscription}`),
      '/card',
      card(FAILS_LATER),
    )
    await stripe.subscriptions.update(subscription, {
      items: [
        { id: (await stripe.subscriptions.retrieve(subscription)).items.data[0]?.id as string, price: bigPrice.id },
      ],
      proration_behavior: 'always_invoice',
    })
    const paid = await session()
    await stage.pay(paid, card(GOOD_CARD))
    const invoices = (await stripe.invoices.list({ customer })).data.map(({ id }) => `/invoice/${id}`)
    const addresses = [
      (await session({ allow_promotion_codes: true })).url as string,
      (await session({ subscription_data: { trial_period_days: 14 } })).url as string,
      `/c/pay/${paid.id}`,
      asked.url,
      ...['/home', '/card', '/details'].map((path) => portal + path),
      ...['plan', 'cancel'].map((path) => `${portal}/${path}?subscription=${subscription}`),
      `${portal}/confirm?subscription=${subscription}&price=${price.id}&quantity=3`,
      ...invoices,
      '/invoice/in_none',
    ]
    for (const look of LOOKS) {
      await using opened = await open(look)
      for (const address of addresses) {
        await opened.page.goto(new URL(address, stage.local.url).href)
        assert.deepEqual(await violations(opened.page), [], address)
        const over = await opened.page.evaluate('document.documentElement.scrollWidth - innerWidth')
        assert.ok((over as number) <= 0, `${address} scrolls sideways`)
      }
      assert.deepEqual(opened.faults, [])
    }
  })
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(AXE_RULES)})`)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
}

/** Goes to a control with the Tab key and presses it. */
async function reach(page: Page, name: string): Promise<void> {
  const control = page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true }))
  await control.waitFor()
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab')
    if (await control.evaluate((element) => element === element.ownerDocument.activeElement)) break
  }
  await page.keyboard.press('Enter')
}
