/** What a portal session may show and touch: only what is its customer's, and what its configuration allows. */
import { type Stored, StripeFault, type World } from '../../world.ts'
import type { PortalConfiguration, PortalSession } from '../objects.ts'

const LIFETIME = 3600
const LIVE = ['active', 'trialing', 'past_due', 'unpaid', 'paused']

export interface Portal {
  session: PortalSession
  customer: Stored<'customer'>
  features: PortalConfiguration['features']
  configuration: PortalConfiguration
}

export function openPortal(world: World, id: string): Portal {
  const session = world.need('billing_portal.session', id)
  const customer = world.need('customer', session.customer)
  const configuration = world.need('billing_portal.configuration', session.configuration)
  if (world.now() > session.created + LIFETIME)
    throw new StripeFault(410, { message: 'This session has expired.', code: 'portal_session_expired' })
  return { session, customer, configuration, features: configuration.features }
}

export const subscriptionsOf = (world: World, { customer }: Portal): Stored<'subscription'>[] =>
  world
    .table('subscription')
    .filter((subscription) => subscription.customer === customer.id && LIVE.includes(subscription.status))
    .reverse()

export function subscriptionOf(world: World, portal: Portal, id: string): Stored<'subscription'> {
  const subscription = subscriptionsOf(world, portal).find((each) => each.id === id)
  if (subscription) return subscription
  throw new StripeFault(404, { message: `No such subscription: '${id}'`, code: 'resource_missing' })
}

export const invoicesOf = (world: World, { customer }: Portal): Stored<'invoice'>[] =>
  world
    .table('invoice')
    .filter((invoice) => invoice.customer === customer.id && invoice.status !== 'draft')
    .reverse()

export const isEnding = ({ cancel_at, cancel_at_period_end }: Stored<'subscription'>): boolean =>
  cancel_at !== null || cancel_at_period_end

export const periodEnd = ({ items }: Stored<'subscription'>): number =>
  Math.max(...items.data.map(({ current_period_end }) => current_period_end))

/** The card that the next invoice of a subscription is paid with. */
export function cardOf(world: World, customer: Stored<'customer'>, subscription?: Stored<'subscription'>) {
  const id = subscription?.default_payment_method ?? customer.invoice_settings.default_payment_method
  return id ? world.table('payment_method').get(id) : undefined
}

/** The card to pay an open invoice with: the one that was added last, since an older one has just failed. */
export function newestCard(world: World, customer: Stored<'customer'>, subscription?: Stored<'subscription'>) {
  const [own, standing] = [cardOf(world, customer, subscription), cardOf(world, customer)]
  return own && standing ? (own.created > standing.created ? own : standing) : (own ?? standing)
}

export function subscriptionBehind(world: World, { parent }: Stored<'invoice'>): Stored<'subscription'> | undefined {
  const id = parent?.subscription_details?.subscription
  return id ? world.table('subscription').get(id) : undefined
}
