/** Another price or quantity for a subscription: what is offered, what it would cost, and the change itself. */
import type Stripe from 'stripe'
import { needsAuthentication, previewInvoice, updateSubscription } from '../../engine/index.ts'
import { amountOf } from '../../engine/pricing.ts'
import { type Stored, StripeFault, type World } from '../../world.ts'
import { ask } from '../challenge/challenge.ts'
import type { Change } from '../objects.ts'
import { cardOf, type Portal, subscriptionOf } from './access.ts'
import { scheduleChange } from './schedule.ts'

type Subscription = Stored<'subscription'>

/** The portal changes subscriptions of one licensed price only, as Stripe's does. */
export function onlyItem({ items }: Subscription): Subscription['items']['data'][number] | undefined {
  const [item, ...others] = items.data
  return item && others.length === 0 && item.price.recurring?.usage_type !== 'metered' ? item : undefined
}

export interface Offer {
  price: Stored<'price'>
  minimum: number
  maximum: number
  adjustable: boolean
}

/** The prices of the configuration that the subscription may have; its own is among them if the quantity may change. */
export function offersFor(world: World, { features }: Portal, subscription: Subscription): Offer[] {
  const item = onlyItem(subscription)
  const { enabled, default_allowed_updates: allowed, products } = features.subscription_update
  if (!enabled || !item || subscription.schedule) return []
  const offers = (products ?? []).flatMap(({ prices, adjustable_quantity: { enabled, minimum, maximum } }) =>
    prices.flatMap((id) => {
      const price = world.table('price').get(id)
      const adjustable = enabled && allowed.includes('quantity')
      return price?.active && price.currency === subscription.currency
        ? [{ price, adjustable, minimum: minimum ?? 1, maximum: maximum ?? 999_999 }]
        : []
    }),
  )
  const own = offers.filter(({ price }) => price.id === item.price.id)
  const current =
    own.length > 0
      ? own
      : [{ price: item.price, adjustable: allowed.includes('quantity'), minimum: 1, maximum: 999_999 }]
  const others = allowed.includes('price') ? offers.filter(({ price }) => price.id !== item.price.id) : []
  return [...current.filter(({ adjustable }) => adjustable), ...others]
}

/** An hour, for which a previewed amount can be confirmed. */
const PREVIEW_SECONDS = 3600

export function assertOffered(world: World, portal: Portal, change: Change): Subscription {
  const subscription = subscriptionOf(world, portal, change.subscription)
  const item = onlyItem(subscription)
  const now = world.now(subscription)
  const offer = offersFor(world, portal, subscription).find(({ price }) => price.id === change.price)
  const given = portal.session.flow?.subscription_update_confirm?.items[0]
  const asked =
    given && (given.price ?? item?.price.id) === change.price && (given.quantity ?? item?.quantity) === change.quantity
  const fits = offer && (offer.adjustable ? inside(offer, change.quantity) : change.quantity === item?.quantity)
  if (!item || !(asked || fits)) throw new StripeFault(400, { message: 'This change is not offered.' })
  if (item.price.id === change.price && item.quantity === change.quantity)
    throw new StripeFault(400, { message: 'This is what you have already.', code: 'nothing_changes' })
  if (!(change.at <= now && change.at > now - PREVIEW_SECONDS))
    throw new StripeFault(400, { message: 'The amount was worked out too long ago. Look at it again.' })
  return subscription
}

const inside = ({ minimum, maximum }: Offer, quantity: number) =>
  Number.isSafeInteger(quantity) && quantity >= Math.max(minimum, 1) && quantity <= maximum

/** What both the preview and the change are made of. */
function terms({ features }: Portal, subscription: Subscription, { price, quantity, at }: Change) {
  const { proration_behavior, billing_cycle_anchor, trial_update_behavior } = features.subscription_update
  const endsTrial = subscription.status === 'trialing' && trial_update_behavior === 'end_trial'
  const resets = billing_cycle_anchor === 'now' || endsTrial
  return {
    items: [{ id: onlyItem(subscription)?.id ?? '', price, quantity }],
    proration_behavior,
    ...(billing_cycle_anchor === 'now' ? { billing_cycle_anchor: { type: 'now' as const } } : {}),
    ...(endsTrial ? { trial_end: 'now' as const } : {}),
    // Stripe takes no moment beside a cycle that starts now.
    ...(proration_behavior === 'none' || resets ? {} : { proration_date: at }),
  }
}

export function preview(world: World, portal: Portal, change: Change): Stored<'invoice'> {
  const subscription = assertOffered(world, portal, change)
  return previewInvoice(world, {
    customer: portal.customer.id,
    subscription: subscription.id,
    subscription_details: terms(portal, subscription, change),
  } as Stripe.InvoiceCreatePreviewParams) as Stored<'invoice'>
}

const DAYS: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 }

/** Whether the configuration keeps what was paid for until the period ends, because less is wanted from then on. */
export function waitsForPeriodEnd(world: World, { features }: Portal, change: Change): boolean {
  const item = onlyItem(world.need('subscription', change.subscription))
  const price = world.need('price', change.price)
  if (!item) return false
  const length = ({ recurring }: Stored<'price'>) =>
    (DAYS[recurring?.interval ?? 'month'] ?? 30) * (recurring?.interval_count ?? 1)
  return features.subscription_update.schedule_at_period_end.conditions.some(({ type }) =>
    type === 'shortening_interval'
      ? length(price) < length(item.price)
      : amountOf(price, change.quantity) < amountOf(item.price, item.quantity ?? 0),
  )
}

/** Makes the change; answers where the bank of the card asks first, if it does. */
export function changePlan(
  world: World,
  portal: Portal,
  change: Change,
  { authenticated = false } = {},
): { challenge?: string; scheduled?: boolean } {
  const subscription = assertOffered(world, portal, change)
  if (waitsForPeriodEnd(world, portal, change)) {
    scheduleChange(world, subscription, change)
    return { scheduled: true }
  }
  const card = cardOf(world, portal.customer, subscription)
  const due = preview(world, portal, change).amount_due
  const chargesNow = due > 0 && portal.features.subscription_update.proration_behavior === 'always_invoice'
  if (card && chargesNow && !authenticated && needsAuthentication(world, card.id, 'payment')) {
    const confirmed = { kind: 'change' as const, session: portal.session.id, ...change }
    return {
      challenge: ask(world, { payment_method: card.id, amount: due, currency: subscription.currency, confirmed }),
    }
  }
  const params = { ...terms(portal, subscription, change), payment_behavior: 'error_if_incomplete' as const }
  updateSubscription(world, subscription.id, params, { authenticated })
  return {}
}
