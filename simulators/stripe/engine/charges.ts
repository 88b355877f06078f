/** What a card was charged, or would not let be charged. */
import type { Stored, World } from '../world.ts'
import { forgetNextFailure, isDisputed } from './cards.ts'
import type { Decline } from './faults.ts'
import type { Charge, PaymentIntent, PaymentMethod } from './objects.ts'

function cardDetails(method: Readonly<PaymentMethod>, amount: number): Charge['payment_method_details'] {
  const { card } = method
  if (!card) return null
  return {
    type: 'card',
    card: {
      amount_authorized: amount,
      authorization_code: null,
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_transaction_id: null,
      regulated_status: card.regulated_status,
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  }
}

function outcomeOf(decline: Decline | undefined): Charge['outcome'] {
  return {
    advice_code: decline ? 'try_again_later' : null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: decline ? 'declined_by_network' : 'approved_by_network',
    reason: decline?.decline_code ?? null,
    risk_level: 'normal',
    risk_score: 1,
    seller_message: decline ? 'The bank did not return any further details with this decline.' : 'Payment complete.',
    type: decline ? 'issuer_declined' : 'authorized',
  }
}

/** Tells `charge.succeeded`, or `charge.failed` with a decline. */
export function makeCharge(
  world: World,
  intent: Stored<'payment_intent'>,
  method: Readonly<PaymentMethod>,
  decline?: Decline,
): Stored<'charge'> {
  forgetNextFailure(world, intent.customer)
  const succeeded = decline === undefined
  const charge = world.save('charge', {
    id: world.newId('ch_'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: succeeded ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: null,
    captured: succeeded,
    created: world.now(intent),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: succeeded && isDisputed(method),
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: null,
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid: succeeded,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: cardDetails(method, intent.amount),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: succeeded ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  })
  world.emit(succeeded ? 'charge.succeeded' : 'charge.failed', charge)
  return charge
}

/** The charge behind an id of a charge or of a payment intent. */
export function chargeOf(world: World, { charge, payment_intent }: { charge?: string; payment_intent?: string }) {
  if (charge) return world.need('charge', charge, 'charge')
  const intent: Readonly<PaymentIntent> = world.need('payment_intent', payment_intent ?? '', 'payment_intent')
  return world.need('charge', intent.latest_charge ?? '', 'payment_intent')
}
