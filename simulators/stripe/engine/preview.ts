/** The invoice that a change would bring, or the next one: worked out by what makes it, and kept nowhere. */
import type Stripe from 'stripe'
import { StripeFault, type World } from '../world.ts'
import { composeLastInvoice, unusedTime } from './cancel.ts'
import { type CreateParams, planCreation } from './create.ts'
import type { Applied } from './discounts.ts'
import { nextPeriodEnd } from './due.ts'
import { isEnded } from './end.ts'
import { invalid, missing, notSimulated } from './faults.ts'
import type { Invoice, InvoiceItem, Subscription } from './objects.ts'
import { pick } from './params.ts'
import { phaseParams } from './phases.ts'
import { planUpdate, type UpdateParams } from './plan.ts'
import { composeRenewal } from './renewal.ts'
import { phaseAt } from './schedules.ts'

export type PreviewParams = Omit<Stripe.InvoiceCreatePreviewParams, 'expand'>

const noneUpcoming = (customer: string) =>
  new StripeFault(404, { code: 'invoice_upcoming_none', message: `No upcoming invoices for customer: ${customer}` })

function preview(world: World, invoice: Invoice): Invoice {
  const id = world.newId('upcoming_in_')
  const data = invoice.lines.data.map((line) => ({ ...line, invoice: id }))
  return { ...invoice, id, lines: { ...invoice.lines, data, url: `/v1/invoices/upcoming/lines` } }
}

/** The renewal that comes next, in the phase that a schedule has in store for it. */
function nextInvoice(
  world: World,
  given: Readonly<Subscription>,
  options: { extra?: readonly InvoiceItem[]; applied?: readonly Applied[]; recurringOnly?: boolean } = {},
): Invoice {
  const at = nextPeriodEnd(given)
  const phase = phaseAt(world, given.schedule, at)
  const subscription = phase
    ? planUpdate(world, given, { items: phaseParams(world, given, phase).items ?? [], proration_behavior: 'none' })
        .after
    : given
  const ends = subscription.cancel_at !== null && subscription.cancel_at <= at
  if (ends) {
    const last = composeLastInvoice(world, subscription, { at, reason: 'upcoming', credits: options.extra ?? [] })
    if (!last) throw noneUpcoming(subscription.customer)
    return last
  }
  const { invoice } = composeRenewal(world, subscription, at, { ...options, reason: 'upcoming' })
  return { ...invoice, next_payment_attempt: at + world.settings.draftSeconds }
}

/** What `invoice.upcoming` tells: an invoice that has no id yet. */
export function upcomingInvoice(world: World, subscription: Readonly<Subscription>): Omit<Invoice, 'id'> {
  const { id: _, lines, ...invoice } = nextInvoice(world, subscription)
  return { ...invoice, lines: { ...lines, data: lines.data.map((line) => ({ ...line, invoice: null })) } }
}

const UPDATED = [
  'items',
  'proration_behavior',
  'proration_date',
  'trial_end',
  'cancel_at',
  'cancel_at_period_end',
] as const

function updateParams(params: PreviewParams): UpdateParams {
  const details = params.subscription_details ?? {}
  const anchor = details.billing_cycle_anchor
  if (anchor?.type === 'timestamp')
    throw notSimulated('an anchor at a timestamp', 'subscription_details[billing_cycle_anchor]')
  return {
    ...pick(details, UPDATED),
    ...(anchor && { billing_cycle_anchor: { type: anchor.type as 'now' | 'unchanged' } }),
    ...(params.discounts !== undefined && { discounts: params.discounts }),
  } as UpdateParams
}

function ofSubscription(world: World, id: string, params: PreviewParams): Invoice {
  const subscription = world.need('subscription', id, 'subscription')
  if (isEnded(subscription)) throw noneUpcoming(subscription.customer)
  const details = params.subscription_details ?? {}
  if (details.cancel_now) {
    const at = details.proration_date ?? world.now(subscription)
    const credits = details.proration_behavior === 'none' ? [] : unusedTime(world, subscription, at)
    const last = composeLastInvoice(world, subscription, { at, reason: 'subscription_update', credits })
    if (!last) throw noneUpcoming(subscription.customer)
    return last
  }
  const plan = planUpdate(world, subscription, updateParams(params))
  if (plan.invoice && params.preview_mode !== 'recurring') return plan.invoice
  const recurringOnly = params.preview_mode === 'recurring'
  return nextInvoice(world, plan.after, { extra: plan.items, applied: plan.applied, recurringOnly })
}

function ofCustomer(world: World, params: PreviewParams): Invoice {
  const { customer, discounts, subscription_details: details } = params
  if (!customer) throw invalid('You must pass a customer or a subscription.', 'customer', 'parameter_missing')
  if (details?.items) {
    const given = pick(details, ['items', 'trial_end', 'proration_behavior', 'cancel_at_period_end'])
    return planCreation(world, { ...given, customer, ...(discounts && { discounts }) } as CreateParams).invoice
  }
  world.need('customer', customer, 'customer')
  const live = world.table('subscription').filter((each) => each.customer === customer && !isEnded(each))
  const [next] = live.toSorted((a, b) => nextPeriodEnd(a) - nextPeriodEnd(b))
  if (!next) throw noneUpcoming(customer)
  return ofSubscription(world, next.id, params)
}

export function previewInvoice(world: World, params: PreviewParams): Invoice {
  if (params.schedule || params.schedule_details) throw notSimulated('previews of schedules', 'schedule')
  if (params.invoice_items?.length) throw notSimulated('invoice items in a preview', 'invoice_items')
  if (!params.subscription) return preview(world, ofCustomer(world, params))
  const { customer } = world.need('subscription', params.subscription, 'subscription')
  if (params.customer && params.customer !== customer)
    throw missing('subscription', params.subscription, 'subscription')
  return preview(world, ofSubscription(world, params.subscription, params))
}
