import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECRET, start } from '../testing.ts'

test('the secret of a webhook endpoint is shown once', async (t) => {
  const { stripe } = await start(t)
  const endpoint = await stripe.webhookEndpoints.create({
    url: 'http://127.0.0.1:9/webhook',
    enabled_events: ['customer.created'],
    api_version: '2026-10-28.endive',
  })
  assert.equal(endpoint.secret, SECRET)
  const later = await stripe.webhookEndpoints.retrieve(endpoint.id)
  assert.deepEqual([later.secret, later.api_version], [undefined, '2026-10-28.endive'])
  assert.equal((await stripe.webhookEndpoints.list()).data[0]?.secret, undefined)
  const updated = await stripe.webhookEndpoints.update(endpoint.id, { enabled_events: ['*'], disabled: true })
  assert.deepEqual([updated.secret, updated.status, updated.enabled_events], [undefined, 'disabled', ['*']])
})

test('events are listed by their types and their time, newest first', async (t) => {
  const { stripe } = await start(t)
  const customer = await stripe.customers.create()
  await stripe.customers.update(customer.id, { name: 'Ada' })
  await stripe.products.create({ name: 'Plan' })
  const typesOf = async (params: Parameters<typeof stripe.events.list>[0]) =>
    (await stripe.events.list(params)).data.map(({ type }) => type)
  assert.deepEqual(await typesOf({}), ['product.created', 'customer.updated', 'customer.created'])
  assert.deepEqual(await typesOf({ type: 'customer.updated' }), ['customer.updated'])
  assert.deepEqual(await typesOf({ type: 'customer.*' }), ['customer.updated', 'customer.created'])
  assert.deepEqual(await typesOf({ types: ['product.created', 'customer.created'] }), [
    'product.created',
    'customer.created',
  ])
  assert.deepEqual(await typesOf({ created: { gt: customer.created + 60 } }), [])
})

test('features of the portal are laid over those that were set before', async (t) => {
  const { stripe } = await start(t)
  const { id, features } = await stripe.billingPortal.configurations.create({
    features: {
      subscription_cancel: { enabled: true },
      customer_update: { enabled: true, allowed_updates: ['email', 'address'] },
    },
  })
  assert.equal(features.subscription_cancel.mode, 'at_period_end')
  const updated = await stripe.billingPortal.configurations.update(id, {
    features: { subscription_cancel: { enabled: true, mode: 'immediately' }, customer_update: { allowed_updates: '' } },
  })
  assert.equal(updated.features.subscription_cancel.mode, 'immediately')
  assert.deepEqual(updated.features.customer_update, { allowed_updates: [], enabled: true })
  await assert.rejects(
    stripe.billingPortal.configurations.create({ features: { subscription_update: { enabled: true } } }),
    { param: 'features[subscription_update][products]' },
  )
  assert.equal((await stripe.billingPortal.configurations.list({ active: true })).data.length, 1)
})
