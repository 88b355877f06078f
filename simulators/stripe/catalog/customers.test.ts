import assert from 'node:assert/strict'
import { test } from 'node:test'
import { start } from '../testing.ts'

test('a customer is made, changed field by field, and cleared', async (t) => {
  const { stripe, local } = await start(t)
  const { id } = await stripe.customers.create({
    email: 'ada@example.test',
    name: 'Ada',
    metadata: { a: '1', b: '2' },
    address: { line1: 'Street 1', country: 'DE' },
    shipping: { name: 'Ada', address: { city: 'Berlin' } },
  })
  await stripe.customers.update(id, { name: '', metadata: { a: '', c: '3' }, address: '' })
  const customer = await stripe.customers.retrieve(id)
  assert.ok(!customer.deleted)
  assert.deepEqual([customer.name, customer.email, customer.address], [null, 'ada@example.test', null])
  assert.deepEqual(customer.metadata, { b: '2', c: '3' })
  assert.equal(customer.shipping?.address?.city, 'Berlin')
  const update = local.world.table('event').find(({ type }) => type === 'customer.updated')
  const previous = update?.data.previous_attributes
  assert.deepEqual(Object.keys(previous ?? {}).sort(), ['address', 'metadata', 'name'])
  assert.deepEqual(previous?.metadata, { a: '1', c: null })
})

test('a deleted customer is answered as deleted and cannot be changed', async (t) => {
  const { stripe } = await start(t)
  const { id } = await stripe.customers.create({ payment_method: 'pm_card_visa' })
  const [method] = (await stripe.customers.listPaymentMethods(id)).data
  await stripe.customers.del(id)
  assert.deepEqual({ ...(await stripe.customers.retrieve(id)) }, { id, object: 'customer', deleted: true })
  await assert.rejects(stripe.customers.update(id, { name: 'x' }), { code: 'resource_missing', statusCode: 404 })
  assert.deepEqual((await stripe.customers.list()).data, [])
  assert.equal((await stripe.paymentMethods.retrieve(method?.id ?? '')).customer, null)
})

test('only a card of the customer becomes the default', async (t) => {
  const { stripe } = await start(t)
  const [ada, bob] = [await stripe.customers.create(), await stripe.customers.create()]
  const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: bob.id })
  const invoice_settings = { default_payment_method: id }
  await assert.rejects(stripe.customers.update(ada.id, { invoice_settings }), { code: 'resource_missing' })
  const updated = await stripe.customers.update(bob.id, { invoice_settings })
  assert.equal(updated.invoice_settings.default_payment_method, id)
})

test('customers are found by their e-mail address', async (t) => {
  const { stripe } = await start(t)
  await stripe.customers.create({ email: 'ada@example.test' })
  const bob = await stripe.customers.create({ email: 'bob@example.test' })
  const { data } = await stripe.customers.list({ email: 'bob@example.test' })
  assert.deepEqual(
    data.map(({ id }) => id),
    [bob.id],
  )
  await assert.rejects(stripe.customers.create({ email: 'none' }), { code: 'email_invalid' })
})
