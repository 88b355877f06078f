/** The engine: subscriptions and what they bill. What the server mounts, and what the hosted pages use. */
import type { Includable, Operations, Stored, World } from '../world.ts'
import { endSubscription, isEnded } from './end.ts'
import { paymentOf } from './invoices.ts'
import type { Invoice } from './objects.ts'
import { invoiceOperations } from './operations/invoices.ts'
import { paymentOperations } from './operations/payments.ts'
import { newestFirst, subscriptionOperations } from './operations/subscriptions.ts'

export { cancelSubscription } from './cancel.ts'
export {
  attachPaymentMethod,
  cardTable,
  createCard,
  failNextPayment,
  needsAuthentication,
  paymentMethodNamed,
  wellKnownNumber,
} from './cards.ts'
export { failInvoiceAuthentication, payInvoice } from './collect.ts'
export { createSubscription, planCreation } from './create.ts'
export { confirmPaymentIntent, createPaymentIntent, failAuthentication } from './payment-intents.ts'
export { previewInvoice } from './preview.ts'
export { confirmSetupIntent, setupIntentFor } from './setup-intents.ts'
export { updateSubscription } from './update.ts'
export { usageOf } from './usage.ts'
export { engineDue } from './work.ts'

export const engineOperations: Operations = { ...subscriptionOperations, ...invoiceOperations, ...paymentOperations }

const listOf = (data: readonly object[], url: string) => ({ object: 'list', data, has_more: false, url })

function confirmationSecret(world: World, { id }: Invoice): object | null {
  const intent = world.table('payment_intent').get(paymentOf(world, id)?.payment.payment_intent ?? '')
  return intent?.client_secret ? { client_secret: intent.client_secret, type: 'payment_intent' } : null
}

export const engineIncludable: Includable = {
  'invoice.payments': (world, { id }: Invoice) =>
    listOf(
      world.table('invoice_payment').filter(({ invoice }) => invoice === id),
      `/v1/invoice_payments?invoice=${id}`,
    ),
  'invoice.confirmation_secret': confirmationSecret,
  'customer.subscriptions': (world, { id }: Stored<'customer'>) =>
    listOf(
      newestFirst(world.table('subscription').filter((each) => each.customer === id && !isEnded(each))),
      `/v1/customers/${id}/subscriptions`,
    ),
  'charge.refunds': (world, { id }: Stored<'charge'>) =>
    listOf(newestFirst(world.table('refund').filter(({ charge }) => charge === id)), `/v1/charges/${id}/refunds`),
}

/** The live subscriptions of a customer that is being deleted end at once. */
export function customerDeleted(world: World, id: string): void {
  const live = world.table('subscription').filter((each) => each.customer === id && !isEnded(each))
  for (const subscription of live) endSubscription(world, subscription.id, { reason: 'cancellation_requested' })
}
