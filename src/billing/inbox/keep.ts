/** Keeps an event before it is acknowledged: its row and the job that looks into it are one commit. */
import { enqueue } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { type Billing, stripeOf } from '../context.ts'
import { lockCustomer } from '../sync/queries.ts'
import { type ReadEvent, readEvent, storable } from './event.ts'
import { stripeEvent } from './jobs.ts'
import {
  type EventFilter,
  type EventState,
  findPayload,
  findTenantOf,
  insertEvent,
  type KeptEvent,
  selectEvents,
  setState,
} from './queries.ts'

export type Kept = 'kept' | 'known' | 'unreadable'

/** The body as it was sent, parsed. Told again, it is `known` and has no further effect. */
export async function keepEvent(billing: Billing, body: unknown): Promise<Kept> {
  const event = readEvent(body, stripeOf(billing).livemode)
  if (!event) return 'unreadable'
  const payload = storable(body)
  const fate = await asSystem(
    billing.db,
    'keep what Stripe tells, which names a customer and no tenant',
    async (tx) => {
      const fate = await fateOf(tx, event)
      if (!(await insertEvent(tx, { ...event, ...fate, payload }, billing.clock.now()))) return undefined
      if (fate.tenantId) await enqueueEvent(tx, event.id, fate.tenantId)
      return fate
    },
  )
  if (!fate) return 'known'
  tell(billing, event, fate)
  return 'kept'
}

/** Looks at a kept event as if it had just come: after a cause was mended, or when its customer is known by now. */
export async function replayEvent(billing: Billing, id: string): Promise<EventState | undefined> {
  return asSystem(billing.db, 'replay an event that was kept before', async (tx) => {
    const event = readEvent(await findPayload(tx, id), stripeOf(billing).livemode)
    if (!event) return undefined
    const fate = await fateOf(tx, event)
    await setState(tx, id, { ...fate, now: billing.clock.now(), attempts: 0 })
    if (fate.tenantId) await enqueueEvent(tx, id, fate.tenantId)
    return fate.state
  })
}

/** The newest first, without their bodies. */
export function listEvents({ db }: Pick<Billing, 'db'>, filter: EventFilter = {}): Promise<KeptEvent[]> {
  return asSystem(db, 'list the Stripe events of all tenants', (tx) => selectEvents(tx, filter))
}

/** One job is enough while it waits, however often it is asked for. */
export function enqueueEvent(tx: Tx, id: string, tenantId: string): Promise<void> {
  return enqueue(tx, stripeEvent, { event_id: id }, { tenantId, singletonKey: id })
}

interface Fate {
  state: EventState
  note: string | null
  /** Whose customer is to be read again. */
  tenantId: string | undefined
}

async function fateOf(tx: Tx, { state, note, type, customerId }: ReadEvent): Promise<Fate> {
  if (state !== 'pending' || customerId === null) return { state, note, tenantId: undefined }
  // Whoever makes a customer holds this lock while its id is written and looks for events then: one of us sees the other.
  await lockCustomer(tx, customerId)
  const tenantId = await findTenantOf(tx, customerId)
  if (tenantId) return { state, note, tenantId }
  if (tenantId === null || type === 'customer.deleted') {
    return { state: 'done', note: 'The customer has been deleted.', tenantId: undefined }
  }
  return { state: 'unmatched', note: 'No tenant has this customer.', tenantId: undefined }
}

function tell({ log }: Billing, event: ReadEvent, { state, note }: Fate): void {
  const facts = { event: event.id, type: event.type, customer: event.customerId, note }
  if (state === 'unmatched') log.error({ ...facts, alarm: 'unmatched_event' }, 'billing needs a look')
  else if (event.isForeignVersion) log.error({ ...facts, alarm: 'foreign_api_version' }, 'billing needs a look')
  else if (state === 'ignored') log.info(facts, 'Stripe event ignored')
}
