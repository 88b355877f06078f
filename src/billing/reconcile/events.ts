/** Events that did not arrive, and events that arrived and were left lying. */
import { asSystem } from '#platform/db/scoped.ts'
import { type Billing, stripeOf } from '../context.ts'
import { stripeEventTypes } from '../inbox/event.ts'
import { enqueueEvent, keepEvent } from '../inbox/keep.ts'
import { findEvent, findTenantOf, listStale } from '../inbox/queries.ts'
import type { Drift } from './drift.ts'

/** Longer than a job waits between two attempts. */
const STALE_MINUTES = 60
const MOST_STALE = 1_000

/** Stripe lists thirty days back. What it has not delivered yet may be on its way; told twice, it has one effect. */
export async function missedEvents(billing: Billing, heal: boolean): Promise<Drift[]> {
  const stripe = await stripeOf(billing).patientClient()
  const wanted = new Set<string>(stripeEventTypes)
  const drift: Drift[] = []
  for await (const event of stripe.events.list({ delivery_success: false, limit: 100 })) {
    if (!wanted.has(event.type)) continue
    const isNew = heal ? (await keepEvent(billing, event)) === 'kept' : !(await isKept(billing, event.id))
    if (!isNew) continue
    const detail = `It was not delivered: ${event.type}.`
    drift.push({ kind: 'event_missed', tenant_id: null, subject: event.id, detail, healed: heal })
  }
  return drift
}

async function isKept({ db }: Billing, id: string): Promise<boolean> {
  const event = await asSystem(db, 'see whether a Stripe event has arrived', (tx) => findEvent(tx, id))
  return event !== undefined
}

/** Their jobs were lost, for example with a restored backup; an outage is over when this finds them again. */
export function staleEvents({ db }: Billing, heal: boolean): Promise<Drift[]> {
  return asSystem(db, 'look for Stripe events of any tenant that nobody works on', async (tx) => {
    const drift: Drift[] = []
    for (const { id, customer_id: customerId } of await listStale(tx, STALE_MINUTES, MOST_STALE)) {
      const tenantId = await findTenantOf(tx, customerId)
      if (heal && tenantId) await enqueueEvent(tx, id, tenantId)
      const detail = `It has waited for more than ${STALE_MINUTES} minutes.`
      drift.push({ kind: 'event_stale', tenant_id: tenantId ?? null, subject: id, detail, healed: heal })
    }
    return drift
  })
}
