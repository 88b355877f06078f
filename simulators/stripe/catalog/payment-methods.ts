/** Payment methods as objects of the API; what a card does when it is charged is the engine's. */
import { attachPaymentMethod, createCard, paymentMethodNamed, wellKnownNumber } from '../engine/index.ts'
import { type Operations, type Stored, StripeFault, type World } from '../world.ts'
import { addressOf, matches, metadataOf, notSimulated, type Params, refuse, text } from './fields.ts'

type PaymentMethod = Stored<'payment_method'>

function billingDetailsOf(given: Params, current: PaymentMethod['billing_details']): PaymentMethod['billing_details'] {
  const field = (key: 'email' | 'name' | 'phone' | 'tax_id') =>
    given[key] === undefined ? current[key] : text(given[key])
  return {
    address: given.address === undefined ? current.address : addressOf(given.address),
    email: field('email'),
    name: field('name'),
    phone: field('phone'),
    tax_id: field('tax_id'),
  }
}

function create(world: World, params: Params): PaymentMethod {
  if (params.payment_method) return paymentMethodNamed(world, params.payment_method)
  if (params.type !== 'card') throw refuse('The local Stripe knows payment methods of the type card only.', 'type')
  const { token, number, exp_month, exp_year } = params.card ?? {}
  const known = number ?? wellKnownNumber(token ?? '')
  if (!known)
    throw new StripeFault(400, { code: 'resource_missing', message: `No such token: '${token}'`, param: 'card[token]' })
  const card = createCard(world, known, { exp_month, exp_year })
  return world.update('payment_method', card.id, {
    allow_redisplay: params.allow_redisplay ?? card.allow_redisplay,
    billing_details: billingDetailsOf(params.billing_details ?? {}, card.billing_details),
    metadata: metadataOf(params.metadata),
  })
}

function update(world: World, id: string, params: Params): PaymentMethod {
  notSimulated(params, ['us_bank_account'])
  const method = world.need('payment_method', id)
  if (method.customer === null) {
    throw refuse('You must save this PaymentMethod to a customer before you can update it.')
  }
  const { exp_month, exp_year } = params.card ?? {}
  const changes = {
    allow_redisplay: params.allow_redisplay ?? method.allow_redisplay,
    billing_details: billingDetailsOf(params.billing_details ?? {}, method.billing_details),
    ...(method.card && {
      card: {
        ...method.card,
        exp_month: exp_month ?? method.card.exp_month,
        exp_year: exp_year ?? method.card.exp_year,
      },
    }),
    metadata: metadataOf(params.metadata, method.metadata),
  }
  return world.update('payment_method', id, changes as Partial<PaymentMethod>, 'payment_method.updated')
}

/** Nothing is charged to it any more: also those that named it as theirs forget it. */
function detach(world: World, id: string): PaymentMethod {
  const method = world.need('payment_method', id)
  if (typeof method.customer !== 'string') {
    throw refuse('The payment method you provided is not attached to a customer so detachment is impossible.')
  }
  const customer = world.need('customer', method.customer)
  if (customer.invoice_settings.default_payment_method === id) {
    const invoice_settings = { ...customer.invoice_settings, default_payment_method: null }
    world.update('customer', customer.id, { invoice_settings }, 'customer.updated')
  }
  for (const subscription of world.table('subscription').filter((each) => each.default_payment_method === id)) {
    world.update('subscription', subscription.id, { default_payment_method: null }, 'customer.subscription.updated')
  }
  world.update('payment_method', id, { customer: null })
  const detached = world.need('payment_method', id)
  world.emit('payment_method.detached', detached, { customer: customer.id })
  return detached
}

function listed(world: World, customer: string, params: Params): PaymentMethod[] {
  world.need('customer', customer, 'customer')
  return world
    .table('payment_method')
    .filter(
      (method) =>
        method.customer === customer &&
        matches(method.type, params.type) &&
        matches(method.allow_redisplay, params.allow_redisplay),
    )
    .reverse()
}

function ofCustomer(world: World, customer: string, id: string): PaymentMethod {
  const method = world.need('payment_method', id)
  // As if it did not exist: it is none of theirs.
  return method.customer === customer ? method : world.need('payment_method', `${id} of ${customer}`)
}

export const paymentMethodOperations: Operations = {
  'POST /v1/payment_methods': ({ world, params }) => create(world, params),
  'GET /v1/payment_methods/{id}': ({ world, path }) => world.need('payment_method', path.id as string),
  'POST /v1/payment_methods/{id}': ({ world, params, path }) => update(world, path.id as string, params),
  'POST /v1/payment_methods/{id}/attach': ({ world, params, path }) => {
    notSimulated(params, ['customer_account'])
    return attachPaymentMethod(world, path.id as string, params.customer ?? '')
  },
  'POST /v1/payment_methods/{id}/detach': ({ world, path }) => detach(world, path.id as string),
  'GET /v1/payment_methods': ({ world, params }) =>
    params.customer === undefined ? [] : listed(world, params.customer, params),
  'GET /v1/customers/{id}/payment_methods': ({ world, params, path }) => listed(world, path.id as string, params),
  'GET /v1/customers/{customerId}/payment_methods/{id}': ({ world, path }) =>
    ofCustomer(world, path.customerId as string, path.id as string),
}
