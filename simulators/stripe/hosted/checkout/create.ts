/** `POST /v1/checkout/sessions`: what a session may be made of. */
import type Stripe from 'stripe'
import { mergeMetadata } from '../../engine/params.ts'
import { type Call, type Stored, StripeFault, type World } from '../../world.ts'
import { assertAddress } from '../address.ts'
import type { CheckoutCart, CheckoutItem, CheckoutSession } from '../objects.ts'
import { exclusive, missing } from '../refusals.ts'
import { itemsOf } from './line-items.ts'
import { assertUsable } from './promotion.ts'
import { couponOf, hasTrial, type Quote, quote } from './quote.ts'
import { blankSession } from './shape.ts'

type Params = Stripe.Checkout.SessionCreateParams

/** Stripe can; the page here cannot, and says so instead of leaving it out silently. */
const NOT_SIMULATED = [
  'after_expiration',
  'custom_fields',
  'invoice_creation',
  'managed_payments',
  'optional_items',
  'payment_method_data',
  'shipping_address_collection',
  'shipping_options',
] as const satisfies readonly (keyof Params)[]

const DAY = 86_400
const SHORTEST = 30 * 60

export function createSession({ world, params }: Call): Stored<'checkout.session'> {
  const given = params as Params
  for (const param of NOT_SIMULATED) {
    if (given[param] !== undefined)
      throw new StripeFault(400, { message: `The local Stripe does not simulate \`${param}\`.`, param })
  }
  if (!given.mode) throw missing('mode')
  if ((given.ui_mode ?? 'hosted_page') !== 'hosted_page')
    throw new StripeFault(400, { message: 'The local Stripe only has the hosted page.', param: 'ui_mode' })
  if (!given.success_url) throw missing('success_url')
  assertAddress(given.success_url, 'success_url')
  if (given.cancel_url) assertAddress(given.cancel_url, 'cancel_url')
  const customer = customerOf(world, given)
  assertMode(world, given)

  const id = world.newId('cs_test_')
  const items = given.mode === 'setup' ? [] : itemsOf(world, given)
  const cart: CheckoutCart = {
    id,
    object: 'checkout.cart',
    items,
    subscription_data: given.subscription_data ?? null,
    payment_intent_data: pick(given.payment_intent_data),
    customer_update: { name: given.customer_update?.name === 'auto' },
  }
  const now = world.now()
  const session: CheckoutSession = {
    ...blankSession(id, given, now, world.settings.baseUrl),
    expires_at: expiryOf(given, now),
    customer: customer?.id ?? null,
    customer_details: customer
      ? detailsOf(customer.email, customer.name)
      : given.customer_email
        ? detailsOf(given.customer_email)
        : null,
    currency: items[0]?.currency ?? given.currency ?? null,
    discounts: given.mode === 'setup' ? null : discountsOf(world, given, items),
  }
  saveCart(world, cart, session)
  world.schedule({ kind: 'checkout.session.expiry', subject: id, at: session.expires_at })
  return world.need('checkout.session', id)
}

/** Saves both with the amounts that follow from them. */
export function saveCart(world: World, cart: CheckoutCart, session: CheckoutSession): Quote {
  const cost = quote(cart.items, couponOf(world, session.discounts), hasTrial(cart.subscription_data))
  world.save('checkout.cart', { ...cart, items: cost.items })
  world.save('checkout.session', session.mode === 'setup' ? session : { ...session, ...amountsOf(cost) })
  return cost
}

const amountsOf = (cost: Quote) => ({
  amount_subtotal: cost.subtotal,
  amount_total: cost.total,
  total_details: { amount_discount: cost.discount, amount_shipping: 0, amount_tax: 0 },
})

function customerOf(world: World, { customer, customer_email }: Params): Stored<'customer'> | undefined {
  if (customer && customer_email) throw exclusive('customer', 'customer_email')
  if (!customer) return undefined
  return world.need('customer', customer, 'customer')
}

export const detailsOf = (email: string | null, name: string | null = null): CheckoutSession['customer_details'] => ({
  address: null,
  business_name: null,
  email,
  individual_name: name,
  name,
  phone: null,
  tax_exempt: 'none',
  tax_ids: [],
})

function assertMode(world: World, given: Params): void {
  const only = (param: keyof Params, mode: string) => {
    if (given[param] !== undefined && given.mode !== mode)
      throw new StripeFault(400, { message: `You can not pass \`${param}\` in \`${given.mode}\` mode.`, param })
  }
  only('subscription_data', 'subscription')
  only('payment_method_collection', 'subscription')
  only('payment_intent_data', 'payment')
  only('setup_intent_data', 'setup')
  if (given.mode === 'subscription' && given.customer_creation)
    throw new StripeFault(400, {
      message: '`customer_creation` can only be used in `payment` and `setup` mode.',
      param: 'customer_creation',
    })
  const trialEnd = given.subscription_data?.trial_end
  if (trialEnd !== undefined && given.subscription_data?.trial_period_days !== undefined)
    throw exclusive('subscription_data[trial_end]', 'subscription_data[trial_period_days]')
  if (trialEnd !== undefined && trialEnd < world.now() + 2 * DAY)
    throw new StripeFault(400, {
      message: 'The `trial_end` date has to be at least 2 days in the future.',
      param: 'subscription_data[trial_end]',
    })
  if ((given.subscription_data?.trial_period_days ?? 1) < 1)
    throw new StripeFault(400, {
      message: 'The minimum number of trial period days is 1.',
      param: 'subscription_data[trial_period_days]',
    })
}

function discountsOf(world: World, given: Params, items: readonly CheckoutItem[]): CheckoutSession['discounts'] {
  if (!given.discounts?.length) return null
  if (given.allow_promotion_codes !== undefined) throw exclusive('allow_promotion_codes', 'discounts')
  const [discount] = given.discounts
  if (given.discounts.length > 1 || !discount)
    throw new StripeFault(400, { message: 'You can pass only one discount.', param: 'discounts' })
  if (discount.coupon) {
    world.need('coupon', discount.coupon, 'discounts[0][coupon]')
    return [{ coupon: discount.coupon, promotion_code: null }]
  }
  if (!discount.promotion_code) throw missing('discounts[0][coupon]')
  const code = world.need('promotion_code', discount.promotion_code, 'discounts[0][promotion_code]')
  const { subtotal } = quote(items, undefined, false)
  assertUsable(world, code, { customer: given.customer ?? null, currency: items[0]?.currency ?? '', subtotal })
  return [{ coupon: null, promotion_code: code.id }]
}

function expiryOf({ expires_at }: Params, now: number): number {
  if (expires_at === undefined) return now + DAY
  // A minute of grace, because the caller reads another clock than this one.
  if (expires_at < now + SHORTEST - 60 || expires_at > now + DAY + 60)
    throw new StripeFault(400, {
      message:
        'The `expires_at` timestamp must be less than 24 hours and at least 30 minutes from Checkout Session creation.',
      param: 'expires_at',
    })
  return expires_at
}

const pick = (data: Params['payment_intent_data']): CheckoutCart['payment_intent_data'] =>
  data
    ? { metadata: mergeMetadata({}, data.metadata), ...(data.description ? { description: data.description } : {}) }
    : null
