import assert from 'node:assert/strict'
import { test } from 'node:test'
import { start } from '../testing.ts'

test('a card is made from a token, attached, changed and detached', async (t) => {
  const { stripe, local } = await start(t)
  const { id: customer } = await stripe.customers.create()
  const made = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  assert.deepEqual([made.card?.last4, made.customer], ['4242', null])
  await stripe.paymentMethods.attach(made.id, { customer })
  const changed = await stripe.paymentMethods.update(made.id, {
    billing_details: { name: 'Ada' },
    card: { exp_month: 3 },
  })
  assert.deepEqual([changed.billing_details.name, changed.card?.exp_month], ['Ada', 3])
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: made.id } })
  assert.equal((await stripe.paymentMethods.detach(made.id)).customer, null)
  const after = await stripe.customers.retrieve(customer)
  assert.equal(!after.deleted && after.invoice_settings.default_payment_method, null)
  const types = local.world.table('event').filter(({ type }) => type.startsWith('payment_method'))
  assert.deepEqual(
    types.map(({ type }) => type),
    ['payment_method.attached', 'payment_method.updated', 'payment_method.detached'],
  )
})

test('a customer has its own cards only', async (t) => {
  const { stripe } = await start(t)
  const [ada, bob] = [await stripe.customers.create(), await stripe.customers.create()]
  const first = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada.id })
  const second = await stripe.paymentMethods.attach('pm_card_mastercard', { customer: ada.id })
  const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)
  assert.deepEqual(idsOf(await stripe.customers.listPaymentMethods(ada.id)), [second.id, first.id])
  assert.deepEqual(idsOf(await stripe.paymentMethods.list({ customer: bob.id, type: 'card' })), [])
  assert.equal((await stripe.customers.retrievePaymentMethod(ada.id, first.id)).id, first.id)
  await assert.rejects(stripe.customers.retrievePaymentMethod(bob.id, first.id), { code: 'resource_missing' })
  await assert.rejects(stripe.paymentMethods.attach(first.id, { customer: bob.id }), { statusCode: 400 })
})
