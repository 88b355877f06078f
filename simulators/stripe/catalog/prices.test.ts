import assert from 'node:assert/strict'
import { test } from 'node:test'
import type Stripe from 'stripe'
import { start } from '../testing.ts'

const monthly = { currency: 'eur', unit_amount: 2000, recurring: { interval: 'month' } } as const

test('the amount and the interval of a price never change', async (t) => {
  const { stripe } = await start(t)
  const { id } = await stripe.prices.create({ ...monthly, product_data: { name: 'Plan' } })
  await assert.rejects(stripe.prices.update(id, { unit_amount: 1 } as never), { code: 'parameter_unknown' })
  await assert.rejects(stripe.prices.update(id, { recurring: { interval: 'year' } } as never), {
    code: 'parameter_unknown',
  })
})

test('a lookup key is handed on to a new price', async (t) => {
  const { stripe, local } = await start(t)
  const product = await stripe.products.create({ name: 'Plan' })
  const params = { ...monthly, product: product.id, lookup_key: 'plan' }
  const old = await stripe.prices.create(params)
  await assert.rejects(stripe.prices.create(params), { param: 'lookup_key' })
  const current = await stripe.prices.create({ ...params, unit_amount: 2500, transfer_lookup_key: true })
  assert.equal((await stripe.prices.retrieve(old.id)).lookup_key, null)
  const { data } = await stripe.prices.list({ lookup_keys: ['plan'] })
  assert.deepEqual(
    data.map(({ id }) => id),
    [current.id],
  )
  const told = local.world.table('event').filter(({ type }) => type.startsWith('price.'))
  assert.deepEqual(
    told.map(({ type, data }) => [type, data.object.id, data.previous_attributes]),
    [
      ['price.created', old.id, undefined],
      ['price.updated', old.id, { lookup_key: 'plan' }],
      ['price.created', current.id, undefined],
    ],
  )
})

test('tiers are shown only when they are asked for', async (t) => {
  const { stripe } = await start(t)
  const { id } = await stripe.prices.create({
    currency: 'eur',
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 10, unit_amount: 100 },
      { up_to: 'inf', unit_amount_decimal: '50.5' as unknown as Stripe.Decimal },
    ],
    recurring: { interval: 'month' },
    product_data: { name: 'Usage' },
  })
  assert.equal((await stripe.prices.retrieve(id)).tiers, undefined)
  const { tiers } = await stripe.prices.retrieve(id, { expand: ['tiers'] })
  assert.deepEqual(
    tiers?.map(({ up_to, unit_amount, unit_amount_decimal }) => [up_to, unit_amount, String(unit_amount_decimal)]),
    [
      [10, 100, '100'],
      [null, null, '50.5'],
    ],
  )
})

test('a metered price needs a meter', async (t) => {
  const { stripe } = await start(t)
  const recurring = { interval: 'month', usage_type: 'metered' } as const
  const params = { currency: 'eur', unit_amount: 1, recurring, product_data: { name: 'Usage' } }
  await assert.rejects(stripe.prices.create(params), { param: 'recurring[meter]' })
})

test('a product with prices cannot be deleted, one without can', async (t) => {
  const { stripe } = await start(t)
  const [plan, other] = [
    await stripe.products.create({ id: 'plan', name: 'Plan' }),
    await stripe.products.create({ name: 'x' }),
  ]
  await stripe.prices.create({ ...monthly, product: plan.id })
  await assert.rejects(stripe.products.create({ id: 'plan', name: 'Plan' }), { code: 'resource_already_exists' })
  await assert.rejects(stripe.products.del(plan.id), { statusCode: 400 })
  assert.equal((await stripe.products.del(other.id)).deleted, true)
  const archived = await stripe.products.update(plan.id, { active: false })
  assert.equal(archived.active, false)
  assert.deepEqual((await stripe.products.list({ active: true })).data, [])
})

test('a coupon is handed out by promotion codes, of which an active one is unique', async (t) => {
  const { stripe } = await start(t)
  const coupon = await stripe.coupons.create({
    id: 'HALF',
    percent_off: 50,
    duration: 'repeating',
    duration_in_months: 3,
  })
  const promotion = { type: 'coupon', coupon: coupon.id } as const
  const code = await stripe.promotionCodes.create({ promotion, code: 'Spring' })
  await assert.rejects(stripe.promotionCodes.create({ promotion, code: 'SPRING' }), { param: 'code' })
  assert.equal((await stripe.promotionCodes.list({ code: 'spring' })).data[0]?.id, code.id)
  await stripe.promotionCodes.update(code.id, { active: false })
  await stripe.promotionCodes.create({ promotion, code: 'SPRING' })
  await stripe.coupons.del(coupon.id)
  await assert.rejects(stripe.coupons.retrieve(coupon.id), { code: 'resource_missing' })
  await assert.rejects(stripe.coupons.create({}), { param: 'percent_off' })
  await assert.rejects(stripe.coupons.create({ percent_off: 10, duration: 'repeating' }), {
    param: 'duration_in_months',
  })
})
