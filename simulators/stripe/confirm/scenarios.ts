/**
 * What can be done to a Stripe account by its API alone, on test clocks: the lifecycle of a subscription, one course of
 * events after the other. The same code runs against the local Stripe and against a sandbox.
 */
import type Stripe from 'stripe'

export interface Course {
  stripe: Stripe
  /** A customer on a test clock of its own, with this card. */
  customer: Stripe.Customer
  clock: Stripe.TestHelpers.TestClock
  prices: { basic: Stripe.Price; better: Stripe.Price }
  /** Moves the test clock and waits until everything due has been done. */
  advance(to: number): Promise<void>
}

export interface Scenario {
  name: string
  /** What the customer pays with; none for a trial without a card. */
  card: 'pm_card_visa' | 'pm_card_chargeCustomerFail' | 'pm_card_authenticationRequired' | undefined
  run(course: Course): Promise<void>
}

const DAY = 86_400
const HOUR = 3_600

const subscribe = ({ stripe, customer, prices }: Course, more: Partial<Stripe.SubscriptionCreateParams> = {}) =>
  stripe.subscriptions.create({ customer: customer.id, items: [{ price: prices.basic.id, quantity: 2 }], ...more })

const itemOf = (subscription: Stripe.Subscription) => {
  const item = subscription.items.data[0]
  if (!item) throw new Error(`${subscription.id} has no item.`)
  return item
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'a new subscription that is paid',
    card: 'pm_card_visa',
    run: async (course) => void (await subscribe(course)),
  },
  {
    name: 'a trial, its notice and its end',
    card: 'pm_card_visa',
    async run(course) {
      await subscribe(course, { trial_period_days: 14 })
      await course.advance(course.clock.frozen_time + 15 * DAY)
    },
  },
  {
    name: 'a trial that ends without a card',
    card: undefined,
    async run(course) {
      const trial_settings = { end_behavior: { missing_payment_method: 'pause' as const } }
      await subscribe(course, { trial_period_days: 7, trial_settings })
      await course.advance(course.clock.frozen_time + 8 * DAY)
    },
  },
  {
    name: 'an upgrade that is invoiced at once, seats added to the next invoice',
    card: 'pm_card_visa',
    async run(course) {
      const { stripe, prices, clock } = course
      const subscription = await subscribe(course)
      const item = itemOf(subscription)
      await course.advance(clock.frozen_time + 10 * DAY)
      await stripe.subscriptions.update(subscription.id, {
        items: [{ id: item.id, price: prices.better.id, quantity: 2 }],
        proration_behavior: 'always_invoice',
      })
      await stripe.subscriptions.update(subscription.id, {
        items: [{ id: item.id, quantity: 3 }],
        proration_behavior: 'create_prorations',
      })
    },
  },
  {
    name: 'a cancellation at the end of the period, taken back, and asked for again',
    card: 'pm_card_visa',
    async run(course) {
      const { stripe, clock } = course
      const { id } = await subscribe(course)
      await stripe.subscriptions.update(id, { cancel_at_period_end: true })
      await stripe.subscriptions.update(id, { cancel_at_period_end: false })
      await stripe.subscriptions.update(id, { cancel_at: 'max_period_end' })
      await course.advance(clock.frozen_time + 32 * DAY)
    },
  },
  {
    name: 'a cancellation at once',
    card: 'pm_card_visa',
    async run(course) {
      const { id } = await subscribe(course)
      await course.stripe.subscriptions.cancel(id, { invoice_now: true, prorate: true })
    },
  },
  {
    name: 'a renewal',
    card: 'pm_card_visa',
    async run(course) {
      await subscribe(course)
      await course.advance(course.clock.frozen_time + 32 * DAY)
    },
  },
  {
    name: 'a renewal that fails until nothing is tried any more',
    card: 'pm_card_visa',
    async run(course) {
      const { stripe, customer, clock } = course
      const { id } = await subscribe(course)
      const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id })
      await stripe.subscriptions.update(id, { default_payment_method: bad.id })
      await course.advance(clock.frozen_time + 32 * DAY)
      await course.advance(clock.frozen_time + 55 * DAY)
    },
  },
  {
    name: 'a first payment that nobody authenticates',
    card: 'pm_card_authenticationRequired',
    async run(course) {
      await subscribe(course, { payment_behavior: 'default_incomplete' })
      await course.advance(course.clock.frozen_time + 24 * HOUR)
    },
  },
  {
    name: 'a partial and then a full refund',
    card: 'pm_card_visa',
    async run(course) {
      const { stripe, customer } = course
      await subscribe(course)
      const [intent] = (await stripe.paymentIntents.list({ customer: customer.id, limit: 1 })).data
      if (!intent) throw new Error('Nothing was paid.')
      await stripe.refunds.create({ payment_intent: intent.id, amount: 500 })
      await stripe.refunds.create({ payment_intent: intent.id })
    },
  },
  {
    name: 'a customer who is deleted',
    card: 'pm_card_visa',
    async run(course) {
      await subscribe(course)
      await course.stripe.customers.del(course.customer.id)
    },
  },
]
