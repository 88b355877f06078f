import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import Stripe from 'stripe'
import { type LocalStripe, startLocalStripe } from '../../../simulators/stripe/index.ts'
import { lookupKey, paidPlanKeys, plans } from '../plans.ts'
import { openStripe } from '../stripe/client.ts'
import { push } from './push.ts'

let local: LocalStripe
let stripe: Stripe

before(async () => {
  local = await startLocalStripe()
  stripe = new Stripe('sk_test_simulated', { host: '127.0.0.1', port: local.port, protocol: 'http', telemetry: false })
})

after(async () => {
  assert.deepEqual(local.stats().faults, [])
  await local.close()
})

const APP = 'https://app.example.com'
const account = (stripePrices: Record<string, string> = {}) =>
  openStripe({
    env: 'test',
    stripeSecretKey: undefined,
    stripeWebhookSecrets: [],
    stripeApiBase: local.url,
    stripePrices,
  })

async function pushed(stripePrices?: Record<string, string>): Promise<string[]> {
  const lines: string[] = []
  await push({ stripe: account(stripePrices), appUrl: APP }, (line) => lines.push(line))
  return lines
}

const priceOf = async (key: string) => (await stripe.prices.list({ lookup_keys: [key] })).data[0] as Stripe.Price
const changes = (lines: string[]) => lines.filter((line) => !line.includes('unchanged'))

test('the first push makes everything, the second nothing', async () => {
  const first = await pushed()
  assert.ok(first.some((line) => /STRIPE_WEBHOOK_SECRET=whsec_/.test(line)))
  for (const plan of paidPlanKeys) {
    for (const interval of ['month', 'year'] as const) {
      const { unit_amount, metadata, recurring, active } = await priceOf(lookupKey(plan, interval))
      assert.deepEqual([unit_amount, active, recurring?.interval], [plans[plan].prices?.[interval], true, interval])
      assert.deepEqual(metadata, { plinth_plan: plan, plinth_interval: interval })
    }
  }
  const [endpoint, ...others] = (await stripe.webhookEndpoints.list()).data
  assert.equal(others.length, 0)
  assert.deepEqual([endpoint?.url, endpoint?.api_version], [`${APP}/api/v1/billing/webhook`, Stripe.API_VERSION])
  const second = await pushed()
  assert.deepEqual(changes(second), [])
  assert.equal((await stripe.prices.list({ limit: 100 })).data.length, 6)
  assert.equal((await stripe.billingPortal.configurations.list()).data.length, 1)
})

test('a changed amount is a new price that takes the key, and who pays the old one can still be scheduled', async () => {
  const key = lookupKey('pro', 'month')
  const old = await priceOf(key)
  const mutable = plans.pro.prices as { month: number }
  const amount = mutable.month
  try {
    mutable.month = 3500
    const lines = changes(await pushed())
    const next = await priceOf(key)
    assert.deepEqual([next.unit_amount, next.id === old.id], [3500, false])
    assert.ok(lines.some((line) => line.startsWith(`price ${key}: created ${next.id}`)))
    const replaced = await stripe.prices.retrieve(old.id)
    assert.deepEqual([replaced.active, replaced.lookup_key, replaced.metadata.plinth_plan], [true, null, 'pro'])
    assert.deepEqual(changes(await pushed()), [])
  } finally {
    mutable.month = amount
  }
  await pushed()
  const back = await priceOf(key)
  assert.deepEqual([back.unit_amount, back.active, back.id === old.id], [amount, true, false])
})

test('a price that the environment names is sold as it is', async () => {
  const { product } = await priceOf(lookupKey('starter', 'month'))
  const own = await stripe.prices.create({
    product: product as string,
    currency: 'usd',
    unit_amount: 999,
    recurring: { interval: 'month' },
  })
  const before = await priceOf(lookupKey('starter', 'month'))
  const lines = await pushed({ starter_month: own.id })
  assert.ok(
    lines.some((line) => line.includes(own.id) && line.includes('WARNING') && line.includes('STRIPE_PRICE_STARTER')),
  )
  const kept = await stripe.prices.retrieve(own.id)
  assert.deepEqual([kept.active, kept.unit_amount], [true, 999])
  assert.equal((await stripe.prices.retrieve(before.id)).active, true)
})
