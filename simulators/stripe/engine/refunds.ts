/** Money given back. `amount_refunded` of a charge is what was given back altogether. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { chargeOf } from './charges.ts'
import { invalid } from './faults.ts'
import { mergeMetadata, positive } from './params.ts'

export function createRefund(world: World, params: Stripe.RefundCreateParams): Stored<'refund'> {
  const charge = chargeOf(world, params)
  if (charge.status !== 'succeeded') {
    throw invalid(`Charge ${charge.id} did not succeed, so it cannot be refunded.`, 'charge')
  }
  if (charge.refunded) {
    throw invalid(`Charge ${charge.id} has already been refunded.`, undefined, 'charge_already_refunded')
  }
  positive(params.amount, 'amount')
  const left = charge.amount - charge.amount_refunded
  const amount = params.amount ?? left
  if (amount > left) {
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount')
  }
  const refund = world.save('refund', {
    id: world.newId('re_'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: world.now(charge),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: { card: { type: 'refund' }, type: 'card' },
    metadata: mergeMetadata({}, params.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: params.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  })
  world.emit('refund.created', refund)
  const amount_refunded = charge.amount_refunded + amount
  const refunded = amount_refunded === charge.amount
  world.update('charge', charge.id, { amount_refunded, refunded }, 'charge.refunded')
  return refund
}
