/** Payment intents, of an invoice or by themselves: created, charged, authenticated, cancelled. */
import type { Stored, World } from '../world.ts'
import { customersCard, paymentMethodNamed, type Verdict, verdictOn } from './cards.ts'
import { makeCharge } from './charges.ts'
import { cardError, type Decline, invalid } from './faults.ts'
import type { PaymentIntent, PaymentMethod } from './objects.ts'
import { UNCONFIRMED_WITH_CARD } from './quirks.ts'

interface IntentInput {
  amount: number
  currency: string
  customer: string | null
  payment_method?: string | null
  description?: string | null
  metadata?: Record<string, string>
  receipt_email?: string | null
  setup_future_usage?: PaymentIntent['setup_future_usage']
}

export function createPaymentIntent(world: World, input: IntentInput): Stored<'payment_intent'> {
  const id = world.newId('pi_')
  const { amount, currency, customer, payment_method = null } = input
  const intent = world.save('payment_intent', {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${world.newId('')}`,
    confirmation_method: 'automatic',
    created: world.now({ customer }),
    currency,
    customer,
    customer_account: null,
    description: input.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: input.metadata ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: input.receipt_email ?? null,
    review: null,
    setup_future_usage: input.setup_future_usage ?? null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: payment_method ? UNCONFIRMED_WITH_CARD : 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  })
  world.emit('payment_intent.created', intent)
  return intent
}

const paymentError = (decline: Decline, method: Readonly<PaymentMethod>, charge?: string) => ({
  ...decline,
  type: 'card_error' as const,
  payment_method: method,
  ...(charge && { charge }),
})

/** Lets a verdict come true: the charge, then what it makes of the intent. */
export function chargeIntent(
  world: World,
  intent: Stored<'payment_intent'>,
  method: Readonly<PaymentMethod>,
  verdict: Verdict,
): Stored<'payment_intent'> {
  const change = (changes: Partial<PaymentIntent>, event: string) =>
    world.update('payment_intent', intent.id, changes, event)
  if (verdict.kind === 'needs_action') {
    const url = `${world.settings.baseUrl}/3ds/${intent.id}`
    const next_action = { type: 'redirect_to_url', redirect_to_url: { return_url: null, url } }
    const waiting = { status: 'requires_action', payment_method: method.id, next_action } as const
    return change(waiting, 'payment_intent.requires_action')
  }
  if (verdict.kind === 'declined') {
    const charge = makeCharge(world, intent, method, verdict.decline)
    const failed = {
      status: 'requires_payment_method',
      payment_method: null,
      next_action: null,
      latest_charge: charge.id,
      last_payment_error: paymentError(verdict.decline, method, charge.id),
    } as const
    return change(failed, 'payment_intent.payment_failed')
  }
  const charge = makeCharge(world, intent, method)
  const succeeded = {
    status: 'succeeded',
    amount_received: intent.amount,
    payment_method: method.id,
    next_action: null,
    last_payment_error: null,
    latest_charge: charge.id,
  } as const
  return change(succeeded, 'payment_intent.succeeded')
}

const FAILED_AUTHENTICATION = {
  code: 'payment_intent_authentication_failure',
  message:
    'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
  type: 'invalid_request_error',
} as const

/** The cardholder did not pass 3D Secure. */
export function failAuthentication(world: World, id: string): Stored<'payment_intent'> {
  const failed = {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_payment_error: FAILED_AUTHENTICATION,
  } as const
  return world.update('payment_intent', id, failed, 'payment_intent.payment_failed')
}

export function cancelPaymentIntent(
  world: World,
  id: string,
  cancellation_reason: PaymentIntent['cancellation_reason'] = null,
): Stored<'payment_intent'> {
  const intent = world.need('payment_intent', id, 'intent')
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw invalid(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
      undefined,
      'payment_intent_unexpected_state',
    )
  }
  const cancelled = {
    status: 'canceled',
    canceled_at: world.now(intent),
    cancellation_reason,
    next_action: null,
  } as const
  return world.update('payment_intent', id, cancelled, 'payment_intent.canceled')
}

/** Confirms an intent that belongs to no invoice. */
export function confirmPaymentIntent(
  world: World,
  id: string,
  given: { payment_method?: string; off_session?: boolean | string; authenticated?: boolean } = {},
): Stored<'payment_intent'> {
  const intent = world.need('payment_intent', id, 'intent')
  if (!String(intent.status).startsWith('requires_')) {
    throw invalid(
      `This PaymentIntent's status is ${intent.status}, so it cannot be confirmed.`,
      undefined,
      'payment_intent_unexpected_state',
    )
  }
  const named = given.payment_method ?? intent.payment_method
  if (!named)
    throw invalid('You cannot confirm this PaymentIntent because it is missing a payment method.', 'payment_method')
  const method = intent.customer
    ? customersCard(world, named, intent.customer, 'payment_method')
    : paymentMethodNamed(world, named)
  const verdict = verdictOn(world, method, { customer: intent.customer, authenticated: given.authenticated === true })
  const after = chargeIntent(world, intent, method, verdict)
  if (verdict.kind === 'declined') throw cardError(verdict.decline, { payment_intent: after }, { keep: true })
  return after
}
