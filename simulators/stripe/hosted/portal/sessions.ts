/** `POST /v1/billing_portal/sessions`. */
import type Stripe from 'stripe'
import { defaultConfiguration } from '../../catalog/index.ts'
import { type Operations, type Stored, StripeFault, type World } from '../../world.ts'
import { assertAddress } from '../address.ts'
import type { PortalConfiguration, PortalSession } from '../objects.ts'
import { missing } from '../refusals.ts'

type Params = Stripe.BillingPortal.SessionCreateParams
type FlowData = NonNullable<Params['flow_data']>
type Flow = NonNullable<PortalSession['flow']>

const FLOWS = ['payment_method_update', 'subscription_update_confirm', 'subscription_cancel', 'subscription_update']

const unusable = (message: string, param?: string) => new StripeFault(400, { message, ...(param ? { param } : {}) })

function configurationFor(world: World, id: string | undefined): Stored<'billing_portal.configuration'> {
  if (id) {
    const configuration = world.need('billing_portal.configuration', id, 'configuration')
    if (configuration.active) return configuration
    throw unusable('The configuration is inactive. Only active configurations can be used.', 'configuration')
  }
  return defaultConfiguration(world)
}

function flowOf(world: World, given: FlowData, customer: string, configuration: PortalConfiguration): Flow {
  if (!FLOWS.includes(given.type))
    throw unusable(`The local Stripe does not simulate the flow \`${given.type}\`.`, 'flow_data[type]')
  assertFeature(given.type, configuration)
  const details = given.type === 'payment_method_update' ? undefined : given[given.type as 'subscription_cancel']
  const at = `flow_data[${given.type}]`
  if (given.type !== 'payment_method_update') {
    if (!details) throw missing(at)
    const subscription = world.need('subscription', details.subscription, `${at}[subscription]`)
    if (subscription.customer !== customer)
      throw unusable('The subscription is not one of this customer.', `${at}[subscription]`)
    if (['canceled', 'incomplete_expired'].includes(subscription.status))
      throw unusable('The subscription has ended and cannot be changed.', `${at}[subscription]`)
  }
  const confirm = given.type === 'subscription_update_confirm' ? given.subscription_update_confirm : undefined
  return {
    after_completion: afterCompletion(given.after_completion),
    customer_update: null,
    subscription_cancel:
      given.type === 'subscription_cancel' ? { retention: null, subscription: details?.subscription ?? '' } : null,
    subscription_pause: null,
    subscription_update: given.type === 'subscription_update' ? { subscription: details?.subscription ?? '' } : null,
    subscription_update_confirm: confirm ? confirmOf(world, confirm) : null,
    type: given.type,
  } as Flow
}

function confirmOf(
  world: World,
  { subscription: id, items, discounts }: NonNullable<FlowData['subscription_update_confirm']>,
) {
  const subscription = world.need('subscription', id)
  const at = 'flow_data[subscription_update_confirm]'
  if (discounts?.length) throw unusable('The local Stripe does not simulate discounts here.', `${at}[discounts]`)
  const [item] = items
  if (items.length !== 1 || !item) throw unusable('Pass exactly one item.', `${at}[items]`)
  if (!subscription.items.data.some((each) => each.id === item.id))
    throw unusable(`No such subscription item: '${item.id}'`, `${at}[items][0][id]`)
  if (item.price) world.need('price', item.price, `${at}[items][0][price]`)
  return {
    discounts: null,
    items: [
      {
        id: item.id,
        price: item.price ?? null,
        ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
      },
    ],
    subscription: id,
  }
}

function assertFeature(type: FlowData['type'], { features }: PortalConfiguration): void {
  const feature = {
    payment_method_update: 'payment_method_update',
    subscription_cancel: 'subscription_cancel',
    subscription_update: 'subscription_update',
    subscription_update_confirm: 'subscription_update',
  }[type as string] as 'payment_method_update' | undefined
  if (feature && features[feature].enabled) return
  throw unusable(
    `This session cannot be created because the portal configuration does not enable \`${feature}\`.`,
    'flow_data[type]',
  )
}

function afterCompletion(given: FlowData['after_completion']): Flow['after_completion'] {
  const type = given?.type ?? 'portal_homepage'
  if (type === 'redirect') {
    if (!given?.redirect?.return_url) throw missing('flow_data[after_completion][redirect][return_url]')
    assertAddress(given.redirect.return_url, 'flow_data[after_completion][redirect][return_url]')
  }
  return {
    hosted_confirmation:
      type === 'hosted_confirmation' ? { custom_message: given?.hosted_confirmation?.custom_message ?? null } : null,
    redirect: type === 'redirect' ? { return_url: given?.redirect?.return_url ?? '' } : null,
    type,
  } as Flow['after_completion']
}

export const portalOperations: Operations = {
  'POST /v1/billing_portal/sessions': ({ world, params }) => {
    const given = params as Params
    if (!given.customer) throw missing('customer')
    const customer = world.need('customer', given.customer, 'customer')
    const configuration = configurationFor(world, given.configuration)
    const back = given.return_url ?? configuration.default_return_url
    if (back) assertAddress(back, 'return_url')
    const id = world.newId('bps_')
    return world.save('billing_portal.session', {
      id,
      object: 'billing_portal.session',
      configuration: configuration.id,
      created: world.now(),
      customer: customer.id,
      customer_account: null,
      flow: given.flow_data ? flowOf(world, given.flow_data, customer.id, configuration) : null,
      livemode: false,
      locale: given.locale ?? null,
      on_behalf_of: null,
      return_url: back,
      url: `${world.settings.baseUrl}/p/session/${id}`,
    } as PortalSession)
  },
}
