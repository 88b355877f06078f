/**
 * Brings our copy of a customer up to what Stripe says. Whoever wants to know something of a customer calls this; what
 * they were told before is a hint at most.
 *
 * Stripe is read while nothing is held, neither a connection nor a lock: it may take its time. The reading is written
 * only if nobody has written another one since before it was begun; otherwise it may be the older of the two, and is done
 * again. So the last one written is always the last one read, whatever any clock says.
 */
import { recordAudit } from '#audit'
import { enqueue } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { unavailable } from '#platform/errors.ts'
import { applyGrant, findEntitlement, membersChanged } from '#tenants'
import { type Billing, stripeOf } from '../context.ts'
import { startingGrant } from '../plans.ts'
import type { Truth } from '../stripe/read.ts'
import { graceEnds } from './jobs.ts'
import { noticesOf, sendNotices } from './notices.ts'
import { type Alarm, type Outcome, outcomeOf } from './outcome.ts'
import {
  type Customer,
  databaseMoment,
  dropCustomer,
  findCustomer,
  findCustomerId,
  findUnfinished,
  listOpenEvents,
  lockCustomer,
  type Moment,
  type Subscription,
  settleCheckouts,
  settleEvents,
  subscriptionsOf,
  updateCustomer,
  writeInvoices,
  writeSubscriptions,
} from './queries.ts'
import { readTruth, type TruthOptions } from './truth.ts'

export interface SyncOptions extends TruthOptions {
  /** Only if this event is still open. */
  forEvent?: string
  /** Runs in the transaction that writes; may run again when that is repeated. */
  within?: (tx: Tx) => Promise<void>
}

/** `unknown`: no tenant has this customer. `settled`: somebody else has read Stripe since the event came. */
export type Synced = 'synced' | 'unknown' | 'settled'

const READINGS = 8

interface Reading {
  customer: Customer
  /** Contained in what is read now. */
  events: string[]
  /** Before Stripe was asked. */
  begunAt: Moment
  truth: Truth
}

export async function syncCustomer(billing: Billing, customerId: string, options: SyncOptions = {}): Promise<Synced> {
  let askedAt: Moment | undefined
  for (let reading = 0; reading < READINGS; reading++) {
    const begun = await begin(billing, customerId)
    if (!begun) return 'unknown'
    askedAt ??= begun.begunAt
    // Overtaken by a reading that was begun after we were asked: it has all that ours was to find. At first nothing can be
    // later, unless the database's clock was set back; then nobody would read again until it has caught up.
    if (reading > 0 && !options.within && (begun.customer.synced ?? 0) > askedAt) return 'synced'
    if (options.forEvent && !begun.events.includes(options.forEvent)) return 'settled'
    const truth = await readTruth(billing, begun.customer, begun.unfinished, options)
    if (await write(billing, { ...begun, truth }, options)) return 'synced'
  }
  throw unavailable('This customer is being changed all the time. Try again shortly.')
}

/** Nothing happens for a tenant that never wanted to buy anything. */
export async function syncTenant(billing: Billing, tenantId: string, options: SyncOptions = {}): Promise<Synced> {
  const customerId = await asSystem(billing.db, 'find the Stripe customer of a tenant to sync', (tx) =>
    findCustomerId(tx, tenantId),
  )
  return customerId === undefined ? 'unknown' : syncCustomer(billing, customerId, options)
}

function begin({ db }: Billing, customerId: string) {
  return asSystem(db, 'look a Stripe customer up before Stripe is read', async (tx) => {
    const customer = await findCustomer(tx, customerId)
    if (!customer) return undefined
    const events = await listOpenEvents(tx, customerId)
    const unfinished = await findUnfinished(tx, customer.tenant_id)
    return { customer, events, unfinished, begunAt: await databaseMoment(tx) }
  })
}

/** Answers false when somebody else was quicker. */
async function write(billing: Billing, reading: Reading, { within }: SyncOptions): Promise<boolean> {
  const { db, clock, appUrl, log } = billing
  const { customer, truth, events, begunAt } = reading
  const { tenant_id: tenantId, stripe_customer_id: customerId } = customer
  const outcome = await asSystem(db, 'write what Stripe says of a customer', async (tx) => {
    await lockCustomer(tx, customerId)
    const present = await findCustomer(tx, customerId, { lock: true })
    if (present?.synced !== customer.synced || present.tenant_id !== tenantId) return undefined
    const now = clock.now()
    const stored = await subscriptionsOf(tx, tenantId)
    const { plan } = (await findEntitlement(tx, tenantId)) ?? startingGrant
    const { past_due_since: pastDueSince, trial_used_at: trialUsedAt } = present
    const known = { tenantId, subscriptions: stored, plan, pastDueSince, trialUsedAt }
    const outcome = outcomeOf(truth, known, stripeOf(billing).prices, now)
    await writeSubscriptions(tx, tenantId, outcome.subscriptions, begunAt)
    await writeInvoices(tx, tenantId, outcome.invoices, truth.vanishedInvoices)
    await settleCheckouts(tx, tenantId, truth.checkouts)
    await updateCustomer(tx, tenantId, outcome, begunAt)
    if (truth.standing !== 'present') await loseCustomer(tx, tenantId, truth)
    const before = stored.find((row) => row.is_current)
    const changed = await applyGrant(tx, tenantId, outcome.grant, now)
    await enqueueWhatFollows(tx, tenantId, before, outcome)
    await sendNotices(tx, tenantId, noticesOf(before, outcome, now), { appUrl, now })
    await settleEvents(tx, events, now)
    await within?.(tx)
    await recordChange(tx, tenantId, before, outcome, { changed, planBefore: plan })
    return outcome
  })
  if (!outcome) return false
  if (truth.standing !== 'present') {
    log.warn({ tenant_id: tenantId, customer: customerId, standing: truth.standing }, 'Stripe customer is gone')
  }
  raise(billing, tenantId, outcome.alarms)
  return true
}

async function enqueueWhatFollows(
  tx: Tx,
  tenantId: string,
  before: Subscription | undefined,
  { current, grant }: Outcome,
): Promise<void> {
  const about = { tenant_id: tenantId }
  if (grant.graceUntil) {
    const singletonKey = `${tenantId}:${grant.graceUntil.toISOString()}`
    await enqueue(tx, graceEnds, about, { tenantId, startAfter: grant.graceUntil, singletonKey })
  }
  // Who joined between the order and the payment is not among the seats yet.
  if (current && current.stripe_subscription_id !== before?.stripe_subscription_id) {
    await enqueue(tx, membersChanged, about, { tenantId, singletonKey: tenantId })
  }
}

const watched = ['status', 'plan', 'interval', 'quantity', 'cancel_at', 'scheduled_plan', 'scheduled_at'] as const

/** Also of what nobody did here: the portal, a renewal, a payment that failed. */
async function recordChange(
  tx: Tx,
  tenantId: string,
  before: Subscription | undefined,
  { current, grant }: Outcome,
  { changed, planBefore }: { changed: boolean; planBefore: string },
): Promise<void> {
  const fields = watched.filter((field) => textOf(before?.[field]) !== textOf(current?.[field]))
  if (fields.length === 0 && !changed) return
  const subscription = current?.stripe_subscription_id ?? before?.stripe_subscription_id
  await recordAudit(
    tx,
    { kind: 'system', tenantId, name: 'stripe' },
    {
      action: planBefore === grant.plan ? 'billing.subscription_changed' : 'billing.plan_changed',
      ...(subscription && { target: { type: 'subscription', id: subscription } }),
      details: {
        plan: { from: planBefore, to: grant.plan },
        status: grant.status,
        access: grant.access,
        changed: Object.fromEntries(
          fields.map((field) => [field, { from: before?.[field] ?? null, to: current?.[field] ?? null }]),
        ),
      },
    },
  )
}

/** The next one is made when somebody wants to buy. Which it was stays on record, to be found again at Stripe. */
async function loseCustomer(tx: Tx, tenantId: string, { customerId, standing }: Truth): Promise<void> {
  await dropCustomer(tx, tenantId)
  await recordAudit(
    tx,
    { kind: 'system', tenantId, name: 'stripe' },
    {
      action: 'billing.customer_lost',
      target: { type: 'customer', id: customerId },
      details: { standing },
    },
  )
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value ?? '')
}

function raise({ log }: Billing, tenantId: string, alarms: readonly Alarm[]): void {
  for (const { kind, subject, detail } of alarms) {
    log.error({ tenant_id: tenantId, alarm: kind, subject, detail }, 'billing needs a look')
  }
}
