/** A new card: the customer's default, or the own card of one subscription. */
import { attachPaymentMethod, needsAuthentication, setupIntentFor, updateSubscription } from '../../engine/index.ts'
import type { World } from '../../world.ts'
import { ask } from '../challenge/challenge.ts'
import { type Portal, subscriptionOf } from './access.ts'

/** A card that a subscription brought from its checkout goes before the customer's default, so it has to be named. */
export function saveCard(
  world: World,
  portal: Portal,
  card: string,
  subscriptionId: string | null,
  { authenticated = false } = {},
): { challenge?: string } {
  const customer = portal.customer.id
  if (!authenticated && needsAuthentication(world, card, 'setup')) {
    const confirmed = { kind: 'card' as const, session: portal.session.id, subscription: subscriptionId }
    return { challenge: ask(world, { payment_method: card, amount: null, currency: null, confirmed }) }
  }
  setupIntentFor(world, { customer, payment_method: card, usage: 'off_session' })
  attachPaymentMethod(world, card, customer)
  const subscription = subscriptionId ? subscriptionOf(world, portal, subscriptionId) : undefined
  if (subscription?.default_payment_method) {
    updateSubscription(world, subscription.id, { default_payment_method: card })
  } else {
    const settings = { ...portal.customer.invoice_settings, default_payment_method: card }
    world.update('customer', customer, { invoice_settings: settings }, 'customer.updated')
  }
  return {}
}
