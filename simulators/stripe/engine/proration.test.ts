/** That a change costs what was previewed, and what it should. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Bench, contentOf, DAY, HOUR, START, startEngine } from './testing.ts'

/** Random courses of changes; PLINTH_CHANGES sets how many. */
const RUNS = Number(process.env.PLINTH_CHANGES ?? 60)

const utc = (text: string) => Date.parse(`${text}Z`) / 1000

function subscribed(bench: Bench, unit = 2000, more: object = {}) {
  const [customer, price] = [bench.customer('pm_card_visa'), bench.price(unit)]
  const subscription = bench.subscribe(customer, price, more)
  return { customer, id: subscription.id, item: subscription.items.data[0]?.id as string }
}

const amounts = (invoice: { lines: { data: { amount: number }[] } }) => invoice.lines.data.map(({ amount }) => amount)

test('two seats become three at the start: 4000 back, 6000 on top, 2000 to pay', () => {
  const bench = startEngine()
  const { id, item } = subscribed(bench)
  const before = bench.get('subscription', id).items.data[0]
  const items = [{ id: item, quantity: 3 }]
  bench.call(`POST /v1/subscriptions/${id}`, { items, proration_behavior: 'always_invoice' })
  const invoice = bench.latestInvoice(id)
  assert.deepEqual(amounts(invoice), [-4000, 6000])
  assert.deepEqual([invoice.total, invoice.status, invoice.billing_reason], [2000, 'paid', 'subscription_update'])
  const after = bench.get('subscription', id).items.data[0]
  assert.equal(after?.current_period_start, before?.current_period_start)
})

test('what was credited once is not credited again', () => {
  const bench = startEngine()
  const { id, item } = subscribed(bench)
  const change = (quantity: number) =>
    bench.call(`POST /v1/subscriptions/${id}`, {
      items: [{ id: item, quantity }],
      proration_behavior: 'always_invoice',
    })
  change(3)
  change(4)
  assert.deepEqual(amounts(bench.latestInvoice(id)), [-6000, 8000])
  bench.call(`POST /v1/subscriptions/${id}`, { items: [{ id: item, quantity: 5 }] })
  bench.call(`POST /v1/subscriptions/${id}`, { items: [{ id: item, quantity: 1 }] })
  assert.deepEqual(
    bench.list('GET /v1/invoiceitems', { pending: true }).map((each) => (each as unknown as { amount: number }).amount),
    [2000, -10000, 10000, -8000],
  )
  bench.call(`POST /v1/subscriptions/${id}`, { items: [{ id: item, quantity: 2 }] })
  const waiting = bench.list('GET /v1/invoiceitems', { pending: true }) as unknown as { amount: number }[]
  assert.deepEqual(
    waiting.slice(0, -4).map(({ amount }) => amount),
    [4000, -2000],
  )
})

test('what waits for the next invoice of one subscription is not billed with another', () => {
  const bench = startEngine()
  const { id, item, customer } = subscribed(bench)
  const other = bench.subscribe(customer, bench.price(700)).id
  bench.call(`POST /v1/subscriptions/${id}`, { items: [{ id: item, quantity: 3 }] })
  bench.advance(31 * DAY + HOUR)
  assert.deepEqual(amounts(bench.latestInvoice(id)), [-4000, 6000, 6000])
  assert.deepEqual(amounts(bench.latestInvoice(other)), [1400])
})

test('the half of a period costs the half, net of the discount that was given', () => {
  const bench = startEngine({ now: utc('2027-04-01T00:00:00') })
  const coupon = bench.call<'coupon'>('POST /v1/coupons', { percent_off: 50, duration: 'forever' }).id
  const { id, item } = subscribed(bench, 2000, { discounts: [{ coupon }] })
  bench.advance(15 * DAY)
  const items = [{ id: item, price: bench.price(5000), quantity: 2 }]
  bench.call(`POST /v1/subscriptions/${id}`, { items, proration_behavior: 'always_invoice' })
  assert.deepEqual(amounts(bench.latestInvoice(id)), [-1000, 2500])
})

test('a downgrade credits the customer, and the next invoices use it up', () => {
  const bench = startEngine({ now: utc('2027-04-01T00:00:00') })
  const { id, item, customer } = subscribed(bench, 5000)
  const items = [{ id: item, price: bench.price(1000), quantity: 2 }]
  bench.call(`POST /v1/subscriptions/${id}`, { items, proration_behavior: 'always_invoice' })
  const invoice = bench.latestInvoice(id)
  assert.deepEqual([invoice.total, invoice.amount_due, invoice.status], [-8000, 0, 'paid'])
  assert.equal(bench.get('customer', customer).balance, -8000)
  bench.advance(30 * DAY + HOUR)
  const next = bench.latestInvoice(id)
  assert.deepEqual([next.total, next.amount_due, next.starting_balance, next.ending_balance], [2000, 0, -8000, -6000])
  assert.equal(bench.get('customer', customer).balance, -6000)
})

test('a month becomes a year without a new anchor, unless it is asked for', () => {
  const bench = startEngine({ now: utc('2027-01-15T00:00:00') })
  const yearly = bench.price(20_000, { recurring: { interval: 'year' } })
  const kept = subscribed(bench)
  bench.advance(5 * DAY)
  const change = (item: string, more: object) => ({
    items: [{ id: item, price: yearly, quantity: 1 }],
    proration_behavior: 'always_invoice',
    ...more,
  })
  const after = bench.call(`POST /v1/subscriptions/${kept.id}`, change(kept.item, {}))
  assert.equal(after.billing_cycle_anchor, utc('2027-01-15T00:00:00'))
  assert.equal(after.items.data[0]?.current_period_end, utc('2028-01-15T00:00:00'))
  const reset = subscribed(bench)
  bench.advance(5 * DAY)
  const now = bench.call(
    `POST /v1/subscriptions/${reset.id}`,
    change(reset.item, { billing_cycle_anchor: { type: 'now' } }),
  )
  assert.equal(now.billing_cycle_anchor, utc('2027-01-25T00:00:00'))
  assert.equal(now.items.data[0]?.current_period_end, utc('2028-01-25T00:00:00'))
  assert.deepEqual(amounts(bench.latestInvoice(reset.id)), [-Math.round((4000 * 26) / 31), 20_000])
})

test('a preview keeps nothing and tells nothing', () => {
  const bench = startEngine()
  const { id, item } = subscribed(bench)
  const coupon = bench.call<'coupon'>('POST /v1/coupons', { amount_off: 500, currency: 'usd', duration: 'once' }).id
  bench.told()
  const before = contentOf(bench.world)
  const subscription_details = { items: [{ id: item, quantity: 9 }], proration_behavior: 'always_invoice' }
  const shown = bench.call<'invoice'>('POST /v1/invoices/create_preview', {
    subscription: id,
    subscription_details,
    discounts: [{ coupon }],
  })
  assert.match(shown.id, /^upcoming_in_/)
  assert.deepEqual(bench.told(), [])
  assert.ok(contentOf(bench.world) === before)
})

const MOMENTS = [
  '2027-01-15T12:00:00',
  '2027-01-31T23:59:59',
  '2027-03-31T00:00:00',
  '2028-01-31T08:30:00',
  '2028-02-29T10:00:00',
  '2027-12-31T23:00:00',
]

const change = fc.record({
  /** Where in the period; 1 is its last second. */
  place: fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  price: fc.nat({ max: 3 }),
  quantity: fc.integer({ min: 1, max: 40 }),
  behaviour: fc.constantFrom('always_invoice', 'always_invoice', 'create_prorations'),
  anchorNow: fc.constantFrom(false, false, true),
})

const course = fc.record({
  start: fc.constantFrom(...MOMENTS),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
  coupon: fc.constantFrom(
    null,
    { percent_off: 25, duration: 'forever' },
    { percent_off: 33, duration: 'repeating', duration_in_months: 2 },
    { amount_off: 1234, currency: 'usd', duration: 'forever' },
    { percent_off: 50, duration: 'once' },
  ),
  balance: fc.constantFrom(0, 0, -700, -25_000, 1300),
})

test('what a change costs is what its preview said, at any moment, with any discount and balance', () => {
  let compared = 0
  fc.assert(
    fc.property(course, ({ start, changes, coupon, balance }) => {
      const bench = startEngine({ now: utc(start) })
      const prices = [
        bench.price(999),
        bench.price(2900),
        bench.price(10_000),
        bench.price(24_000, { recurring: { interval: 'year' } }),
      ]
      const customer = bench.customer('pm_card_visa')
      const discounts = coupon ? [{ coupon: bench.call<'coupon'>('POST /v1/coupons', coupon).id }] : []
      const { id, items } = bench.subscribe(customer, prices[1] as string, { discounts })
      const item = items.data[0]?.id as string
      if (balance !== 0) {
        bench.call(`POST /v1/customers/${customer}/balance_transactions`, { amount: balance, currency: 'usd' })
      }
      for (const { place, price, quantity, behaviour, anchorNow } of changes) {
        const { current_period_end: end } = bench.get('subscription', id).items.data[0] ?? { current_period_end: 0 }
        bench.advance(Math.floor((end - 1 - bench.world.now()) * place))
        const now = bench.world.now()
        const details = {
          items: [{ id: item, price: prices[price], quantity }],
          proration_behavior: behaviour,
          ...(anchorNow ? { billing_cycle_anchor: { type: 'now' } } : { proration_date: now }),
        }
        const preview = bench.call<'invoice'>('POST /v1/invoices/create_preview', {
          subscription: id,
          subscription_details: details,
        })
        const invoices = bench.list('GET /v1/invoices').length
        bench.call(`POST /v1/subscriptions/${id}`, details)
        const waits = bench.list('GET /v1/invoices').length === invoices
        if (waits) {
          const { current_period_end: next } = bench.get('subscription', id).items.data[0] ?? { current_period_end: 0 }
          bench.advance(next - now + HOUR)
        }
        const invoice = bench.latestInvoice(id)
        assert.equal(invoice.total, preview.total)
        assert.equal(invoice.amount_due, preview.amount_due)
        assert.equal(invoice.status === 'paid' ? invoice.amount_paid : null, preview.amount_due)
        assert.deepEqual(amounts(invoice), amounts(preview))
        compared += 1
      }
    }),
    { numRuns: RUNS },
  )
  assert.ok(compared >= RUNS)
})

test('a change and its reverse at the same moment cost nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 * DAY }), fc.integer({ min: 1, max: 9 }), (after, quantity) => {
      const bench = startEngine({ now: START })
      const { id, item } = subscribed(bench)
      bench.advance(after)
      const change = (to: number) =>
        bench.call(`POST /v1/subscriptions/${id}`, {
          items: [{ id: item, quantity: to }],
          proration_behavior: 'create_prorations',
        })
      change(quantity)
      change(2)
      const waiting = bench.list('GET /v1/invoiceitems', { pending: true }) as unknown as { amount: number }[]
      assert.equal(
        waiting.reduce((sum, { amount }) => sum + amount, 0),
        0,
      )
    }),
    { numRuns: 30 },
  )
})
