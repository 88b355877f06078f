/** What the payment of an invoice, or its failure, means for the subscription and the customer behind it. */
import type { Stored, World } from '../world.ts'
import { setDelinquent } from './balance.ts'
import { discountsLeft, runningDiscounts } from './discounts.ts'
import { forget, planAhead } from './due.ts'
import { endSubscription, isEnded } from './end.ts'
import { subscriptionIdOf } from './invoices.ts'
import type { Subscription } from './objects.ts'
import { revives } from './quirks.ts'

/** The changes that waited for a payment, now that it has come. */
function parkedChanges(
  { pending_update }: Stored<'subscription'>,
  items: Subscription['items'],
): Partial<Subscription> {
  if (!pending_update) return {}
  const { billing_cycle_anchor, subscription_items, trial_end, metadata, discounts, cancel_at_period_end } =
    pending_update
  return {
    pending_update: null,
    ...(subscription_items && { items: { ...items, data: subscription_items } }),
    ...(billing_cycle_anchor !== null && { billing_cycle_anchor }),
    ...(trial_end !== null && { trial_end, status: 'active' as const }),
    ...(metadata && { metadata }),
    ...(discounts && { discounts }),
    ...(cancel_at_period_end !== null && { cancel_at_period_end }),
  }
}

function activated(
  world: World,
  subscription: Stored<'subscription'>,
  invoice: Stored<'invoice'>,
): Partial<Subscription> {
  const now = world.now(subscription)
  if (subscription.status !== 'incomplete') return { status: 'active' }
  const running = runningDiscounts(world, subscription.discounts, now)
  return {
    status: subscription.trial_end !== null && subscription.trial_end > now ? 'trialing' : 'active',
    discounts: discountsLeft(running, invoice),
  }
}

/** `saved` is the card to be kept as the subscription's own. */
export function afterPayment(world: World, invoice: Stored<'invoice'>, saved: string | null = null): void {
  const subscription = world.table('subscription').get(subscriptionIdOf(invoice) ?? '')
  if (subscription && !isEnded(subscription)) {
    const waits = ['incomplete', 'past_due', 'unpaid'].includes(String(subscription.status))
    const isLatest = revives(invoice, subscription)
    const changes = {
      ...(waits && isLatest && activated(world, subscription, invoice)),
      ...(isLatest && parkedChanges(subscription, subscription.items)),
      ...(saved && { default_payment_method: saved }),
    }
    const after = world.update('subscription', subscription.id, changes, 'customer.subscription.updated')
    forget(world, after.id, ['subscription.incomplete_expiry'])
    if (subscription.pending_update && isLatest) {
      forget(world, after.id, ['subscription.pending_update_expiry'])
      world.emit('customer.subscription.pending_update_applied', after)
    }
    if (after !== subscription) planAhead(world, after)
  }
  setDelinquent(world, invoice, false)
}

/** `isLast` when no further attempt is planned after one that Stripe made by itself. */
export function afterFailure(
  world: World,
  invoice: Stored<'invoice'>,
  { automatic, isLast }: { automatic: boolean; isLast: boolean },
): void {
  const subscription = world.table('subscription').get(subscriptionIdOf(invoice) ?? '')
  if (invoice.billing_reason === 'subscription_create') return
  const falls = subscription?.status === 'active' || subscription?.status === 'trialing'
  if (subscription && falls && !subscription.pending_update) {
    world.update('subscription', subscription.id, { status: 'past_due' }, 'customer.subscription.updated')
  }
  if (!automatic) return
  setDelinquent(world, invoice, true)
  if (subscription && !isEnded(subscription) && !subscription.pending_update && isLast) giveUp(world, subscription.id)
}

function giveUp(world: World, id: string): void {
  const { afterLastRetry } = world.settings
  if (afterLastRetry === 'cancel') endSubscription(world, id, { reason: 'payment_failed' })
  if (afterLastRetry === 'unpaid') {
    world.update('subscription', id, { status: 'unpaid' }, 'customer.subscription.updated')
  }
}
