/** What customers may do in the portal. Without a configuration of its own an account has the default one. */
import type { Operations, Stored, World } from '../world.ts'
import { matches, metadataOf, type Params, refuse, text } from './fields.ts'

type Configuration = Stored<'billing_portal.configuration'>
type Features = Configuration['features']

const kind = 'billing_portal.configuration'

const NOTHING_ALLOWED: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: {
      enabled: false,
      feedback_options: null,
      options: ['too_expensive', 'missing_features', 'switched_service', 'unused', 'other'],
    },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    products: [],
    proration_behavior: 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  },
}

/** Everything but changing plans, which needs to be told which. */
const DEFAULT_FEATURES: Features = {
  ...NOTHING_ALLOWED,
  customer_update: { allowed_updates: ['email', 'name', 'address', 'phone', 'tax_id'], enabled: true },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true, payment_method_configuration: null },
  subscription_cancel: { ...NOTHING_ALLOWED.subscription_cancel, enabled: true },
}

/** Given features laid over the current ones, level by level; '' empties a list. */
function laidOver(current: unknown, given: unknown): unknown {
  if (given === undefined) return current
  if (given === '') return Array.isArray(current) ? [] : null
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return given
  const merged: Record<string, unknown> = { ...(current as object) }
  for (const [key, value] of Object.entries(given)) merged[key] = laidOver(merged[key], value)
  return merged
}

type Products = NonNullable<Features['subscription_update']['products']>

function featuresOf(world: World, current: Features, given: Params): Features {
  const features = laidOver(current, given) as Features
  const products = (features.subscription_update.products ?? []).map(({ product, prices, adjustable_quantity }) => {
    world.need('product', product, 'features[subscription_update][products]')
    for (const price of prices) world.need('price', price, 'features[subscription_update][products]')
    const {
      enabled = false,
      maximum = null,
      minimum = 1,
    } = (adjustable_quantity ?? {}) as Partial<Products[number]['adjustable_quantity']>
    return { adjustable_quantity: { enabled, maximum, minimum }, prices, product }
  })
  if (features.subscription_update.enabled && products.length === 0) {
    throw refuse('Changing plans in the portal needs products.', 'features[subscription_update][products]')
  }
  return { ...features, subscription_update: { ...features.subscription_update, products } }
}

function businessProfileOf(given: Params, current: Configuration['business_profile']) {
  const field = (key: keyof typeof current) => (given?.[key] === undefined ? current[key] : text(given[key]))
  return {
    headline: field('headline'),
    privacy_policy_url: field('privacy_policy_url'),
    terms_of_service_url: field('terms_of_service_url'),
  }
}

function loginPageOf(world: World, id: string, enabled: boolean) {
  return { enabled, url: enabled ? `${world.settings.baseUrl}/p/login/${id}` : null }
}

function create(world: World, params: Params, base = NOTHING_ALLOWED): Configuration {
  const [id, now] = [world.newId('bpc_'), world.now()]
  const configuration = world.save(kind, {
    id,
    object: kind,
    active: true,
    application: null,
    business_profile: businessProfileOf(params.business_profile, {
      headline: null,
      privacy_policy_url: null,
      terms_of_service_url: null,
    }),
    created: now,
    default_return_url: text(params.default_return_url),
    features: featuresOf(world, base, params.features),
    is_default: base === DEFAULT_FEATURES,
    livemode: false,
    login_page: loginPageOf(world, id, params.login_page?.enabled ?? false),
    metadata: metadataOf(params.metadata),
    name: text(params.name),
    updated: now,
  })
  world.emit('billing_portal.configuration.created', configuration)
  return configuration
}

/** The one that a portal session has when none is named. */
export function defaultConfiguration(world: World): Configuration {
  return world.table(kind).find(({ is_default }) => is_default) ?? create(world, {}, DEFAULT_FEATURES)
}

function update(world: World, id: string, params: Params): Configuration {
  const configuration = world.need(kind, id)
  if (params.active === false && configuration.is_default) {
    throw refuse('The default configuration cannot be deactivated.', 'active')
  }
  const changes = {
    active: params.active ?? configuration.active,
    business_profile: businessProfileOf(params.business_profile, configuration.business_profile),
    default_return_url:
      params.default_return_url === undefined ? configuration.default_return_url : text(params.default_return_url),
    features: featuresOf(world, configuration.features, params.features),
    login_page: loginPageOf(world, id, params.login_page?.enabled ?? configuration.login_page.enabled),
    metadata: metadataOf(params.metadata, configuration.metadata),
    name: params.name === undefined ? configuration.name : text(params.name),
    updated: world.now(),
  }
  return world.update(kind, id, changes, 'billing_portal.configuration.updated')
}

export const portalConfigurationOperations: Operations = {
  'POST /v1/billing_portal/configurations': ({ world, params }) => create(world, params),
  'GET /v1/billing_portal/configurations/{id}': ({ world, path }) => world.need(kind, path.id as string),
  'POST /v1/billing_portal/configurations/{id}': ({ world, params, path }) => update(world, path.id as string, params),
  'GET /v1/billing_portal/configurations': ({ world, params }) =>
    world
      .table(kind)
      .filter(({ active, is_default }) => matches(active, params.active) && matches(is_default, params.is_default))
      .reverse(),
}
