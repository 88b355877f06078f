/** What happens at the end of a period: the next one begins and is invoiced, a trial ends, or the subscription does. */
import type { Stored, World } from '../world.ts'
import { endAtDate } from './cancel.ts'
import { advanceInvoice, attemptPayment, defaultMethod } from './collect.ts'
import { composeInvoice } from './compose.ts'
import { type Applied, discountsLeft, runningDiscounts } from './discounts.ts'
import { nextPeriodEnd, planAhead } from './due.ts'
import { endSubscription, isEnded } from './end.ts'
import {
  finalizeInvoice,
  issueInvoice,
  markUncollectible,
  pendingInvoiceItems,
  subscriptionIdOf,
  voidInvoice,
} from './invoices.ts'
import { itemList, recurrenceOf } from './items.ts'
import { lineOfInvoiceItem } from './lines.ts'
import type { Invoice, InvoiceItem, Subscription, SubscriptionItem } from './objects.ts'
import { periodLines } from './plan.ts'
import { phaseDue } from './schedules.ts'
import { periodAt } from './time.ts'

export interface Renewal {
  items: SubscriptionItem[]
  invoice: Invoice
  applied: readonly Applied[]
}

interface RenewalOptions {
  /** Invoice items that are not kept yet. */
  extra?: readonly InvoiceItem[]
  reason?: Invoice['billing_reason']
  /** The discounts in place of the subscription's own. */
  applied?: readonly Applied[]
  /** Without what waits for the next invoice. */
  recurringOnly?: boolean
}

/** The renewal at a moment, of the items whose period ends by then. Nothing is kept: a preview shows the same. */
export function composeRenewal(
  world: World,
  subscription: Readonly<Subscription>,
  at: number,
  { extra = [], reason = 'subscription_cycle', applied: given, recurringOnly = false }: RenewalOptions = {},
): Renewal {
  const ended = subscription.items.data.filter((item) => item.current_period_end <= at)
  const items = subscription.items.data.map((item) => {
    if (!ended.includes(item)) return item
    const { start, end } = periodAt(subscription.billing_cycle_anchor, recurrenceOf(item.price), at)
    return { ...item, current_period_start: start, current_period_end: end }
  })
  const renewed = items.filter((item) => ended.some(({ id }) => id === item.id))
  const waiting = recurringOnly ? [] : [...pendingInvoiceItems(world, subscription.customer, subscription.id), ...extra]
  const stillRuns = ({ discount }: Applied) => discount.end === null || discount.end > at
  const applied = given?.filter(stillRuns) ?? runningDiscounts(world, subscription.discounts, at)
  const period = { start: Math.min(...ended.map((item) => item.current_period_start)), end: at }
  const invoice = composeInvoice(world, {
    customer: world.need('customer', subscription.customer),
    subscription,
    lines: [...waiting.map((item) => lineOfInvoiceItem(world, item)), ...periodLines(world, subscription, renewed)],
    applied,
    billing_reason: reason,
    at,
    period,
    currency: subscription.currency,
  })
  return { items, invoice, applied }
}

function renew(world: World, subscription: Stored<'subscription'>): void {
  const now = world.now(subscription)
  const { items, invoice, applied } = composeRenewal(world, subscription, now)
  const isCollected = subscription.status !== 'unpaid' && subscription.pause_collection?.behavior !== 'keep_as_draft'
  issueInvoice(world, {
    ...invoice,
    auto_advance: isCollected,
    automatically_finalizes_at: isCollected ? now + world.settings.draftSeconds : null,
  })
  const after = world.update(
    'subscription',
    subscription.id,
    {
      items: itemList(subscription.id, items),
      latest_invoice: invoice.id,
      discounts: discountsLeft(applied, invoice),
      ...(subscription.status === 'trialing' && { status: 'active' as const }),
    },
    'customer.subscription.updated',
  )
  planAhead(world, after)
}

/** True when the trial ends and nobody can be charged, and that is the end of it for now. */
function endsWithoutMethod(world: World, subscription: Stored<'subscription'>): boolean {
  if (defaultMethod(world, subscription.customer, subscription)) return false
  const behaviour = subscription.trial_settings?.end_behavior.missing_payment_method
  if (behaviour === 'cancel') {
    endSubscription(world, subscription.id)
    return true
  }
  if (behaviour !== 'pause') return false
  pause(world, subscription, 'trial_end_without_payment_method')
  return true
}

type PauseReason = NonNullable<Subscription['status_details']>['paused']['subscription']['type']

export function pause(world: World, subscription: Stored<'subscription'>, type: PauseReason): Stored<'subscription'> {
  const paused = { subscription: { type }, transitioned_at: world.now(subscription), type: 'subscription' as const }
  const changes = { status: 'paused', status_details: { paused } } as const
  const after = world.update('subscription', subscription.id, changes, 'customer.subscription.paused')
  planAhead(world, after)
  return after
}

export function runCycle(world: World, id: string): void {
  const found = world.table('subscription').get(id)
  if (!found || isEnded(found)) return
  const now = world.now(found)
  if (found.cancel_at !== null && found.cancel_at <= now) {
    endAtDate(world, id)
    return
  }
  phaseDue(world, found.schedule)
  const subscription = world.need('subscription', id)
  // A phase that begins a period of its own has been invoiced already.
  if (isEnded(subscription) || nextPeriodEnd(subscription) > now) return
  const trialEnds =
    subscription.status === 'trialing' && subscription.trial_end !== null && subscription.trial_end <= now
  if (trialEnds && subscription.collection_method === 'charge_automatically' && endsWithoutMethod(world, subscription))
    return
  renew(world, subscription)
}

/** An hour after the renewal: the draft becomes an invoice and is collected, unless collection is paused. */
export function advanceDraft(world: World, id: string): void {
  const invoice = world.table('invoice').get(id)
  if (invoice?.status !== 'draft' || !world.table('customer').get(invoice.customer ?? '')) return
  const behaviour = world.table('subscription').get(subscriptionIdOf(invoice) ?? '')?.pause_collection?.behavior
  if (behaviour === undefined) advanceInvoice(world, id)
  if (behaviour === undefined || behaviour === 'keep_as_draft') return
  const { status } = finalizeInvoice(world, id)
  if (status === 'paid') attemptPayment(world, id)
  else if (behaviour === 'void') voidInvoice(world, id)
  else markUncollectible(world, id)
}
