import assert from 'node:assert/strict'
import { test } from 'node:test'
import Stripe from 'stripe'
import { openStage } from '../testing/stage.ts'

const stage = await openStage()
const { stripe, price, checkout } = stage

test('sessions are listed by customer, status and subscription', async () => {
  const { customer, subscription } = await stage.subscribed()
  const open = await checkout({ customer })
  const idsOf = async (filter: Stripe.Checkout.SessionListParams) =>
    (await stripe.checkout.sessions.list(filter)).data.map(({ id }) => id)
  assert.equal((await idsOf({ customer })).length, 2)
  assert.deepEqual(await idsOf({ customer, status: 'open' }), [open.id])
  assert.equal((await idsOf({ subscription })).length, 1)
})

test('a session that cannot be is refused, naming the parameter', async () => {
  const field = { key: 'k', label: { type: 'custom', custom: 'K' }, type: 'text' } as const
  const wrong: [Partial<Stripe.Checkout.SessionCreateParams>, RegExp, string][] = [
    [{ success_url: 'javascript:alert(1)' }, /Not a valid URL/, 'success_url'],
    [{ cancel_url: 'ftp://example.com' }, /Not a valid URL/, 'cancel_url'],
    [{ line_items: [] }, /Missing required param: line_items/, 'line_items'],
    [{ line_items: [{ price: 'price_none', quantity: 1 }] }, /No such price/, 'line_items[0][price]'],
    [{ line_items: [{ price: price.id }] }, /Quantity is required/, 'line_items[0]'],
    [
      { subscription_data: { trial_period_days: 0 } },
      /minimum number of trial period days/,
      'subscription_data[trial_period_days]',
    ],
    [{ expires_at: 1 }, /`expires_at`/, 'expires_at'],
    [{ mode: 'payment' }, /recurring price/, 'line_items'],
    [{ allow_promotion_codes: true, discounts: [{ coupon: 'x' }] }, /only specify one/, 'allow_promotion_codes'],
    [{ custom_fields: [field] }, /does not simulate/, 'custom_fields'],
  ]
  for (const [params, words, param] of wrong) {
    await assert.rejects(checkout(params), (error) => {
      assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError)
      assert.match(error.message, words)
      assert.equal(error.param, param)
      return true
    })
  }
})

test('the metadata of a session can be changed', async () => {
  const session = await checkout({ metadata: { a: '1', b: '2' } })
  const changed = await stripe.checkout.sessions.update(session.id, { metadata: { a: '', c: '3' } })
  assert.deepEqual(changed.metadata, { b: '2', c: '3' })
})

test('a coupon given by the API is taken off before the page is seen', async () => {
  const coupon = await stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'forever' })
  const session = await checkout({ discounts: [{ coupon: coupon.id }] })
  assert.equal(session.amount_subtotal, 4000)
  assert.equal(session.amount_total, 3500)
  const { data } = await stripe.checkout.sessions.listLineItems(session.id)
  assert.deepEqual(
    data.map(({ amount_discount, amount_total }) => [amount_discount, amount_total]),
    [[500, 3500]],
  )
})
