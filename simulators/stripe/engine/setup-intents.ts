/** Setup intents: a card saved for later, confirmed with the cardholder's bank where it asks for it. */
import type Stripe from 'stripe'
import type { Stored, World } from '../world.ts'
import { attachPaymentMethod, needsAuthentication, paymentMethodNamed } from './cards.ts'
import { invalid } from './faults.ts'
import type { SetupIntent } from './objects.ts'
import { mergeMetadata, pick } from './params.ts'

export function createSetupIntent(world: World, params: Stripe.SetupIntentCreateParams): Stored<'setup_intent'> {
  const id = world.newId('seti_')
  const customer = params.customer ? world.need('customer', params.customer, 'customer') : null
  const method = params.payment_method ? paymentMethodNamed(world, params.payment_method) : null
  const intent = world.save('setup_intent', {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${world.newId('')}`,
    created: world.now(customer),
    customer: customer?.id ?? null,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: mergeMetadata({}, params.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    usage: params.usage ?? 'off_session',
  })
  world.emit('setup_intent.created', intent)
  return params.confirm ? confirmSetupIntent(world, id) : intent
}

const mustBeOpen = ({ status }: Stored<'setup_intent'>, verb: string) => {
  if (String(status).startsWith('requires_')) return
  const message = `You cannot ${verb} this SetupIntent because it has a status of ${status}.`
  throw invalid(message, undefined, 'setup_intent_unexpected_state')
}

export function confirmSetupIntent(
  world: World,
  id: string,
  given: { payment_method?: string; authenticated?: boolean } = {},
): Stored<'setup_intent'> {
  const intent = world.need('setup_intent', id, 'intent')
  mustBeOpen(intent, 'confirm')
  const named = given.payment_method ?? intent.payment_method
  if (!named)
    throw invalid('You cannot confirm this SetupIntent because it is missing a payment method.', 'payment_method')
  const payment_method = paymentMethodNamed(world, named).id
  if (!given.authenticated && needsAuthentication(world, payment_method, 'setup')) {
    const url = `${world.settings.baseUrl}/3ds/${id}`
    const next_action = { type: 'redirect_to_url', redirect_to_url: { return_url: null, url } }
    const waiting = { status: 'requires_action', payment_method, next_action } as const
    return world.update('setup_intent', id, waiting, 'setup_intent.requires_action')
  }
  const succeeded = { status: 'succeeded', payment_method, next_action: null } as const
  const after = world.update('setup_intent', id, succeeded, 'setup_intent.succeeded')
  if (intent.customer) attachPaymentMethod(world, payment_method, intent.customer)
  return after
}

export function cancelSetupIntent(
  world: World,
  id: string,
  cancellation_reason: SetupIntent['cancellation_reason'] = null,
): Stored<'setup_intent'> {
  mustBeOpen(world.need('setup_intent', id, 'intent'), 'cancel')
  const cancelled = { status: 'canceled', cancellation_reason, next_action: null } as const
  return world.update('setup_intent', id, cancelled, 'setup_intent.canceled')
}

export function updateSetupIntent(
  world: World,
  id: string,
  params: Stripe.SetupIntentUpdateParams,
): Stored<'setup_intent'> {
  const intent = world.need('setup_intent', id, 'intent')
  const metadata = mergeMetadata(intent.metadata, params.metadata)
  return world.update('setup_intent', id, { ...pick(params, ['description', 'customer', 'payment_method']), metadata })
}

/** A card that was set up on a hosted page, where the cardholder's bank has been asked already. */
export function setupIntentFor(
  world: World,
  {
    customer,
    payment_method,
    usage,
  }: { customer: string; payment_method: string; usage?: 'off_session' | 'on_session' },
): Stored<'setup_intent'> {
  const intent = createSetupIntent(world, { customer, payment_method, ...(usage && { usage }) })
  return confirmSetupIntent(world, intent.id, { authenticated: true })
}
