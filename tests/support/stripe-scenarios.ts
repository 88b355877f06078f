/**
 * What happens to a subscription in its life, recorded step by step from the local Stripe through the real SDK: the events
 * of each step, and what Stripe answers after it.
 */
import type Stripe from 'stripe'
import { eventsOf, type Inbox, type Row, type Subscriber } from './stripe-inbox.ts'

const DAY = 86_400

export interface Answers {
  customer: Row
  subscriptions: Row[]
  invoices: Row[]
  now: Date
}

export interface Happened {
  event: Row
  /** The step with which it happened. */
  step: number
}

export interface Recording {
  subscriber: Subscriber
  answers: Answers[]
  events: Happened[]
}

interface Stage {
  stripe: Stripe
  customer: string
  price: (name: string) => string
  subscribe(price: string, params?: Partial<Stripe.SubscriptionCreateParams>): Promise<Stripe.Subscription>
  payWith(card: string): Promise<void>
  forward(days: number): Promise<void>
}

export type Scenario = (stage: Stage) => AsyncGenerator<void, void, void>

export const scenarios: Record<string, Scenario> = {
  async *'a new subscription'({ subscribe }) {
    await subscribe('pro_month')
    yield
  },
  async *'a trial that goes over into a paid plan'({ subscribe, forward }) {
    await subscribe('starter_month', { trial_period_days: 14 })
    yield
    await forward(12)
    yield
    await forward(3)
    yield
  },
  async *'an upgrade and a change of seats'({ stripe, subscribe, price }) {
    const { id, items } = await subscribe('starter_month')
    yield
    const item = items.data[0]?.id as string
    await stripe.subscriptions.update(id, {
      items: [{ id: item, price: price('pro_month') }],
      proration_behavior: 'always_invoice',
    })
    yield
    await stripe.subscriptions.update(id, { items: [{ id: item, quantity: 4 }] })
    yield
  },
  async *'a cancellation at the end of the period'({ stripe, subscribe, forward }) {
    const { id } = await subscribe('pro_month')
    yield
    await stripe.subscriptions.update(id, { cancel_at_period_end: true })
    yield
    await forward(32)
    yield
  },
  async *'a cancellation in the portal that is taken back'({ stripe, subscribe }) {
    const { id, items } = await subscribe('pro_month')
    yield
    await stripe.subscriptions.update(id, { cancel_at: items.data[0]?.current_period_end as number })
    yield
    await stripe.subscriptions.update(id, { cancel_at: '' })
    yield
  },
  async *'an end at once'({ stripe, subscribe }) {
    const { id } = await subscribe('pro_year')
    yield
    await stripe.subscriptions.cancel(id)
    yield
  },
  async *'a renewal'({ subscribe, forward }) {
    await subscribe('pro_month')
    yield
    await forward(32)
    yield
  },
  async *'a renewal that fails and is made good'({ stripe, customer, subscribe, payWith, forward }) {
    await subscribe('pro_month')
    yield
    await payWith('pm_card_chargeCustomerFail')
    await forward(32)
    yield
    await payWith('pm_card_visa')
    const { data } = await stripe.invoices.list({ customer, status: 'open' })
    await stripe.invoices.pay(data[0]?.id as string)
    yield
  },
  async *'a renewal that fails and is still tried'({ subscribe, payWith, forward }) {
    await subscribe('pro_month')
    yield
    await payWith('pm_card_chargeCustomerFail')
    await forward(32)
    yield
    await forward(3)
    yield
  },
  async *'a renewal that fails for good'({ subscribe, payWith, forward }) {
    await subscribe('pro_month')
    yield
    await payWith('pm_card_chargeCustomerFail')
    await forward(32)
    yield
    await forward(25)
    yield
  },
  async *'a first payment that never comes'({ subscribe, payWith, forward }) {
    await payWith('pm_card_chargeCustomerFail')
    await subscribe('pro_month', { payment_behavior: 'default_incomplete' })
    yield
    await forward(2)
    yield
  },
  async *'a second subscription, and the end of the first'({ stripe, subscribe }) {
    const { id } = await subscribe('starter_month')
    yield
    await subscribe('pro_month')
    yield
    await stripe.subscriptions.cancel(id)
    yield
  },
  async *'a customer who is deleted'({ stripe, customer, subscribe }) {
    await subscribe('pro_month')
    yield
    await stripe.customers.del(customer)
    yield
  },
}

export async function record(inbox: Inbox, name: string, scenario: Scenario): Promise<Recording> {
  const { stripe, prices } = inbox
  const slug = `life-${name.replaceAll(/[^a-z]+/g, '-')}`.slice(0, 40).replace(/-$/, '')
  const account = await inbox.app.signUp(slug)
  let now = Math.floor(Date.now() / 1000)
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: now })
  const { id: customer } = await stripe.customers.create({ test_clock: clock.id })
  const payWith = async (card: string) => {
    const { id } = await stripe.paymentMethods.attach(card, { customer })
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } })
  }
  const stage: Stage = {
    stripe,
    customer,
    price: (name) => prices[name] as string,
    payWith,
    async subscribe(price, params = {}) {
      if (params.payment_behavior === undefined) await payWith('pm_card_visa')
      return stripe.subscriptions.create({
        customer,
        items: [{ price: prices[price] as string, quantity: 1 }],
        ...params,
      })
    },
    async forward(days) {
      now += days * DAY
      await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: now })
      while ((await stripe.testHelpers.testClocks.retrieve(clock.id)).status !== 'ready');
    },
  }
  const answers: Answers[] = []
  const events: Happened[] = []
  const told = new Set<string>()
  for await (const _ of scenario(stage)) {
    for (const event of await eventsOf(stripe, customer)) {
      if (told.has(event.id)) continue
      told.add(event.id)
      events.push({ event, step: answers.length })
    }
    answers.push({
      customer: await stripe.customers.retrieve(customer),
      subscriptions: await allOf(stripe.subscriptions.list({ customer, status: 'all', expand: ['data.schedule'] })),
      invoices: await allOf(stripe.invoices.list({ customer, limit: 100 })),
      now: new Date(now * 1000),
    })
  }
  return { subscriber: { account, tenantId: account.tenantId, customer }, answers, events }
}

/** Nothing, where there is nobody to list anything of. */
async function allOf(list: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = []
  try {
    for await (const one of list) found.push(one)
  } catch (error) {
    if ((error as { code?: string }).code !== 'resource_missing') throw error
  }
  return found
}
