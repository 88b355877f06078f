/** Carries out what a plan says: the change, its invoice, and the payment that decides whether the change stays. */
import type { Stored, World } from '../world.ts'
import { customersCard, forgetNextFailure } from './cards.ts'
import { advanceInvoice, attemptPayment, defaultMethod, wouldBePaid } from './collect.ts'
import { keepDiscounts } from './discounts.ts'
import { announceTrialEnd, forget, planAhead, scheduleFor } from './due.ts'
import { isEnded } from './end.ts'
import { cardError, invalid } from './faults.ts'
import { finalizeInvoice, issueInvoice } from './invoices.ts'
import type { InvoiceItem, Subscription } from './objects.ts'
import { mergeMetadata } from './params.ts'
import { type Plan, planUpdate, type UpdateParams } from './plan.ts'
import { SECONDS_TO_PAY } from './quirks.ts'

/** Given on a hosted page, where the cardholder's bank has been asked already. */
export interface UpdateOptions {
  authenticated?: boolean
}

const CAN_WAIT = new Set([
  'items',
  'proration_behavior',
  'proration_date',
  'payment_behavior',
  'billing_cycle_anchor',
  'trial_end',
  'off_session',
  'metadata',
  'discounts',
])

function mustBeAllowed(subscription: Stored<'subscription'>, params: UpdateParams): void {
  const given = Object.keys(params).filter((key) => key !== 'expand')
  if (isEnded(subscription) && given.some((key) => key !== 'metadata' && key !== 'cancellation_details')) {
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.')
  }
  if (params.payment_behavior === 'pending_if_incomplete' && given.some((key) => !CAN_WAIT.has(key))) {
    const message =
      'When `payment_behavior` is set to `pending_if_incomplete`, only attributes that can wait may be changed.'
    throw invalid(message, 'payment_behavior')
  }
  if (subscription.schedule && (params.cancel_at !== undefined || params.cancel_at_period_end !== undefined)) {
    throw invalid(
      `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
    )
  }
}

export function keepInvoiceItems(world: World, items: readonly InvoiceItem[]): void {
  for (const item of items) world.emit('invoiceitem.created', world.save('invoiceitem', item))
}

function updateEnded(world: World, subscription: Stored<'subscription'>, params: UpdateParams): Stored<'subscription'> {
  const { after } = planUpdate(world, subscription, { cancellation_details: params.cancellation_details ?? {} })
  const { cancellation_details } = after
  const metadata = mergeMetadata(subscription.metadata, params.metadata)
  return world.update(
    'subscription',
    subscription.id,
    { metadata, cancellation_details },
    'customer.subscription.updated',
  )
}

/** The change waits in `pending_update` until its invoice is paid, or until it expires. */
function park(world: World, before: Stored<'subscription'>, plan: Plan, params: UpdateParams): void {
  const { after } = plan
  const expires_at = world.now(before) + SECONDS_TO_PAY
  const pending_update: Subscription['pending_update'] = {
    billing_cycle_anchor:
      after.billing_cycle_anchor === before.billing_cycle_anchor ? null : after.billing_cycle_anchor,
    cancel_at_period_end: null,
    discount: null,
    discounts: params.discounts === undefined ? null : after.discounts,
    expires_at,
    metadata: params.metadata === undefined ? null : after.metadata,
    subscription_items: after.items.data,
    trial_end: after.trial_end === before.trial_end ? null : after.trial_end,
    trial_from_plan: null,
  }
  const changes = { pending_update, latest_invoice: after.latest_invoice }
  const parked = world.update('subscription', before.id, changes, 'customer.subscription.updated')
  scheduleFor(world, parked, 'subscription.pending_update_expiry', expires_at)
  keepDiscounts(world, plan.applied)
  keepInvoiceItems(world, plan.items)
  if (!plan.invoice) return
  const invoice = issueInvoice(world, { ...plan.invoice, auto_advance: false })
  advanceInvoice(world, invoice.id, { automatic: false })
}

function apply(world: World, before: Stored<'subscription'>, plan: Plan): Stored<'subscription'> {
  keepDiscounts(world, plan.applied)
  const after = world.update('subscription', before.id, plan.after, 'customer.subscription.updated')
  if (plan.endsTrial) {
    forget(world, after.id, ['subscription.trial_will_end'])
    world.emit('customer.subscription.trial_will_end', after)
  } else if (after.trial_end !== before.trial_end) announceTrialEnd(world, after)
  keepInvoiceItems(world, plan.items)
  const resumes = after.pause_collection?.resumes_at
  if (resumes) scheduleFor(world, after, 'subscription.resume_collection', resumes)
  planAhead(world, after)
  return after
}

function collect(
  world: World,
  after: Stored<'subscription'>,
  plan: Plan,
  params: UpdateParams,
  options: UpdateOptions,
): void {
  if (!plan.invoice) return
  const invoice = issueInvoice(world, plan.invoice)
  if (params.payment_behavior === 'default_incomplete' && invoice.amount_due > 0) {
    finalizeInvoice(world, invoice.id, defaultMethod(world, after.customer, after)?.id)
    world.update('subscription', after.id, { status: 'past_due' }, 'customer.subscription.updated')
    return
  }
  if (after.collection_method === 'send_invoice') {
    advanceInvoice(world, invoice.id)
    return
  }
  finalizeInvoice(world, invoice.id, defaultMethod(world, after.customer, after)?.id)
  const attempt = attemptPayment(world, invoice.id, options)
  // Undone with everything before it.
  if (attempt.kind === 'failed' && params.payment_behavior === 'error_if_incomplete') {
    throw cardError(attempt.decline, {}, { remains: (world) => forgetNextFailure(world, after.customer) })
  }
}

export function updateSubscription(
  world: World,
  id: string,
  params: UpdateParams,
  options: UpdateOptions = {},
): Stored<'subscription'> {
  const before = world.need('subscription', id)
  mustBeAllowed(before, params)
  if (isEnded(before)) return updateEnded(world, before, params)
  const named = params.default_payment_method
  const card = named ? customersCard(world, named, before.customer, 'default_payment_method').id : named
  const given = card === undefined ? params : { ...params, default_payment_method: card }
  const plan = planUpdate(world, before, given)
  const waits =
    params.payment_behavior === 'pending_if_incomplete' &&
    (plan.invoice?.amount_due ?? 0) > 0 &&
    !wouldBePaid(world, before.customer, before, options.authenticated)
  if (waits) park(world, before, plan, params)
  else collect(world, apply(world, before, plan), plan, given, options)
  return world.need('subscription', id)
}
