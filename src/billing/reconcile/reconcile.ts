/**
 * Compares what Stripe says with what we believe, for every customer, and sets right what differs. Events that were
 * never delivered are fetched; what nobody should decide alone is only reported.
 */
import { enqueue } from '#jobs'
import { asSystem } from '#platform/db/scoped.ts'
import { isId, newId } from '#platform/ids.ts'
import { countActiveMembers, findEntitlement, listLimits, membersChanged } from '#tenants'
import { type Billing, stripeOf } from '../context.ts'
import { startingGrant } from '../plans.ts'
import { ForeignCustomer } from '../stripe/foreign.ts'
import { isOutage } from '../stripe/outage.ts'
import { outcomeOf } from '../sync/outcome.ts'
import { findCustomer, findUnfinished, subscriptionsOf } from '../sync/queries.ts'
import { syncCustomer } from '../sync/sync.ts'
import { readTruth, type TruthOptions } from '../sync/truth.ts'
import { bareTenants } from './bare.ts'
import { type Difference, type Drift, differencesOf, openAfterEnd, type Stored, seatsThatDiffer } from './drift.ts'
import { missedEvents, staleEvents } from './events.ts'
import { customersOf, finishReconciliation, insertReconciliation, listCustomers, listInvoices } from './queries.ts'

export interface ReconcileOptions {
  /** Without it, differences are only reported. */
  heal: boolean
  /** Somebody has made sure that the key is the right one: customers that Stripe never heard of are given up. */
  forgetUnknown?: boolean
  signal?: AbortSignal
}

export interface Reconciliation {
  id: string
  customers: number
  drift: Drift[]
}

const PAGE = 50
const AT_ONCE = 4
/** Of a night on which everything went wrong, a sample is kept. */
const KEEP_DRIFT = 1_000

export async function reconcile(
  billing: Billing,
  { heal, forgetUnknown = false, signal }: ReconcileOptions,
): Promise<Reconciliation> {
  const { db, clock } = billing
  const id = newId()
  await asSystem(db, 'begin a reconciliation of all tenants with Stripe', (tx) =>
    insertReconciliation(tx, id, clock.now()),
  )
  const drift: Drift[] = [...(await missedEvents(billing, heal)), ...(await staleEvents(billing, heal))]
  let customers = 0
  for await (const page of pages(billing)) {
    for (let at = 0; at < page.length; at += AT_ONCE) {
      signal?.throwIfAborted()
      const few = page.slice(at, at + AT_ONCE)
      const found = await Promise.all(few.map((one) => driftOf(billing, one, { heal, forgetUnknown })))
      drift.push(...found.flat())
    }
    customers += page.length
  }
  drift.push(...(await bareTenants(billing, heal)), ...(await duplicates(billing)))
  await asSystem(db, 'keep what a reconciliation of all tenants found', (tx) =>
    finishReconciliation(tx, id, { customers, drift: drift.slice(0, KEEP_DRIFT), now: clock.now() }),
  )
  return { id, customers, drift }
}

async function* pages({ db }: Billing) {
  let after: string | undefined
  for (;;) {
    const page = await asSystem(db, 'list the Stripe customers of all tenants', (tx) =>
      listCustomers(tx, { after, limit: PAGE }),
    )
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    after = page.at(-1)?.tenant_id
  }
}

async function driftOf(
  billing: Billing,
  { tenant_id: tenantId, stripe_customer_id: customerId }: { tenant_id: string; stripe_customer_id: string },
  { heal, forgetUnknown: forgetsUnknown }: { heal: boolean; forgetUnknown: boolean },
): Promise<Drift[]> {
  const asDrift = (healed: boolean) => (found: Difference) => ({ ...found, tenant_id: tenantId, healed })
  try {
    const found = await compare(billing, customerId, { isPatient: true, forgetsUnknown })
    if (!found) return []
    const { differences, seats, notes } = found
    if (heal && differences.length > 0) {
      await syncCustomer(billing, customerId, { isPatient: true, forgetsUnknown })
    }
    if (heal && seats.length > 0) await countAgain(billing, tenantId)
    return [...[...differences, ...seats].map(asDrift(heal)), ...notes.map(asDrift(false))]
  } catch (error) {
    if (isOutage(error)) throw error
    if (error instanceof ForeignCustomer) {
      const detail = 'Our key does not lead to it. Is it the key of another account?'
      return [asDrift(false)({ kind: error.kind, subject: customerId, detail })]
    }
    billing.log.error({ err: error, tenant_id: tenantId, customer: customerId }, 'customer could not be reconciled')
    const detail = error instanceof Error ? error.message : String(error)
    return [asDrift(false)({ kind: 'customer_unreadable', subject: customerId, detail })]
  }
}

/** Undefined when the customer was dropped since it was listed. */
async function compare(billing: Billing, customerId: string, options: TruthOptions) {
  const { db, clock } = billing
  const known = await asSystem(db, 'read what is believed of a Stripe customer', async (tx) => {
    const customer = await findCustomer(tx, customerId)
    if (!customer) return undefined
    const { tenant_id: tenantId } = customer
    const stored: Stored = {
      customer,
      subscriptions: await subscriptionsOf(tx, tenantId),
      invoices: await listInvoices(tx, tenantId),
      entitlement: await findEntitlement(tx, tenantId),
      limits: await listLimits(tx, tenantId),
      activeMembers: await countActiveMembers(tx, tenantId),
    }
    return { stored, unfinished: await findUnfinished(tx, tenantId) }
  })
  if (!known) return undefined
  const { stored, unfinished } = known
  const truth = await readTruth(billing, stored.customer, unfinished, options)
  const outcome = outcomeOf(
    truth,
    {
      tenantId: stored.customer.tenant_id,
      subscriptions: stored.subscriptions,
      plan: (stored.entitlement ?? startingGrant).plan,
      pastDueSince: stored.customer.past_due_since,
      trialUsedAt: stored.customer.trial_used_at,
    },
    stripeOf(billing).prices,
    clock.now(),
  )
  const lost = {
    deleted: [{ kind: 'customer_deleted', subject: customerId, detail: 'It was deleted at Stripe.' }],
    unknown: [{ kind: 'customer_unknown', subject: customerId, detail: 'Stripe has never heard of it.' }],
    present: [],
  }[truth.standing]
  const vanished = truth.vanishedInvoices.map((subject) => ({ kind: 'invoice', subject, detail: 'Stripe has none.' }))
  return {
    differences: [...lost, ...vanished, ...differencesOf(outcome, stored)],
    seats: seatsThatDiffer(outcome, stored),
    notes: [...outcome.alarms, ...openAfterEnd(outcome)],
  }
}

function countAgain({ db }: Billing, tenantId: string): Promise<void> {
  return asSystem(db, 'have the paid seats of a tenant counted again', (tx) =>
    enqueue(tx, membersChanged, { tenant_id: tenantId }, { tenantId, singletonKey: tenantId }),
  )
}

/** By the hint that is written on customers for people: nothing is changed because of it. */
async function duplicates(billing: Billing): Promise<Drift[]> {
  const { db } = billing
  const stripe = await stripeOf(billing).patientClient()
  const hinted: { id: string; tenantId: string }[] = []
  for await (const { id, metadata } of stripe.customers.list({ limit: 100 })) {
    const tenantId = metadata.plinth_tenant
    if (tenantId && isId(tenantId)) hinted.push({ id, tenantId })
  }
  const drift: Drift[] = []
  for (let at = 0; at < hinted.length; at += PAGE) {
    const few = hinted.slice(at, at + PAGE)
    const known = await asSystem(db, 'find the tenants that Stripe customers are said to be of', (tx) =>
      customersOf(
        tx,
        few.map(({ tenantId }) => tenantId),
      ),
    )
    for (const { id, tenantId } of few) {
      if (!known.has(tenantId) || known.get(tenantId) === id) continue
      const detail = `It names this tenant, whose customer is ${known.get(tenantId) ?? 'none'}.`
      drift.push({ kind: 'customer_duplicate', tenant_id: tenantId, subject: id, detail, healed: false })
    }
  }
  return drift
}
