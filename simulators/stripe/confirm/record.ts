/** Runs a course of events and keeps what the account told about it: the types in order, and the keys of each object. */
import { setTimeout as pause } from 'node:timers/promises'
import type Stripe from 'stripe'
import type { Course, Scenario } from './scenarios.ts'

export interface Recording {
  types: string[]
  /** Keys of `data.object` and of `previous_attributes`, by event type. */
  keys: Map<string, { object: Set<string>; previous: Set<string> }>
  /** Amounts of all invoices, oldest first. */
  invoices: { reason: string | null; status: string | null; total: number; lines: number[] }[]
  subscription: string | undefined
}

const START = Date.UTC(2027, 0, 31, 10) / 1000
const WAIT_MS = 1_000
const LONGEST_WAIT_MS = 180_000

export async function record(stripe: Stripe, scenario: Scenario): Promise<Recording> {
  const since = Math.floor(Date.now() / 1000) - 60
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START, name: 'plinth confirm' })
  const course = await prepare(stripe, clock, scenario)
  try {
    await scenario.run(course)
    // Events are told a moment after what they tell of.
    await pause(WAIT_MS)
    const { id } = course.customer
    const [subscription] = (await stripe.subscriptions.list({ customer: id, status: 'all', limit: 1 })).data
    const invoices = (await stripe.invoices.list({ customer: id, limit: 100 })).data.reverse()
    return {
      ...(await eventsOf(stripe, id, since)),
      invoices: invoices.map(({ billing_reason, status, total, lines }) => ({
        reason: billing_reason,
        status,
        total,
        lines: lines.data.map(({ amount }) => amount).sort((a, b) => a - b),
      })),
      subscription: subscription?.status,
    }
  } finally {
    await stripe.testHelpers.testClocks.del(clock.id)
  }
}

async function prepare(stripe: Stripe, clock: Stripe.TestHelpers.TestClock, { card }: Scenario): Promise<Course> {
  const product = await stripe.products.create({ name: 'Confirmation of the local Stripe' })
  const price = (unit_amount: number) =>
    stripe.prices.create({ product: product.id, unit_amount, currency: 'usd', recurring: { interval: 'month' } })
  const prices = { basic: await price(2000), better: await price(5000) }
  const customer = await stripe.customers.create({
    name: 'Confirmation',
    email: 'confirmation@example.com',
    test_clock: clock.id,
  })
  if (card) {
    const { id } = await stripe.paymentMethods.attach(card, { customer: customer.id })
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: id } })
  }
  return {
    stripe,
    customer,
    clock,
    prices,
    async advance(to) {
      await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to })
      const deadline = Date.now() + LONGEST_WAIT_MS
      while ((await stripe.testHelpers.testClocks.retrieve(clock.id)).status !== 'ready') {
        if (Date.now() > deadline) throw new Error(`The test clock ${clock.id} does not arrive.`)
        await pause(WAIT_MS / 4)
      }
    },
  }
}

async function eventsOf(stripe: Stripe, customer: string, since: number): Promise<Pick<Recording, 'types' | 'keys'>> {
  const types: string[] = []
  const keys: Recording['keys'] = new Map()
  const events: Stripe.Event[] = []
  // Newest first, by the wall's clock or the simulated one; which of them is one of the open questions.
  for await (const event of stripe.events.list({ limit: 100, created: { gte: Math.min(since, START) } })) {
    const object = event.data.object as { id?: string; customer?: unknown }
    if (object.customer === customer || object.id === customer) events.push(event)
  }
  for (const { type, data } of events.reverse()) {
    types.push(type)
    const known = keys.get(type) ?? { object: new Set(), previous: new Set() }
    keys.set(type, known)
    for (const key of Object.keys(data.object)) known.object.add(key)
    for (const key of Object.keys(data.previous_attributes ?? {})) known.previous.add(key)
  }
  return { types, keys }
}
