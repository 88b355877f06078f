/** A running local Stripe with something to sell, for the tests of the pages. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import Stripe from 'stripe'
import { startLocalStripe } from '../../index.ts'
import { type Seen, Visitor } from './visitor.ts'

export const SUCCESS = 'http://localhost:3000/done?session={CHECKOUT_SESSION_ID}'
export const CANCEL = 'http://localhost:3000/pricing'
export const BILLING = 'http://localhost:3000/billing'

export const GOOD_CARD = '4242424242424242'
export const ASKS_ALWAYS = '4000002760003184'
export const NO_FUNDS = '4000000000009995'
export const FAILS_LATER = '4000000000000341'

/** What a card form wants. */
export const card = (number: string, more: Record<string, string> = {}) => ({
  number,
  expiry: '12 / 34',
  cvc: '123',
  name: 'Ada Lovelace',
  ...more,
})

type SessionParams = Stripe.Checkout.SessionCreateParams

export async function openStage() {
  const local = await startLocalStripe()
  const connection = { host: '127.0.0.1', port: local.port, protocol: 'http', telemetry: false } as const
  const stripe = new Stripe('sk_test_simulated', { ...connection, maxNetworkRetries: 0 })
  after(async () => {
    const { faults } = local.stats()
    await local.close()
    assert.deepEqual(faults, [], 'every answer and event keeps to the contract')
  })
  const visitor = new Visitor(local.url)

  const product = await stripe.products.create({ name: 'Team' })
  const bigProduct = await stripe.products.create({ name: 'Business' })
  const recurring = { interval: 'month' } as const
  const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 2000, recurring })
  const bigPrice = await stripe.prices.create({ product: bigProduct.id, currency: 'usd', unit_amount: 5000, recurring })

  const createCustomer = () => stripe.customers.create({ email: 'ada@example.com', name: 'Ada Lovelace' })

  async function checkout(more: Partial<SessionParams> = {}): Promise<Stripe.Checkout.Session> {
    const customer = more.customer ?? (await createCustomer()).id
    return stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 2 }],
      success_url: SUCCESS,
      cancel_url: CANCEL,
      ...more,
      ...('customer_email' in more ? {} : { customer }),
    })
  }

  async function pay(session: Stripe.Checkout.Session, fields: Record<string, string>): Promise<Seen> {
    return visitor.submit(await visitor.get(session.url as string), `/c/pay/${session.id}`, fields)
  }

  /** A customer whose subscription was paid on the page. */
  async function subscribed(number = GOOD_CARD, more: Partial<SessionParams> = {}) {
    const session = await checkout(more)
    await pay(session, card(number))
    const { customer, subscription } = await stripe.checkout.sessions.retrieve(session.id)
    return { customer: customer as string, subscription: subscription as string }
  }

  /** The types of the events since a moment, oldest first. */
  const eventsSince = (count: number): string[] =>
    [...local.world.table('event').all()].slice(count).map(({ type }) => type)
  const eventCount = () => local.stats().events

  return {
    ...{ local, stripe, visitor, product, bigProduct, price, bigPrice },
    ...{ createCustomer, checkout, pay, subscribed, eventsSince, eventCount },
  }
}

export type Stage = Awaited<ReturnType<typeof openStage>>
