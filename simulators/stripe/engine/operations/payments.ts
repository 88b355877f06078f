/** Payment intents, setup intents, charges, refunds, credit notes and the customer's balance. */
import type Stripe from 'stripe'
import { type Call, type Operations, type Stored, StripeFault, type World } from '../../world.ts'
import { adjustBalance } from '../balance.ts'
import { paymentMethodNamed } from '../cards.ts'
import { payInvoice } from '../collect.ts'
import { createCreditNote } from '../credit-notes.ts'
import { invalid, missing, notSimulated } from '../faults.ts'
import { inRange, mergeMetadata, pick, positive } from '../params.ts'
import { cancelPaymentIntent, confirmPaymentIntent, createPaymentIntent } from '../payment-intents.ts'
import { createRefund } from '../refunds.ts'
import { cancelSetupIntent, confirmSetupIntent, createSetupIntent, updateSetupIntent } from '../setup-intents.ts'
import { newestFirst, noSearch } from './subscriptions.ts'

type WithCustomer = 'payment_intent' | 'setup_intent' | 'charge' | 'refund' | 'credit_note'

/** Filtered by whatever of these parameters the object has as a field. */
const FILTERS = ['customer', 'payment_intent', 'charge', 'payment_method', 'invoice'] as const

const list =
  (kind: WithCustomer) =>
  ({ world, params }: Call) =>
    newestFirst(
      world.table(kind).filter((each) => {
        const object = each as unknown as Record<string, unknown>
        const matches = FILTERS.every((key) => params[key] === undefined || object[key] === params[key])
        return matches && inRange(each.created, params.created)
      }),
    )

const retrieve =
  (kind: WithCustomer) =>
  ({ world, path }: Call) =>
    world.need(kind, path.id as string)

function startPayment(world: World, params: Stripe.PaymentIntentCreateParams): Stored<'payment_intent'> {
  positive(params.amount, 'amount')
  if (params.capture_method === 'manual') throw notSimulated('capturing a payment later', 'capture_method')
  if (params.customer) world.need('customer', params.customer, 'customer')
  const method = params.payment_method ? paymentMethodNamed(world, params.payment_method).id : null
  const usage = params.setup_future_usage
  const intent = createPaymentIntent(world, {
    amount: params.amount,
    currency: params.currency,
    customer: params.customer ?? null,
    payment_method: method,
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
    receipt_email: params.receipt_email || null,
    setup_future_usage: usage || null,
  })
  return params.confirm ? confirmPaymentIntent(world, intent.id) : intent
}

/** The intent of an invoice is confirmed by paying the invoice. */
function confirm({ world, params, path }: Call): Stored<'payment_intent'> {
  const id = path.id as string
  const payment = world.table('invoice_payment').find((each) => each.payment.payment_intent === id)
  if (!payment) return confirmPaymentIntent(world, id, params)
  try {
    payInvoice(world, payment.invoice, pick(params, ['payment_method']) as { payment_method?: string })
  } catch (error) {
    // Asking the cardholder's bank is an answer here, not an error.
    const waits = error instanceof StripeFault && error.body.code === 'authentication_required'
    if (!waits) throw error
  }
  return world.need('payment_intent', id)
}

const intents: Operations = {
  'GET /v1/payment_intents': list('payment_intent'),
  'GET /v1/payment_intents/search': noSearch,
  'GET /v1/payment_intents/{id}': retrieve('payment_intent'),
  'POST /v1/payment_intents': ({ world, params }) => startPayment(world, params),
  'POST /v1/payment_intents/{id}': ({ world, params, path }) => {
    const intent = world.need('payment_intent', path.id as string, 'intent')
    const metadata = mergeMetadata(intent.metadata, params.metadata)
    const changes = pick(params as Partial<typeof intent>, ['amount', 'description', 'customer', 'payment_method'])
    return world.update('payment_intent', intent.id, { ...changes, metadata })
  },
  'POST /v1/payment_intents/{id}/confirm': confirm,
  'POST /v1/payment_intents/{id}/cancel': ({ world, params, path }) =>
    cancelPaymentIntent(world, path.id as string, params.cancellation_reason),
  'GET /v1/setup_intents': list('setup_intent'),
  'GET /v1/setup_intents/{id}': retrieve('setup_intent'),
  'POST /v1/setup_intents': ({ world, params }) => createSetupIntent(world, params),
  'POST /v1/setup_intents/{id}': ({ world, params, path }) => updateSetupIntent(world, path.id as string, params),
  'POST /v1/setup_intents/{id}/confirm': ({ world, params, path }) =>
    confirmSetupIntent(world, path.id as string, pick(params, ['payment_method']) as { payment_method?: string }),
  'POST /v1/setup_intents/{id}/cancel': ({ world, params, path }) =>
    cancelSetupIntent(world, path.id as string, params.cancellation_reason),
}

const charges: Operations = {
  'GET /v1/charges': list('charge'),
  'GET /v1/charges/search': noSearch,
  'GET /v1/charges/{id}': retrieve('charge'),
  'POST /v1/charges/{id}': ({ world, params, path }) => {
    const charge = world.need('charge', path.id as string)
    const changes = {
      ...pick(params as Partial<typeof charge>, ['description']),
      metadata: mergeMetadata(charge.metadata, params.metadata),
    }
    return world.update('charge', charge.id, changes, 'charge.updated')
  },
  'GET /v1/refunds': list('refund'),
  'GET /v1/refunds/{id}': retrieve('refund'),
  'POST /v1/refunds': ({ world, params }) => {
    if (!params.charge && !params.payment_intent) {
      throw invalid('One of the following params should be provided for this request: payment_intent or charge.')
    }
    return createRefund(world, params)
  },
  'POST /v1/refunds/{id}': ({ world, params, path }) => {
    const refund = world.need('refund', path.id as string)
    return world.update('refund', refund.id, { metadata: mergeMetadata(refund.metadata, params.metadata) })
  },
}

const creditNotes: Operations = {
  'GET /v1/credit_notes': list('credit_note'),
  'GET /v1/credit_notes/{id}': retrieve('credit_note'),
  'GET /v1/credit_notes/{id}/lines': ({ world, path }) => world.need('credit_note', path.id as string).lines.data,
  'POST /v1/credit_notes': ({ world, params }) => createCreditNote(world, params),
}

const balance: Operations = {
  'GET /v1/customers/{id}/balance_transactions': ({ world, path }) => {
    const { id } = world.need('customer', path.id as string, 'customer')
    return newestFirst(world.table('customer_balance_transaction').filter((each) => each.customer === id))
  },
  'POST /v1/customers/{id}/balance_transactions': ({ world, params, path }) =>
    adjustBalance(world, path.id as string, {
      amount: params.amount,
      currency: params.currency,
      type: 'adjustment',
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
    }),
  'GET /v1/customers/{customerId}/balance_transactions/{id}': ({ world, path }) => {
    const transaction = world.need('customer_balance_transaction', path.id as string)
    if (transaction.customer !== path.customerId) throw missing('customer balance transaction', transaction.id)
    return transaction
  },
}

export const paymentOperations: Operations = { ...intents, ...charges, ...creditNotes, ...balance }
