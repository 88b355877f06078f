import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BILLING, card, GOOD_CARD, openStage } from '../testing/stage.ts'
import { formOf } from '../testing/visitor.ts'
import { html } from './html.ts'
import { moneyText, unitText } from './words.ts'

const stage = await openStage()
const { stripe, visitor, checkout, price } = stage

test('every value in a page is escaped, wherever it stands', () => {
  const evil = `"><script>'&`
  assert.equal(html`<a title="${evil}">${[evil, null, false, 0]}</a>`.text.includes('<script>'), false)
  assert.equal(html`<b>${html`<i>${'<'}</i>`}</b>`.text, '<b><i>&lt;</i></b>')
})

test('user text is escaped on the pages', async () => {
  const evil = '<img src=x onerror=alert(1)>"\'&'
  const product = await stripe.products.create({ name: evil })
  const named = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 100,
    recurring: { interval: 'month' },
  })
  const customer = await stripe.customers.create({ email: 'a@example.com', name: evil })
  const { id } = await stripe.billingPortal.configurations.create({
    business_profile: { headline: evil },
    features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } },
  })
  const session = await checkout({
    customer: customer.id,
    line_items: [{ price: named.id, quantity: 1 }],
    allow_promotion_codes: true,
    custom_text: { submit: { message: evil } },
  })
  const page = await visitor.get(session.url as string)
  const typed = await visitor.submit(page, `/c/pay/${session.id}`, card(GOOD_CARD, { name: evil, cvc: '' }))
  const code = await visitor.submit(page, '/promotion', { code: evil })
  await visitor.submit(page, `/c/pay/${session.id}`, card(GOOD_CARD))
  const portal = await stripe.billingPortal.sessions.create({
    customer: customer.id,
    configuration: id,
    return_url: BILLING,
  })
  const home = await visitor.get(portal.url)
  const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data
  const paper = await visitor.get(`/invoice/${invoice?.id}`)
  for (const seen of [page, typed, code, home, paper]) {
    assert.ok(!seen.html.includes('<img'), seen.url)
    assert.ok(seen.text.includes('<img src=x') || seen.html.includes('&lt;img'), seen.url)
  }
})

test('a foreign or forged form token is refused and nothing happens', async () => {
  const [mine, theirs] = [await checkout(), await checkout()]
  const path = `/c/pay/${mine.id}`
  const { fields } = formOf((await visitor.get(path)).html, path)
  const foreign = formOf((await visitor.get(`/c/pay/${theirs.id}`)).html, `/c/pay/${theirs.id}`).fields.token ?? ''
  for (const token of ['', 'forged', foreign, `${fields.token}x`]) {
    for (const form of ['', '/quantity', '/promotion']) {
      const refused = await visitor.post(`${path}${form}`, { ...fields, ...card(GOOD_CARD), token })
      assert.equal(refused.status, 403)
    }
  }
  assert.equal((await stripe.checkout.sessions.retrieve(mine.id)).status, 'open')
})

test('a page loads nothing from elsewhere, runs no inline script and may only lead where the session says', async () => {
  const session = await checkout({ success_url: 'https://app.example.com/done' })
  const page = await visitor.get(session.url as string)
  const policy = page.headers.get('content-security-policy') ?? ''
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "form-action 'self' https://app.example.com:* http://localhost:*",
  ]) {
    assert.ok(policy.split('; ').includes(rule), `${rule} in ${policy}`)
  }
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(page.headers.get('cache-control'), 'no-store')
  assert.doesNotMatch(page.html, /<script>|style="|\son\w+=|src="http|<link[^>]*href="http/)
  for (const [, path = ''] of page.html.matchAll(/(?:href|src)="(\/_hosted\/[^"]+)"/g)) {
    assert.equal((await visitor.get(path)).status, 200)
  }
})

test('every page says that it is simulated', async () => {
  const session = await checkout()
  for (const path of [`/c/pay/${session.id}`, '/c/pay/cs_test_none', '/p/session/bps_none', '/3ds/none']) {
    assert.match((await visitor.get(path)).text, /Simulated Stripe\. No card is charged and no real money moves\./)
  }
})

test('what is not there is said in HTML', async () => {
  for (const path of ['/c/pay/cs_test_none', '/p/session/bps_none', '/invoice/in_none', '/3ds/none', '/3ds/pi_none']) {
    const seen = await visitor.get(path)
    assert.equal(seen.status, 404, path)
    assert.match(seen.text, /There is nothing here/)
  }
})

test('an address cannot put words on a page', async () => {
  const session = await checkout()
  const page = await visitor.get(`/c/pay/${session.id}?notice=Send+money&card=4111111111111111`)
  assert.ok(!page.html.includes('Send money'))
  assert.ok(!page.html.includes('4111'))
})

test('a test card can be chosen without a script', async () => {
  const session = await checkout({ line_items: [{ price: price.id, quantity: 1 }] })
  const page = await visitor.get(`/c/pay/${session.id}?card=${GOOD_CARD}`)
  const { fields } = formOf(page.html, `/c/pay/${session.id}`)
  assert.equal(fields.number, '4242 4242 4242 4242')
  assert.ok((await visitor.submit(page, `/c/pay/${session.id}`)).left)
})

test('money keeps the decimals of its currency', () => {
  assert.equal(moneyText(123456, 'usd'), '$1,234.56')
  assert.equal(moneyText(5000, 'jpy'), '¥5,000')
  assert.equal(moneyText(-250, 'eur'), '-€2.50')
  assert.equal(unitText('0.25', 'usd'), '$0.0025')
})
