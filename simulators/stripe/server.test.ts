import assert from 'node:assert/strict'
import { test } from 'node:test'
import Stripe from 'stripe'
import { FORM, start } from './testing.ts'

const post = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': FORM, ...headers },
})

async function errorOf(answer: Response | Promise<Response>) {
  const { error } = (await (await answer).json()) as { error: Record<string, string> }
  assert.equal(typeof error, 'object')
  return error
}

test('an unknown parameter is refused by its name', async (t) => {
  const { stripe } = await start(t)
  const refused = { code: 'parameter_unknown', statusCode: 400 }
  await assert.rejects(stripe.customers.create({ emial: 'a@b.test' } as never), { ...refused, param: 'emial' })
  await assert.rejects(stripe.customers.create({ address: { town: 'x' } } as never), {
    ...refused,
    param: 'address[town]',
  })
})

test('parameters of the wrong type, missing ones and unlisted values are refused', async (t) => {
  const { stripe } = await start(t)
  await assert.rejects(stripe.customers.create({ balance: 'much' } as never), { code: 'parameter_invalid_integer' })
  await assert.rejects(stripe.products.create({} as never), { code: 'parameter_missing', param: 'name' })
  await assert.rejects(stripe.coupons.create({ duration: 'always' } as never), { param: 'duration' })
})

test('an unknown route is an error that the SDK throws', async (t) => {
  const { stripe, raw } = await start(t)
  await assert.rejects(stripe.rawRequest('GET', '/v1/nothing'), Stripe.errors.StripeInvalidRequestError)
  const answer = await raw('/nothing')
  assert.equal(answer.status, 404)
  assert.match((await errorOf(answer)).message ?? '', /Unrecognized request URL \(GET: \/nothing\)/)
})

test('whatever cannot be read is answered in the shape of an error', async (t) => {
  const { raw } = await start(t)
  const answers = {
    415: raw('/v1/customers', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
    413: raw('/v1/customers', post(`name=${'x'.repeat(1 << 20)}`)),
    400: raw('/v1/customers', post('name=%zz')),
  }
  for (const [status, answer] of Object.entries(answers)) {
    assert.equal((await answer).status, Number(status))
    assert.equal((await errorOf(answer)).type, 'invalid_request_error')
  }
  for (const path of ['/v1/customers/%zz', '/v1/customers?email=%zz']) {
    const answer = await raw(path)
    assert.equal(answer.status, 400)
    await errorOf(answer)
  }
})

test('a live key is refused, and so is none', async (t) => {
  const { raw, local } = await start(t)
  for (const key of ['sk_live_1', 'rk_live_1', '']) {
    const answer = await raw('/v1/customers', { headers: { authorization: `Bearer ${key}` } })
    assert.equal(answer.status, 401, key)
    await errorOf(answer)
  }
  const basic = Buffer.from('sk_live_1:').toString('base64')
  const answer = await fetch(`${local.url}/v1/customers`, { headers: { authorization: `Basic ${basic}` } })
  assert.equal(answer.status, 401)
  assert.equal((await raw('/v1/customers', { headers: { authorization: 'Bearer rk_test_any' } })).status, 200)
})

test('a request that comes again with its key gets the first answer', async (t) => {
  const { stripe, local, raw } = await start(t)
  const idempotencyKey = 'key-1'
  const first = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey })
  const second = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey })
  assert.equal(second.id, first.id)
  assert.equal(local.world.table('customer').filter(() => true).length, 1)
  const replay = await raw('/v1/customers', post('name=Ada', { 'idempotency-key': idempotencyKey }))
  assert.equal(replay.headers.get('idempotent-replayed'), 'true')
  assert.equal(replay.headers.get('idempotency-key'), idempotencyKey)
})

test('a key with other parameters is refused', async (t) => {
  const { stripe } = await start(t)
  await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' })
  await assert.rejects(
    stripe.customers.create({ name: 'Bob' }, { idempotencyKey: 'key-1' }),
    Stripe.errors.StripeIdempotencyError,
  )
})

test('an error of the operation is kept under its key, a refused parameter is not', async (t) => {
  const { stripe, raw } = await start(t)
  const headers = { 'idempotency-key': 'key-1' }
  assert.equal((await raw('/v1/prices', post('currency=usd&product=prod_1&unit_amount=1', headers))).status, 404)
  await stripe.products.create({ id: 'prod_1', name: 'Plan' })
  const again = await raw('/v1/prices', post('currency=usd&product=prod_1&unit_amount=1', headers))
  assert.equal(again.status, 404)
  assert.equal((await raw('/v1/customers', post('nam=Ada', { 'idempotency-key': 'key-2' }))).status, 400)
  assert.equal((await raw('/v1/customers', post('name=Ada', { 'idempotency-key': 'key-2' }))).status, 200)
})

test('a key that is in use at this moment is refused', async (t) => {
  const { local, raw } = await start(t)
  local.chaos.api.timeoutMs = 150
  const request = () => raw('/v1/customers', post('name=Ada', { 'idempotency-key': 'key-1' }))
  const answers = await Promise.all([request(), request()])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409])
  const refused = answers.find(({ status }) => status === 409) as Response
  assert.equal((await errorOf(refused)).code, 'idempotency_key_in_use')
})

test('a connection that is cut after the work was done leaves one object behind', async (t) => {
  const { stripe, local } = await start(t)
  local.chaos.api.resetAfterCommit = 1
  const customer = await stripe.customers.create({ name: 'Ada' })
  assert.deepEqual(
    local.world
      .table('customer')
      .filter(() => true)
      .map(({ id }) => id),
    [customer.id],
  )
})

test('errors on purpose are those that the SDK knows', async (t) => {
  const { stripe, local } = await start(t)
  Object.assign(local.chaos.api, { status: 429, rate: 1 })
  await assert.rejects(stripe.customers.list(), Stripe.errors.StripeRateLimitError)
  Object.assign(local.chaos.api, { status: 500 })
  await assert.rejects(stripe.customers.list({}, { maxNetworkRetries: 0 }), Stripe.errors.StripeAPIError)
})

test('lists are cut into pages, newest first', async (t) => {
  const { stripe } = await start(t)
  const created: string[] = []
  for (let index = 0; index < 25; index++) created.unshift((await stripe.products.create({ name: `${index}` })).id)
  const first = await stripe.products.list()
  assert.deepEqual(
    first.data.map(({ id }) => id),
    created.slice(0, 10),
  )
  assert.equal(first.has_more, true)
  assert.equal(first.url, '/v1/products')
  const all: string[] = []
  for await (const { id } of stripe.products.list({ limit: 7 })) all.push(id)
  assert.deepEqual(all, created)
  const before = await stripe.products.list({ limit: 3, ending_before: created[10] ?? '' })
  assert.deepEqual(
    before.data.map(({ id }) => id),
    created.slice(7, 10),
  )
  await assert.rejects(stripe.products.list({ limit: 101 }), { param: 'limit' })
  await assert.rejects(stripe.products.list({ starting_after: 'prod_none' }), { param: 'starting_after' })
})

test('ids are expanded along known paths, up to four levels', async (t) => {
  const { stripe } = await start(t)
  const product = await stripe.products.create({
    name: 'Plan',
    default_price_data: { currency: 'usd', unit_amount: 100 },
    expand: ['default_price.product'],
  })
  const price = product.default_price as Stripe.Price
  assert.equal((price.product as Stripe.Product).name, 'Plan')
  const { data } = await stripe.prices.list({ expand: ['data.product.default_price'] })
  const [listed] = data as [Stripe.Price & { product: Stripe.Product & { default_price: Stripe.Price } }]
  assert.equal(listed.product.default_price.id, price.id)
  const refused = { statusCode: 400, param: 'expand[0]' }
  await assert.rejects(stripe.products.list({ expand: ['data.nothing'] }), refused)
  await assert.rejects(stripe.products.retrieve(product.id, { expand: ['name'] }), refused)
  const deep = 'default_price.product.default_price.product.default_price'
  await assert.rejects(stripe.products.retrieve(product.id, { expand: [deep] }), refused)
})

test('what is deleted is expanded to what is left of it', async (t) => {
  const { stripe } = await start(t)
  const customer = await stripe.customers.create()
  const coupon = await stripe.coupons.create({ percent_off: 10 })
  const promotion = { type: 'coupon', coupon: coupon.id } as const
  const { id } = await stripe.promotionCodes.create({ promotion, customer: customer.id })
  await stripe.customers.del(customer.id)
  const code = await stripe.promotionCodes.retrieve(id, { expand: ['customer'] })
  assert.deepEqual(code.customer, { id: customer.id, object: 'customer', deleted: true })
})

test('answers carry the id of the request and the version', async (t) => {
  const { raw } = await start(t)
  const answer = await raw('/v1/customers', { headers: { 'stripe-version': '2026-10-28.endive' } })
  assert.match(answer.headers.get('request-id') ?? '', /^req_/)
  assert.equal(answer.headers.get('stripe-version'), '2026-10-28.endive')
})

test('an object of ours that breaks the contract is a 500 and is counted', async (t) => {
  const { stripe, local } = await start(t, { faulty: true })
  const customer = await stripe.customers.create()
  local.transact((world) => {
    world.save('customer', { ...world.need('customer', customer.id), balance: '12' } as never)
  })
  await assert.rejects(stripe.customers.retrieve(customer.id, {}, { maxNetworkRetries: 0 }), {
    statusCode: 500,
    message: /GET \/v1\/customers\/\{id\} breaks the contract: .*balance/,
  })
  assert.equal(local.stats().faults.length, 1)
})

test('an operation of Stripe that is not simulated says so', async (t) => {
  const { stripe } = await start(t)
  await assert.rejects(stripe.customers.search({ query: "email:'a'" }), {
    statusCode: 400,
    message: /does not know GET \/v1\/customers\/search/,
  })
})
