import assert from 'node:assert/strict'
import { test } from 'node:test'
import type Stripe from 'stripe'
import { ASKS_ALWAYS, CANCEL, card, FAILS_LATER, GOOD_CARD, NO_FUNDS, openStage, SUCCESS } from '../testing/stage.ts'
import { formOf } from '../testing/visitor.ts'

const stage = await openStage()
const { local, stripe, visitor, price, checkout, pay } = stage

const subscriptionsOf = (customer: unknown) =>
  stripe.subscriptions.list({ customer: customer as string, status: 'all' })

test('a paid page leads to the success address with the id of the session, and tells it in the canonical order', async () => {
  const session = await checkout({ client_reference_id: 'org_1', subscription_data: { metadata: { org: 'org_1' } } })
  assert.equal(session.amount_total, 4000)
  assert.equal(session.url, `${local.url}/c/pay/${session.id}`)
  const before = stage.eventCount()
  const seen = await pay(session, card(GOOD_CARD))
  assert.equal(seen.url, `http://localhost:3000/done?session=${session.id}`)
  assert.deepEqual(stage.eventsSince(before), [
    'payment_method.attached',
    'customer.subscription.created',
    'invoice.created',
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'customer.subscription.updated',
    'checkout.session.completed',
  ])
  const done = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['subscription', 'invoice', 'line_items'],
  })
  assert.equal(done.status, 'complete')
  assert.equal(done.payment_status, 'paid')
  assert.equal(done.client_reference_id, 'org_1')
  assert.equal(done.url, null)
  assert.equal((done.invoice as Stripe.Invoice).amount_paid, 4000)
  const subscription = done.subscription as Stripe.Subscription
  assert.equal(subscription.status, 'active')
  assert.deepEqual(subscription.metadata, { org: 'org_1' })
  assert.equal(done.line_items?.data[0]?.quantity, 2)
})

test('without a customer the page asks for an address and makes one', async () => {
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: SUCCESS,
  })
  const missing = await pay(session, card(GOOD_CARD, { email: 'nobody' }))
  assert.equal(missing.status, 422)
  assert.match(missing.text, /Type an email address/)
  const before = stage.eventCount()
  await pay(session, card(GOOD_CARD, { email: 'grace@example.com' }))
  assert.equal(stage.eventsSince(before)[0], 'customer.created')
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['customer'] })
  assert.equal((done.customer as Stripe.Customer).email, 'grace@example.com')
  assert.equal(done.customer_details?.email, 'grace@example.com')
})

test('an abandoned page expires after a day and tells nothing else', async () => {
  const session = await checkout()
  const before = stage.eventCount()
  await local.advanceTo(new Date((session.expires_at + 1) * 1000))
  const mine = [...local.world.table('event').all()]
    .slice(before)
    .filter((event) => (event.data.object as { id: string }).id === session.id)
  assert.deepEqual(
    mine.map(({ type }) => type),
    ['checkout.session.expired'],
  )
  const page = await visitor.get(`/c/pay/${session.id}`)
  assert.match(page.text, /This page has expired/)
  assert.ok(page.html.includes(`href="${CANCEL}"`))
})

test('a session can be expired by the API, once, and its page takes no payment any more', async () => {
  const session = await checkout()
  const page = await visitor.get(session.url as string)
  assert.equal((await stripe.checkout.sessions.expire(session.id)).status, 'expired')
  const late = await visitor.submit(page, `/c/pay/${session.id}`, card(GOOD_CARD))
  assert.equal(late.status, 410)
  await assert.rejects(
    stripe.checkout.sessions.expire(session.id),
    /Only Checkout Sessions with a status in \["open"\]/,
  )
  assert.equal((await subscriptionsOf(session.customer)).data.length, 0)
})

test('a double submit makes one subscription, and both lead to the success address', async () => {
  const session = await checkout()
  const page = await visitor.get(session.url as string)
  const both = await Promise.all(
    Array.from({ length: 5 }, () => visitor.submit(page, `/c/pay/${session.id}`, card(GOOD_CARD))),
  )
  for (const seen of both) assert.equal(seen.url, `http://localhost:3000/done?session=${session.id}`)
  assert.equal((await subscriptionsOf(session.customer)).data.length, 1)
  const again = await visitor.get(session.url as string)
  assert.match(again.text, /This has already been paid/)
})

for (const [number, words] of [
  [NO_FUNDS, /insufficient funds/],
  ['4000000000000002', /Your card was declined/],
  [FAILS_LATER, /Your card was declined/],
] as const) {
  test(`the declined card ${number.slice(-4)} leaves the session open, with the reason at the field`, async () => {
    const session = await checkout()
    const before = stage.eventCount()
    const seen = await pay(session, card(number))
    assert.equal(seen.status, 402)
    assert.match(seen.text, words)
    assert.match(seen.html, /id="number"[^>]*aria-describedby="number-note" aria-invalid="true" autofocus/)
    assert.deepEqual(stage.eventsSince(before), [])
    assert.equal((await stripe.checkout.sessions.retrieve(session.id)).status, 'open')
    assert.equal((await subscriptionsOf(session.customer)).data.length, 0)
    assert.ok((await visitor.submit(seen, `/c/pay/${session.id}`, card(GOOD_CARD))).left)
  })
}

test('a number that is no test card is refused and not shown again', async () => {
  const session = await checkout()
  const seen = await pay(session, card('4111111111111111'))
  assert.equal(seen.status, 422)
  assert.match(seen.text, /This is not a test card/)
  assert.ok(!seen.html.replaceAll(' ', '').includes('4111111111111111'))
})

test('what is missing on the card is said at its field', async () => {
  const session = await checkout()
  for (const [fields, words] of [
    [{ number: '' }, /Type a card number/],
    [{ expiry: '13 / 30' }, /Type month and year/],
    [{ expiry: '01 / 20' }, /in the past/],
    [{ cvc: '1' }, /3 or 4 digits/],
    [{ name: ' ' }, /Type the name/],
  ] as const) {
    const seen = await pay(session, card(GOOD_CARD, fields))
    assert.equal(seen.status, 422)
    assert.match(seen.text, words)
  }
})

test('3184 goes through the challenge: failing it leaves the session open, approving it completes', async () => {
  const session = await checkout()
  const asked = await pay(session, card(ASKS_ALWAYS))
  assert.match(asked.url, /\/3ds\//)
  assert.match(asked.text, /\$40\.00/)
  const failed = await visitor.submit(asked, new URL(asked.url).pathname, { answer: 'fail' })
  assert.match(failed.url, /\/c\/pay\//)
  assert.match(failed.text, /unable to authenticate/)
  assert.equal((await subscriptionsOf(session.customer)).data.length, 0)
  const again = await visitor.submit(failed, `/c/pay/${session.id}`, card(ASKS_ALWAYS))
  const done = await visitor.submit(again, new URL(again.url).pathname, { answer: 'approve' })
  assert.ok(done.left)
  const [subscription] = (await subscriptionsOf(session.customer)).data
  assert.equal(subscription?.status, 'active')
  const used = await visitor.submit(again, new URL(again.url).pathname, { answer: 'approve' })
  assert.match(used.text, /This has been answered/)
  assert.equal((await subscriptionsOf(session.customer)).data.length, 1)
})

test('a trial answers no_payment_required, with a card set up and an invoice over nothing', async () => {
  const session = await checkout({ subscription_data: { trial_period_days: 14 } })
  assert.equal(session.amount_total, 0)
  const page = await visitor.get(session.url as string)
  assert.match(page.text, /14 days free Then \$40\.00 per month from/)
  const before = stage.eventCount()
  await visitor.submit(page, `/c/pay/${session.id}`, card(GOOD_CARD))
  assert.deepEqual(stage.eventsSince(before), [
    'setup_intent.created',
    'setup_intent.succeeded',
    'payment_method.attached',
    'customer.subscription.created',
    'invoice.created',
    'invoice.finalized',
    'invoice.paid',
    'invoice.payment_succeeded',
    'checkout.session.completed',
  ])
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice', 'subscription'] })
  assert.equal(done.payment_status, 'no_payment_required')
  assert.equal((done.invoice as Stripe.Invoice).total, 0)
  assert.equal((done.subscription as Stripe.Subscription).status, 'trialing')
  assert.ok((done.subscription as Stripe.Subscription).default_payment_method)
})

test('a trial that needs no card asks for none and sets none up', async () => {
  const session = await checkout({
    subscription_data: {
      trial_period_days: 14,
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
    },
    payment_method_collection: 'if_required',
  })
  const page = await visitor.get(session.url as string)
  assert.doesNotMatch(page.html, /name="number"/)
  const before = stage.eventCount()
  await visitor.submit(page, `/c/pay/${session.id}`)
  assert.equal(stage.eventsSince(before)[0], 'customer.subscription.created')
  const [subscription] = (await subscriptionsOf(session.customer)).data
  assert.equal(subscription?.trial_settings?.end_behavior.missing_payment_method, 'cancel')
})

test('a promotion code takes off what it says, and can be taken away again', async () => {
  const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'once' })
  const promotion = await stripe.promotionCodes.create({
    promotion: { type: 'coupon', coupon: coupon.id },
    code: 'LAUNCH',
  })
  const session = await checkout({ allow_promotion_codes: true })
  const page = await visitor.get(session.url as string)
  const wrong = await visitor.submit(page, '/promotion', { code: 'NOPE' })
  assert.match(wrong.text, /This code is invalid/)
  const cheaper = await visitor.submit(page, '/promotion', { code: 'launch' })
  assert.match(cheaper.text, /LAUNCH 25% off the first invoice/)
  assert.match(cheaper.text, /Due today \$30\.00/)
  const dearer = await visitor.post(`/c/pay/${session.id}/promotion`, {
    ...formOf(cheaper.html, '/promotion').fields,
    remove: 'yes',
  })
  assert.match(dearer.text, /Due today \$40\.00/)
  await visitor.submit(dearer, '/promotion', { code: 'LAUNCH' })
  await pay(session, card(GOOD_CARD))
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] })
  assert.equal(done.amount_total, 3000)
  assert.equal(done.total_details?.amount_discount, 1000)
  assert.equal((done.invoice as Stripe.Invoice).amount_paid, 3000)
  assert.equal((await stripe.promotionCodes.retrieve(promotion.id)).times_redeemed, 1)
})

test('the seat stepper changes the quantity within its limits, and that quantity is paid', async () => {
  const session = await checkout({
    line_items: [{ price: price.id, quantity: 2, adjustable_quantity: { enabled: true, minimum: 2, maximum: 4 } }],
  })
  const page = await visitor.get(session.url as string)
  const three = await visitor.submit(page, '/quantity', { step: '1' })
  assert.match(three.text, /Due today \$60\.00/)
  const most = await visitor.submit(page, '/quantity', { quantity: '99' })
  assert.match(most.text, /Due today \$80\.00/)
  const least = await visitor.submit(page, '/quantity', { quantity: '1' })
  assert.match(least.text, /Due today \$40\.00/)
  await visitor.submit(page, '/quantity', { quantity: '3' })
  await pay(session, card(GOOD_CARD))
  const [subscription] = (await subscriptionsOf(session.customer)).data
  assert.equal(subscription?.items.data[0]?.quantity, 3)
})

test('a quantity that is not adjustable stays', async () => {
  const session = await checkout()
  const { fields } = formOf((await visitor.get(session.url as string)).html, `/c/pay/${session.id}`)
  const { data } = await stripe.checkout.sessions.listLineItems(session.id)
  const item = data[0]?.id ?? ''
  const refused = await visitor.post(`/c/pay/${session.id}/quantity`, {
    token: fields.token ?? '',
    item,
    quantity: '1',
  })
  assert.equal(refused.status, 400)
  assert.equal((await stripe.checkout.sessions.retrieve(session.id)).amount_total, 4000)
})

test('a payment takes money once; a setup saves a card', async () => {
  const once = await stripe.prices.create({ product: stage.product.id, currency: 'usd', unit_amount: 9900 })
  const session = await checkout({ mode: 'payment', line_items: [{ price: once.id, quantity: 1 }] })
  assert.ok((await pay(session, card(GOOD_CARD))).left)
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] })
  assert.equal((done.payment_intent as Stripe.PaymentIntent).amount_received, 9900)
  assert.equal(done.payment_status, 'paid')

  const { id: customer } = await stage.createCustomer()
  const saving = await stripe.checkout.sessions.create({
    mode: 'setup',
    customer,
    currency: 'usd',
    success_url: SUCCESS,
  })
  assert.ok((await pay(saving, card(GOOD_CARD))).left)
  const saved = await stripe.checkout.sessions.retrieve(saving.id, { expand: ['setup_intent'] })
  assert.equal((saved.setup_intent as Stripe.SetupIntent).status, 'succeeded')
  assert.equal((await stripe.customers.listPaymentMethods(customer)).data.length, 1)
})
