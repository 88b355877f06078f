import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type Stripe from 'stripe'
import { ASKS_ALWAYS, BILLING, card, FAILS_LATER, GOOD_CARD, NO_FUNDS, openStage } from '../testing/stage.ts'

const stage = await openStage()
const { local, stripe, visitor, price, bigPrice, product, bigProduct, subscribed } = stage
let configuration: string

type Features = Stripe.BillingPortal.ConfigurationCreateParams.Features
type Flow = Stripe.BillingPortal.SessionCreateParams.FlowData

const adjustable_quantity = { enabled: true, minimum: 1, maximum: 50 }
const FEATURES: Features = {
  customer_update: { enabled: true, allowed_updates: ['name', 'email'] },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: {
    enabled: true,
    mode: 'at_period_end',
    cancellation_reason: { enabled: true, options: ['too_expensive', 'other'] },
  },
  subscription_update: {
    enabled: true,
    default_allowed_updates: ['price', 'quantity'],
    proration_behavior: 'always_invoice',
    products: [
      { product: product.id, prices: [price.id], adjustable_quantity },
      { product: bigProduct.id, prices: [bigPrice.id], adjustable_quantity },
    ],
  },
}

const configure = async (features: Features): Promise<string> =>
  (await stripe.billingPortal.configurations.create({ features })).id

before(async () => {
  configuration = await configure(FEATURES)
})

async function portal(customer: string, flow_data?: Flow, given = configuration) {
  const session = await stripe.billingPortal.sessions.create({
    customer,
    configuration: given,
    return_url: BILLING,
    ...(flow_data ? { flow_data } : {}),
  })
  return { session, home: await visitor.get(session.url), path: `/p/session/${session.id}` }
}

const daysOn = (days: number) => local.advanceTo(new Date((local.world.now() + days * 86_400) * 1000))

test('cancelling sets cancel_at only, keeps the plan active, and can be undone', async () => {
  const { customer, subscription } = await subscribed()
  const { path, home } = await portal(customer)
  assert.match(home.text, /Renews on/)
  const asked = await visitor.get(`${path}/cancel?subscription=${subscription}`)
  const ending = await visitor.submit(asked, '/cancel', { feedback: 'too_expensive', comment: 'Sorry' })
  assert.match(ending.text, /Your plan was cancelled\..*Ends on/)
  const cancelled = await stripe.subscriptions.retrieve(subscription)
  assert.equal(cancelled.cancel_at, cancelled.items.data[0]?.current_period_end)
  assert.equal(cancelled.cancel_at_period_end, false)
  assert.equal(cancelled.status, 'active')
  assert.equal(cancelled.cancellation_details?.feedback, 'too_expensive')
  assert.equal(cancelled.cancellation_details?.comment, 'Sorry')
  const kept = await visitor.submit(ending, '/keep')
  assert.match(kept.text, /Your plan goes on\..*Renews on/)
  const again = await stripe.subscriptions.retrieve(subscription)
  assert.equal(again.cancel_at, null)
  assert.equal(again.canceled_at, null)
})

test('cancelling at once ends the plan at once where the configuration says so', async () => {
  const { customer, subscription } = await subscribed()
  const cancel = { ...FEATURES.subscription_cancel, enabled: true, mode: 'immediately' as const }
  const { path } = await portal(customer, undefined, await configure({ ...FEATURES, subscription_cancel: cancel }))
  await visitor.submit(await visitor.get(`${path}/cancel?subscription=${subscription}`), '/cancel')
  assert.equal((await stripe.subscriptions.retrieve(subscription)).status, 'canceled')
})

for (const days of [0, 11]) {
  test(`switching the plan after ${days} days shows a preview equal to what is charged`, async () => {
    const { customer, subscription } = await subscribed()
    if (days > 0) await daysOn(days)
    const { path } = await portal(customer)
    const shown = await visitor.get(`${path}/confirm?subscription=${subscription}&price=${bigPrice.id}&quantity=3`)
    const due = /Due today \$([\d.]+)/.exec(shown.text)?.[1]
    assert.ok(due, shown.text)
    const changed = await visitor.submit(shown, '/confirm')
    assert.match(changed.text, /Your plan was changed/)
    const { latest_invoice, items } = await stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] })
    assert.equal((latest_invoice as Stripe.Invoice).amount_paid, Math.round(Number(due) * 100))
    assert.equal((latest_invoice as Stripe.Invoice).billing_reason, 'subscription_update')
    assert.deepEqual([items.data[0]?.price.id, items.data[0]?.quantity], [bigPrice.id, 3])
  })
}

test('fewer seats show the credit and keep it', async () => {
  const { customer, subscription } = await subscribed()
  const { path } = await portal(customer)
  const shown = await visitor.get(`${path}/confirm?subscription=${subscription}&price=${price.id}&quantity=1`)
  assert.match(shown.text, /Due today \$0\.00 \$20\.00 of what you paid is kept as credit/)
  await visitor.submit(shown, '/confirm')
  assert.equal(((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance, -2000)
})

test('a change that is not offered, or whose amount is old, is refused', async () => {
  const { customer, subscription } = await subscribed()
  const { path } = await portal(customer)
  const shown = await visitor.get(`${path}/confirm?subscription=${subscription}&price=${bigPrice.id}&quantity=3`)
  const at = String(local.world.now() - 7200)
  const changes: Record<string, string>[] = [{ quantity: '51' }, { price: 'price_other' }, { at }]
  for (const typed of changes) {
    const refused = await visitor.submit(shown, '/confirm', typed)
    assert.ok(refused.status >= 400, JSON.stringify(typed))
  }
  const { items } = await stripe.subscriptions.retrieve(subscription)
  assert.deepEqual([items.data[0]?.price.id, items.data[0]?.quantity], [price.id, 2])
})

test('a smaller plan waits for the end of the period where the configuration says so, and can be taken back', async () => {
  const update = {
    ...FEATURES.subscription_update,
    schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' as const }] },
  }
  const later = await configure({ ...FEATURES, subscription_update: { ...update, enabled: true } })
  const { customer, subscription } = await subscribed()
  const { path } = await portal(customer, undefined, later)
  const shown = await visitor.get(`${path}/confirm?subscription=${subscription}&price=${price.id}&quantity=1`)
  assert.match(shown.text, /Nothing is due now/)
  const scheduled = await visitor.submit(shown, '/confirm')
  assert.match(scheduled.text, /Changes to Team, quantity 1, on/)
  assert.ok((await stripe.subscriptions.retrieve(subscription)).schedule)
  const dropped = await visitor.submit(scheduled, '/schedule')
  assert.match(dropped.text, /Your plan stays as it is/)
  assert.equal((await stripe.subscriptions.retrieve(subscription)).schedule, null)

  await visitor.submit(await visitor.get(shown.url), '/confirm')
  await daysOn(32)
  assert.equal((await stripe.subscriptions.retrieve(subscription)).items.data[0]?.quantity, 1)
})

test('a declined card changes nothing and says so', async () => {
  const { customer, subscription } = await subscribed()
  const { path } = await portal(customer)
  local.failNextPayment(customer)
  const shown = await visitor.get(`${path}/confirm?subscription=${subscription}&price=${bigPrice.id}&quantity=2`)
  const refused = await visitor.submit(shown, '/confirm')
  assert.equal(refused.status, 402)
  assert.match(refused.text, /Your card was declined/)
  const { items, status } = await stripe.subscriptions.retrieve(subscription)
  assert.deepEqual([items.data[0]?.price.id, status], [price.id, 'active'])
})

test('a card that asks is confirmed before the change is made', async () => {
  const { customer, subscription } = await confirmedWithChallenge()
  const { path } = await portal(customer)
  const shown = await visitor.get(`${path}/confirm?subscription=${subscription}&price=${bigPrice.id}&quantity=2`)
  const asked = await visitor.submit(shown, '/confirm')
  assert.match(asked.text, /Confirm your payment/)
  assert.equal((await stripe.subscriptions.retrieve(subscription)).items.data[0]?.price.id, price.id)
  await visitor.submit(asked, new URL(asked.url).pathname, { answer: 'approve' })
  assert.equal((await stripe.subscriptions.retrieve(subscription)).items.data[0]?.price.id, bigPrice.id)
})

async function confirmedWithChallenge() {
  const session = await stage.checkout()
  const asked = await stage.pay(session, card(ASKS_ALWAYS))
  await visitor.submit(asked, new URL(asked.url).pathname, { answer: 'approve' })
  const { customer, subscription } = await stripe.checkout.sessions.retrieve(session.id)
  return { customer: customer as string, subscription: subscription as string }
}

test('a new default card is the customer’s; the card of a plan has to be changed for itself', async () => {
  const { customer, subscription } = await subscribed()
  const { path } = await portal(customer)
  const first = (await stripe.subscriptions.retrieve(subscription)).default_payment_method
  const saved = await visitor.submit(await visitor.get(`${path}/card`), '/card', card('5555555555554444'))
  assert.match(saved.text, /Your card was saved/)
  const { invoice_settings } = (await stripe.customers.retrieve(customer)) as Stripe.Customer
  assert.ok(invoice_settings.default_payment_method)
  assert.equal((await stripe.subscriptions.retrieve(subscription)).default_payment_method, first)
  const own = await visitor.get(`${path}/card?subscription=${subscription}`)
  await visitor.submit(own, '/card', card(GOOD_CARD))
  assert.notEqual((await stripe.subscriptions.retrieve(subscription)).default_payment_method, first)
})

test('a card that is declined when it is saved stays on the form with the reason', async () => {
  const { customer } = await subscribed()
  const { path } = await portal(customer)
  const refused = await visitor.submit(await visitor.get(`${path}/card`), '/card', card(NO_FUNDS))
  assert.equal(refused.status, 402)
  assert.match(refused.text, /insufficient funds/)
})

test('a plan whose payment failed is paid with a new card, and is active again', async () => {
  const { customer, subscription } = await subscribed(GOOD_CARD, { subscription_data: { trial_period_days: 3 } })
  const bad = await visitor.get(`${(await portal(customer)).path}/card?subscription=${subscription}`)
  await visitor.submit(bad, '/card', card(FAILS_LATER))
  await daysOn(4)
  const failed = await portal(customer)
  assert.match(failed.home.text, /The payment of \$40\.00 failed/)
  const saved = await visitor.submit(await visitor.get(`${failed.path}/card`), '/card', card(GOOD_CARD))
  assert.equal((await stripe.subscriptions.retrieve(subscription)).status, 'past_due')
  const paid = await visitor.submit(saved, '/pay')
  assert.match(paid.text, /The invoice was paid/)
  assert.equal((await stripe.subscriptions.retrieve(subscription)).status, 'active')
})

test('a plan whose own card is changed is paid with that one', async () => {
  const { customer, subscription } = await subscribed()
  local.failNextPayment(customer)
  await daysOn(32)
  const failed = await portal(customer)
  const own = await visitor.get(`${failed.path}/card?subscription=${subscription}`)
  const saved = await visitor.submit(own, '/card', card('5555555555554444'))
  assert.match(saved.text, /Pay \$40\.00 with Mastercard ending in 4444/)
  await visitor.submit(saved, '/pay')
  assert.equal((await stripe.subscriptions.retrieve(subscription)).status, 'active')
})

test('deep links open with their page and lead back where the flow says', async () => {
  const { customer, subscription } = await subscribed()
  const item = (await stripe.subscriptions.retrieve(subscription)).items.data[0]?.id as string
  const after_completion = { type: 'redirect', redirect: { return_url: `${BILLING}?done` } } as const
  const update = { subscription, items: [{ id: item, price: bigPrice.id, quantity: 4 }] }
  const flows: [Flow, RegExp, string, Record<string, string>][] = [
    [{ type: 'payment_method_update', after_completion }, /Set the default card/, '/card', card(GOOD_CARD)],
    [
      { type: 'subscription_update_confirm', subscription_update_confirm: update, after_completion },
      /Business, quantity 4/,
      '/confirm',
      {},
    ],
    [
      { type: 'subscription_cancel', subscription_cancel: { subscription }, after_completion },
      /Cancel the plan/,
      '/cancel',
      {},
    ],
  ]
  for (const [flow, words, action, typed] of flows) {
    const { home } = await portal(customer, flow)
    assert.match(home.text, words)
    assert.ok(home.html.includes(`href="${BILLING}"`))
    const done = await visitor.submit(home, action, typed)
    assert.equal(done.url, `${BILLING}?done`)
  }
})

test('features that the configuration leaves out are neither shown nor reachable', async () => {
  const { customer, subscription } = await subscribed()
  const little = await configure({ invoice_history: { enabled: true } })
  const { home, path } = await portal(customer, undefined, little)
  for (const words of [/Change plan/, /Cancel plan/, /Change card/, /Change details/])
    assert.doesNotMatch(home.text, words)
  assert.equal((await visitor.get(`${path}/card`)).status, 404)
  assert.equal((await visitor.get(`${path}/details`)).status, 404)
  const full = await portal(customer)
  const forms = await visitor.get(`${full.path}/cancel?subscription=${subscription}`)
  const foreign = await visitor.post(`${path}/cancel`, { ...{ subscription }, token: tokenIn(forms.html) })
  assert.equal(foreign.status, 403)
  assert.equal((await stripe.subscriptions.retrieve(subscription)).cancel_at, null)
})

const tokenIn = (html: string) => /name="token" value="([^"]+)"/.exec(html)?.[1] ?? ''

test('a portal shows nothing of another customer', async () => {
  const [mine, theirs] = [await subscribed(), await subscribed()]
  const { path } = await portal(mine.customer)
  assert.equal((await visitor.get(`${path}/cancel?subscription=${theirs.subscription}`)).status, 404)
  const own = await visitor.get(`${path}/cancel?subscription=${mine.subscription}`)
  const foreign = await visitor.submit(own, '/cancel', { subscription: theirs.subscription })
  assert.equal(foreign.status, 404)
  assert.equal((await stripe.subscriptions.retrieve(theirs.subscription)).cancel_at, null)
  const flow = { type: 'subscription_cancel', subscription_cancel: { subscription: theirs.subscription } } as const
  await assert.rejects(portal(mine.customer, flow), /not one of this customer/)
})

test('the billing details can be changed', async () => {
  const { customer } = await subscribed()
  const { path } = await portal(customer)
  const page = await visitor.get(`${path}/details`)
  assert.match((await visitor.submit(page, '/details', { email: 'no' })).text, /Type an email address/)
  await visitor.submit(page, '/details', { name: 'Grace', email: 'grace@example.com' })
  const { name, email } = (await stripe.customers.retrieve(customer)) as Stripe.Customer
  assert.deepEqual([name, email], ['Grace', 'grace@example.com'])
})

test('a portal session ends after an hour', async () => {
  const { customer } = await subscribed()
  const { path } = await portal(customer)
  await daysOn(1)
  const late = await visitor.get(`${path}/home`)
  assert.equal(late.status, 410)
  assert.match(late.text, /expired/)
})
