/** Over random histories of changes: what a preview shows is what the next invoice says. PLINTH_CHANGES sets how many. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Stripe } from 'stripe'
import type { Account } from '../../../tests/support/app.ts'
import { type BillingStage, type Order, startBillingStage } from '../../../tests/support/billing-stage.ts'

const CHANGES = Number(process.env.PLINTH_CHANGES ?? 12)
const EACH = 12
const DAY_MS = 86_400_000

let stage: BillingStage
let histories = 0

before(async () => {
  stage = await startBillingStage({ env: { PLINTH_ACCESS_TOKEN_MINUTES: '1440' } })
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

const step = fc.record(
  {
    plan: fc.constantFrom('starter', 'pro', 'enterprise'),
    interval: fc.constantFrom('month' as const, 'year' as const),
    quantity: fc.integer({ min: 1, max: 25 }),
    /** Seconds that pass before. */
    pause: fc.oneof(fc.integer({ min: 0, max: 40 * 86_400 }), fc.constantFrom(0, 1, 59, 27 * 86_400)),
  },
  { requiredKeys: ['pause'] },
)
const history = fc.record({
  first: fc.record({
    plan: fc.constantFrom('pro', 'enterprise'),
    interval: fc.constantFrom('month' as const, 'year' as const),
    quantity: fc.integer({ min: 1, max: 25 }),
  }),
  steps: fc.array(step, { minLength: EACH, maxLength: EACH }),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Both clocks, and whatever falls due at Stripe in between. */
async function pass(seconds: number): Promise<void> {
  if (seconds === 0) return
  stage.app.clock.advance(seconds * 1000)
  await stage.local.advanceTo(stage.app.clock.now())
}

async function invoicesOf(customer: string) {
  return (await stage.stripe.invoices.list({ customer, limit: 100 })).data
}

/** Tokens run out while time passes, and copies of Stripe grow old. */
async function later(owner: Account): Promise<Account> {
  const { email, password } = owner
  const { body } = await stage.app.request('POST', '/auth/login', { body: { email, password } })
  await stage.rows(`update billing_customers set synced_at = 'epoch' where tenant_id = $1`, [owner.tenantId])
  return { ...owner, access: body.data.access_token }
}

async function check(owner: Account, { pause, ...wish }: Step): Promise<void> {
  await pass(pause)
  if (Object.keys(wish).length === 0) return
  const by = await later(owner)
  const customer = await stage.customerOf(owner)
  const shown = await stage.call(by, 'POST', 'preview', wish)
  assert.equal(shown.status, 200, shown.text)
  const preview = shown.body.data
  const before = (await invoicesOf(customer)).map(({ id }) => id)
  const then = (await stage.call(by, 'GET', 'subscription')).body.data
  const changed = await stage.call(by, 'POST', 'change', { ...wish, proration_date: preview.proration_date })
  assert.equal(changed.status, 200, changed.text)
  const made = (await invoicesOf(customer)).filter(({ id }) => !before.includes(id))
  const sum = preview.lines.reduce((total: number, { amount }: { amount: number }) => total + amount, 0)
  assert.equal(sum, preview.total - preview.credit)
  const { plan, interval, seats } = changed.body.data
  const [target, present] = [{ plan: then.plan, interval: then.interval, quantity: then.seats.quantity, ...wish }, then]
  if (preview.effective === 'period_end') {
    assert.deepEqual([made.length, preview.total, preview.credit], [0, 0, 0])
    assert.deepEqual([plan, interval, seats.quantity], [present.plan, present.interval, present.seats.quantity])
    const { at, ...scheduled } = changed.body.data.scheduled_change
    assert.deepEqual(scheduled, target)
    assert.equal(at, present.current_period_end)
    return
  }
  assert.deepEqual({ plan, interval, quantity: seats.quantity }, target)
  assert.equal(changed.body.data.scheduled_change, null)
  const same = then.plan === plan && then.interval === interval && then.seats.quantity === seats.quantity
  assert.equal(made.length, same ? 0 : 1)
  const [invoice] = made
  // Where a period starts, Stripe counts to the second in which it is asked.
  const leeway = then.interval === interval ? 0 : 3
  assert.ok(Math.abs(preview.total - (invoice?.amount_due ?? 0)) <= leeway, `${preview.total} ${invoice?.amount_due}`)
  assert.ok(Math.abs(preview.credit - Math.max(-(invoice?.total ?? 0), 0)) <= leeway)
  if (invoice) assert.equal(invoice.status, 'paid')
}

test(`${CHANGES} random changes are charged as they were shown`, { timeout: 3_600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ first, steps }) => {
      const owner = await stage.subscriber(`shown-${++histories}`, first)
      for (const step of steps) await check(owner, step)
    }),
    { numRuns: Math.ceil(CHANGES / EACH), endOnFailure: true },
  )
})

test('a change at the end of a short month, in its first seconds and in its last', async () => {
  const anchor = new Date(stage.app.clock.now())
  anchor.setUTCMonth(anchor.getUTCMonth() + 14, 31)
  while (anchor.getUTCDate() !== 31) anchor.setTime(anchor.getTime() + DAY_MS)
  await pass(Math.ceil((anchor.getTime() - stage.app.clock.now().getTime()) / 1000))
  const owner = await stage.subscriber('shown-month-end', { plan: 'pro', interval: 'month', quantity: 3 })
  await check(owner, { pause: 0, quantity: 5 })
  const { data } = await stage.stripe.subscriptions.list({ customer: await stage.customerOf(owner) })
  const end = data[0]?.items.data[0]?.current_period_end as number
  // The clocks go on while the requests are made.
  await check(owner, { pause: end - 4 - Math.floor(stage.app.clock.now().getTime() / 1000), quantity: 6 })
  await check(owner, { pause: 8, plan: 'enterprise' })
  await check(owner, { pause: 30 * 86_400, interval: 'year' })
})

test('what waits for the end of the period comes with it, for the amount that was shown', async () => {
  const owner = await stage.subscriber('shown-later', { plan: 'enterprise', interval: 'year', quantity: 4 })
  const wish = { plan: 'starter', interval: 'month', quantity: 2 }
  const shown = (await stage.call(owner, 'POST', 'preview', wish)).body.data
  const changed = (await stage.call(owner, 'POST', 'change', wish)).body.data
  const seconds = (Date.parse(changed.current_period_end) - stage.app.clock.now().getTime()) / 1000
  await pass(Math.floor(seconds) - 60)
  const before = (await stage.call(await later(owner), 'POST', 'sync', {})).body.data
  assert.deepEqual([before.plan, before.seats.quantity, before.scheduled_change.plan], ['enterprise', 4, 'starter'])
  await pass(3 * 3600)
  await stage.app.services.limiter.reset('billing_sync', owner.tenantId)
  const after = (await stage.call(await later(owner), 'POST', 'sync', {})).body.data
  assert.deepEqual(
    [after.plan, after.interval, after.seats.quantity, after.scheduled_change, after.status],
    ['starter', 'month', 2, null, 'active'],
  )
  const [invoice] = await invoicesOf(await stage.customerOf(owner))
  assert.deepEqual([invoice?.total, invoice?.status], [shown.next_amount, 'paid'])
})

test('after a change that waited, the next one may wait as well, and the period that began is not charged twice', async () => {
  const owner = await stage.subscriber('shown-twice', { plan: 'pro', interval: 'month', quantity: 5 })
  await check(owner, { pause: 0, plan: 'starter', interval: 'year', quantity: 1 })
  await check(owner, { pause: 35 * 86_400, plan: 'pro', interval: 'month', quantity: 5 })
  await check(owner, { pause: 3600, plan: 'enterprise', interval: 'year' })
})

interface Discounted {
  coupon: Stripe.CouponCreateParams
  first: Order
  wish: object
  /** A change that waits already. */
  waiting?: object
}

/** Asks for it, lets the period end, and compares what was shown of its first invoice with what came. */
async function checkNext(name: string, { coupon, first, wish, waiting }: Discounted): Promise<number> {
  const owner = await stage.subscriber(`shown-next-${name}`, first)
  const { id } = await stage.stripe.coupons.create(coupon)
  const { id: subscription } = await stage.subscriptionOf(owner)
  await stage.stripe.subscriptions.update(subscription, { discounts: [{ coupon: id }] })
  if (waiting) assert.equal((await stage.call(owner, 'POST', 'change', waiting)).status, 200)
  const preview = (await stage.call(owner, 'POST', 'preview', wish)).body.data
  const change = { ...wish, proration_date: preview.proration_date }
  assert.equal((await stage.call(owner, 'POST', 'change', change)).status, 200)
  await pass(Math.floor((Date.parse(preview.next_invoice_at) - stage.app.clock.now().getTime()) / 1000) + 3 * 3600)
  const [invoice] = await invoicesOf(await stage.customerOf(owner))
  assert.equal(invoice?.billing_reason === 'subscription_update' ? 'at once' : 'later', 'later', name)
  assert.deepEqual([invoice?.total, invoice?.status], [preview.next_amount, 'paid'], name)
  return preview.next_amount
}

test('the next invoice is shown with the discounts that hold then, and without those that do not', async () => {
  const fifth: Stripe.CouponCreateParams = { percent_off: 20, duration: 'forever' }
  const month = { plan: 'enterprise', interval: 'month', quantity: 2 } as const
  assert.equal(await checkNext('plain', { coupon: fifth, first: month, wish: { quantity: 3 } }), 3 * 6320)
  const down = { plan: 'starter' }
  assert.equal(await checkNext('later', { coupon: fifth, first: month, wish: down }), 2 * 960)
  assert.equal(
    await checkNext('again', { coupon: fifth, first: month, wish: { quantity: 3 }, waiting: down }),
    3 * 6320,
  )
  assert.equal(
    await checkNext('undone', { coupon: fifth, first: month, wish: { plan: 'enterprise' }, waiting: down }),
    2 * 6320,
  )
})

test('a discount of one invoice or of some months is shown for these alone', async () => {
  const month = { plan: 'pro', interval: 'month', quantity: 2 } as const
  const once: Stripe.CouponCreateParams = { percent_off: 50, duration: 'once' }
  assert.equal(await checkNext('once-spent', { coupon: once, first: month, wish: { interval: 'year' } }), 2 * 29_000)
  assert.equal(await checkNext('once-kept', { coupon: once, first: month, wish: { plan: 'starter' } }), 1200)
  const months: Stripe.CouponCreateParams = { percent_off: 50, duration: 'repeating', duration_in_months: 3 }
  assert.equal(await checkNext('months', { coupon: months, first: month, wish: { interval: 'year' } }), 2 * 29_000)
})

test('seats that wait for their invoice are shown on one invoice and not on two', async () => {
  const owner = await stage.subscriber('shown-waiting', { plan: 'pro', interval: 'month', quantity: 2 })
  await pass(10 * 86_400)
  const { id, items } = await stage.subscriptionOf(owner)
  const [item] = items.data
  await stage.stripe.subscriptions.update(id, {
    items: [{ id: item?.id as string, quantity: 4 }],
    proration_behavior: 'create_prorations',
  })
  const by = await later(owner)
  const ask = async (wish: object) => (await stage.call(by, 'POST', 'preview', wish)).body.data
  const { next_amount: lower } = await ask({ plan: 'starter' })
  assert.ok(lower > 4 * 1200, 'two thirds of a month for two seats come with the next invoice')
  const { next_amount: higher, total } = await ask({ plan: 'enterprise' })
  assert.equal(higher, 4 * 7900)
  assert.ok(total > lower - 4 * 1200)
})
