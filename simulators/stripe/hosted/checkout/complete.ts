/** What happens when the page of a checkout session is paid: one step, with Stripe's order of events. */
import type Stripe from 'stripe'
import { catalogOperations } from '../../catalog/index.ts'
import {
  attachPaymentMethod,
  confirmPaymentIntent,
  createPaymentIntent,
  createSubscription,
  needsAuthentication,
  setupIntentFor,
} from '../../engine/index.ts'
import { type Stored, StripeFault, type World } from '../../world.ts'
import type { CheckoutCart, CheckoutSession } from '../objects.ts'
import { detailsOf } from './create.ts'
import { hasTrial } from './quote.ts'

export interface Payer {
  name: string | null
  email: string | null
  /** None where nothing is due and no card is wanted. */
  payment_method: string | null
  /** The bank of the card has asked, and was answered. */
  authenticated?: boolean
}

/** Whether the page asks for a card. */
export const wantsCard = ({ mode, payment_method_collection, amount_total }: CheckoutSession): boolean =>
  mode === 'setup' || (amount_total ?? 0) > 0 || (mode === 'subscription' && payment_method_collection === 'always')

/** Whether the bank of the card wants to ask its holder before this session can be completed. */
export function wantsConfirmation(world: World, session: CheckoutSession, paymentMethod: string): boolean {
  const now = session.mode !== 'setup' && (session.amount_total ?? 0) > 0
  return needsAuthentication(world, paymentMethod, now ? 'payment' : 'setup')
}

/** A session whose time is over is closed even before that was noticed. */
export const isOpen = (world: World, { status, expires_at }: CheckoutSession): boolean =>
  status === 'open' && world.now() < expires_at

export function assertOpen(world: World, session: CheckoutSession): void {
  if (isOpen(world, session)) return
  throw new StripeFault(400, {
    message: session.status === 'complete' ? 'This has already been paid.' : 'This page has expired.',
    code: 'checkout_session_closed',
  })
}

export function completeSession(world: World, id: string, payer: Payer): Stored<'checkout.session'> {
  const session = world.need('checkout.session', id)
  const cart = world.need('checkout.cart', id)
  assertOpen(world, session)
  const customer = payingCustomer(world, session, cart, payer)
  const outcome = finish(world, { session, cart, customer, payer })
  world.unschedule('checkout.session.expiry', id)
  const { email, name } = customer ? world.need('customer', customer) : payer
  const completed = world.update('checkout.session', id, {
    ...outcome,
    customer,
    customer_details: detailsOf(email ?? payer.email, payer.name ?? name ?? null),
    status: 'complete',
    url: null,
  })
  world.emit('checkout.session.completed', completed)
  return completed
}

/** The session's customer, or a new one; the payment of a guest needs none. */
function payingCustomer(world: World, session: CheckoutSession, cart: CheckoutCart, payer: Payer): string | null {
  const { customer: id, mode, customer_creation } = session
  if (id) {
    const { name } = world.need('customer', id)
    if (cart.customer_update.name && payer.name && payer.name !== name)
      world.update('customer', id, { name: payer.name }, 'customer.updated')
    return id
  }
  if (mode === 'payment' && customer_creation !== 'always') return null
  const create = catalogOperations['POST /v1/customers']
  if (!create) throw new Error('there is no way to make a customer')
  const params = { email: session.customer_email ?? payer.email, ...(payer.name ? { name: payer.name } : {}) }
  return (create({ world, params, path: {} }) as { id: string }).id
}

interface Purchase {
  session: CheckoutSession
  cart: CheckoutCart
  /** None only for a guest who pays once. */
  customer: string | null
  payer: Payer
}

const known = (customer: string | null): string => {
  if (customer) return customer
  throw new Error('a subscription or a saved card without a customer')
}

type Outcome = Partial<CheckoutSession>

function finish(world: World, purchase: Purchase): Outcome {
  const { mode } = purchase.session
  if (mode === 'subscription') return subscribe(world, purchase)
  return mode === 'payment' ? pay(world, purchase) : setUp(world, purchase)
}

function setUp(world: World, { customer, payer }: Purchase): Outcome {
  const card = { customer: known(customer), payment_method: payer.payment_method ?? '' }
  return { setup_intent: setupIntentFor(world, { ...card, usage: 'off_session' }).id }
}

function subscribe(world: World, { session, cart, customer: paying, payer }: Purchase): Outcome {
  const [customer, card] = [known(paying), payer.payment_method]
  if (card) {
    if (session.amount_total === 0) setupIntentFor(world, { customer, payment_method: card, usage: 'off_session' })
    attachPaymentMethod(world, card, customer)
  }
  const subscription = createSubscription(world, subscriptionParams(session, cart, customer, card), {
    hosted: true,
    authenticated: payer.authenticated ?? false,
  })
  const invoice = subscription.latest_invoice ? world.need('invoice', subscription.latest_invoice) : undefined
  return {
    subscription: subscription.id,
    invoice: invoice?.id ?? null,
    payment_status: (invoice?.total ?? 0) > 0 ? 'paid' : 'no_payment_required',
  }
}

function subscriptionParams(
  session: CheckoutSession,
  cart: CheckoutCart,
  customer: string,
  card: string | null,
): Stripe.SubscriptionCreateParams {
  const { trial_settings, ...data } = cart.subscription_data ?? {}
  const lines = cart.items.map(({ price, quantity }) => ({
    recurring: price?.recurring !== null,
    item: { price: price?.id as string, ...(quantity === null ? {} : { quantity }) },
  }))
  const once = lines.filter(({ recurring }) => !recurring).map(({ item }) => item)
  const discounts = (session.discounts ?? []).map(({ coupon, promotion_code }) =>
    promotion_code ? { promotion_code } : { coupon: coupon as string },
  )
  return {
    ...data,
    customer,
    items: lines.filter(({ recurring }) => recurring).map(({ item }) => item),
    ...(once.length > 0 ? { add_invoice_items: once } : {}),
    ...(card ? { default_payment_method: card } : {}),
    ...(discounts.length > 0 ? { discounts } : {}),
    ...(trial_settings && hasTrial(cart.subscription_data) ? { trial_settings } : {}),
  } as Stripe.SubscriptionCreateParams
}

function pay(world: World, { session, cart, customer, payer }: Purchase): Outcome {
  const amount = session.amount_total ?? 0
  if (amount === 0) return { payment_status: 'no_payment_required' }
  const card = payer.payment_method as string
  if (customer) attachPaymentMethod(world, card, customer)
  const currency = session.currency ?? ''
  const intent = createPaymentIntent(world, { amount, currency, customer, ...cart.payment_intent_data })
  try {
    confirmPaymentIntent(world, intent.id, { payment_method: card, authenticated: payer.authenticated ?? false })
  } catch (error) {
    // Nothing of a refused attempt is kept: the page is open as before.
    throw error instanceof StripeFault ? new StripeFault(error.status, error.body) : error
  }
  return { payment_intent: intent.id, payment_status: 'paid' }
}

/** The one placeholder is filled in literally, as it may stand anywhere in the address. */
export const successAddress = ({ id, success_url }: CheckoutSession): string =>
  (success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', id)
