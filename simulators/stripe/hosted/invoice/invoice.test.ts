import assert from 'node:assert/strict'
import { test } from 'node:test'
import type Stripe from 'stripe'
import { ASKS_ALWAYS, card, GOOD_CARD, NO_FUNDS, openStage } from '../testing/stage.ts'

const stage = await openStage()
const { local, stripe, visitor, price } = stage

/** A first invoice that waits for its payment, as the API makes it for a page of one's own. */
async function openInvoice(payment_method?: string) {
  const { id: customer } = await stage.createCustomer()
  if (payment_method) {
    const { id } = await stripe.paymentMethods.attach(payment_method, { customer })
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } })
  }
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id, quantity: 2 }],
    payment_behavior: 'default_incomplete',
    expand: ['latest_invoice'],
  })
  const invoice = subscription.latest_invoice as Stripe.Invoice
  return { customer, subscription: subscription.id, invoice, path: `/invoice/${invoice.id}` }
}

const statusOf = async (id: string) => (await stripe.subscriptions.retrieve(id)).status

test('the hosted page of an invoice shows its lines and its total', async () => {
  const { customer } = await stage.subscribed()
  const { data } = await stripe.invoices.list({ customer })
  const page = await visitor.get(data[0]?.hosted_invoice_url ?? '')
  assert.match(page.text, /2 × Team \(at \$20\.00 \/ month\)/)
  assert.match(page.text, /Paid \$40\.00/)
  assert.doesNotMatch(page.html, /name="number"/)
})

test('an open invoice is paid with a card, which makes the subscription active', async () => {
  const { subscription, path } = await openInvoice()
  const page = await visitor.get(path)
  const declined = await visitor.submit(page, path, card(NO_FUNDS))
  assert.equal(declined.status, 402)
  assert.equal(await statusOf(subscription), 'incomplete')
  const paid = await visitor.submit(declined, path, card(GOOD_CARD))
  assert.match(paid.text, /The invoice was paid/)
  assert.equal(await statusOf(subscription), 'active')
  const again = await visitor.submit(page, path, card(GOOD_CARD))
  assert.equal(again.status, 200)
  assert.equal((await stripe.invoices.list({ subscription })).data[0]?.amount_paid, 4000)
})

test('an open invoice is paid with the saved card at one click', async () => {
  const { subscription, path } = await openInvoice('pm_card_visa')
  await visitor.submit(await visitor.get(path), path, {})
  assert.equal(await statusOf(subscription), 'active')
})

test('a card that asks is confirmed first; failing that leaves the invoice open', async () => {
  const { subscription, path } = await openInvoice()
  const asked = await visitor.submit(await visitor.get(path), path, card(ASKS_ALWAYS))
  const failed = await visitor.submit(asked, new URL(asked.url).pathname, { answer: 'fail' })
  assert.match(failed.text, /unable to authenticate/)
  assert.equal(await statusOf(subscription), 'incomplete')
  const again = await visitor.submit(failed, path, card(ASKS_ALWAYS))
  await visitor.submit(again, new URL(again.url).pathname, { answer: 'approve' })
  assert.equal(await statusOf(subscription), 'active')
})

test('the address of an intent that waits for its cardholder leads to the challenge', async () => {
  const { id: customer } = await stage.createCustomer()
  const { id } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer })
  const make = () =>
    stripe.paymentIntents.create({ amount: 500, currency: 'usd', customer, payment_method: id, confirm: true })
  for (const [answer, status] of [
    ['approve', 'succeeded'],
    ['fail', 'requires_payment_method'],
  ] as const) {
    const intent = await make()
    const page = await visitor.get(intent.next_action?.redirect_to_url?.url ?? '')
    assert.match(page.text, /\$5\.00/)
    const answered = await visitor.submit(page, new URL(page.url).pathname, { answer })
    assert.match(answered.text, /This has been answered/)
    assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, status)
  }
})

test('a failed renewal is paid on its page and the subscription is active again', async () => {
  const { customer, subscription } = await stage.subscribed()
  local.failNextPayment(customer)
  await local.advanceTo(new Date((local.world.now() + 32 * 86_400) * 1000))
  assert.equal(await statusOf(subscription), 'past_due')
  const [invoice] = (await stripe.invoices.list({ customer, status: 'open' })).data
  const path = `/invoice/${invoice?.id}`
  await visitor.submit(await visitor.get(path), path, card(GOOD_CARD))
  assert.equal(await statusOf(subscription), 'active')
})
