import type { Selectable } from 'kysely'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import type { StripeEventsTable } from '#platform/db/schema.ts'

export type EventState = StripeEventsTable['state']
export type KeptEvent = Omit<Selectable<StripeEventsTable>, 'payload'>

const columns = [
  'id',
  'type',
  'api_version',
  'livemode',
  'account',
  'customer_id',
  'object_id',
  'created_at',
  'received_at',
  'state',
  'attempts',
  'settled_at',
  'note',
] as const

export interface NewEvent {
  id: string
  type: string
  apiVersion: string | null
  livemode: boolean | null
  account: string | null
  customerId: string | null
  objectId: string | null
  createdAt: Date | null
  state: EventState
  note: string | null
  /** JSON. */
  payload: string
}

/** Answers false when it was here already; waits for whoever is keeping it at the moment. */
export async function insertEvent(tx: Tx, event: NewEvent, now: Date): Promise<boolean> {
  const inserted = await tx
    .insertInto('stripe_events')
    .values({
      id: event.id,
      type: event.type,
      api_version: event.apiVersion,
      livemode: event.livemode,
      account: event.account,
      customer_id: event.customerId,
      object_id: event.objectId,
      created_at: event.createdAt,
      received_at: sql`clock_timestamp()`,
      state: event.state,
      settled_at: event.state === 'pending' ? null : now,
      note: event.note,
      payload: event.payload,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export function findEvent(tx: Tx, id: string): Promise<KeptEvent | undefined> {
  return tx.selectFrom('stripe_events').select(columns).where('id', '=', id).executeTakeFirst()
}

export async function findPayload(tx: Tx, id: string): Promise<unknown> {
  const row = await tx.selectFrom('stripe_events').select('payload').where('id', '=', id).forUpdate().executeTakeFirst()
  return row?.payload
}

export async function setState(
  tx: Tx,
  id: string,
  { state, note, now, attempts }: { state: EventState; note: string | null; now: Date; attempts?: number },
): Promise<void> {
  await tx
    .updateTable('stripe_events')
    .set({
      state,
      note,
      settled_at: state === 'pending' ? null : now,
      ...(attempts === undefined ? {} : { attempts }),
    })
    .where('id', '=', id)
    .execute()
}

/** Counts a failure, and answers how many there were; undefined when the event was settled meanwhile. */
export async function countFailure(tx: Tx, id: string, note: string): Promise<number | undefined> {
  const row = await tx
    .updateTable('stripe_events')
    .set({ attempts: sql<number>`attempts + 1`, note })
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'unmatched'])
    .returning('attempts')
    .executeTakeFirst()
  return row?.attempts
}

/** Whose customer it is; `null` for one of a tenant that has been deleted at Stripe. */
export async function findTenantOf(tx: Tx, customerId: string): Promise<string | null | undefined> {
  const known = await tx
    .selectFrom('billing_customers')
    .select('tenant_id')
    .where('stripe_customer_id', '=', customerId)
    .executeTakeFirst()
  if (known) return known.tenant_id
  const former = await tx
    .selectFrom('billing_subscriptions')
    .select('tenant_id')
    .where('stripe_customer_id', '=', customerId)
    .limit(1)
    .executeTakeFirst()
  if (former) return null
  const farewell = await tx
    .selectFrom('stripe_events')
    .select('id')
    .where('customer_id', '=', customerId)
    .where('type', '=', 'customer.deleted')
    .where('state', '=', 'done')
    .limit(1)
    .executeTakeFirst()
  return farewell && null
}

export interface EventFilter {
  state?: EventState
  customerId?: string
  limit?: number
}

export function selectEvents(tx: Tx, { state, customerId, limit = 100 }: EventFilter): Promise<KeptEvent[]> {
  let query = tx.selectFrom('stripe_events').select(columns)
  if (state) query = query.where('state', '=', state)
  if (customerId) query = query.where('customer_id', '=', customerId)
  return query.orderBy('received_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

/** Waiting for longer than any job waits: their jobs were lost. */
export async function listStale(
  tx: Tx,
  minutes: number,
  limit: number,
): Promise<{ id: string; customer_id: string }[]> {
  const rows = await tx
    .selectFrom('stripe_events')
    .select(['id', 'customer_id'])
    .where('state', '=', 'pending')
    .where('customer_id', 'is not', null)
    .where('received_at', '<', sql<Date>`now() - ${minutes} * interval '1 minute'`)
    .orderBy('received_at')
    .limit(limit)
    .execute()
  return rows.map(({ id, customer_id }) => ({ id, customer_id: customer_id as string }))
}

/** What is dead or unmatched stays until somebody has looked. */
export async function deleteEventsBefore(tx: Tx, before: Date): Promise<void> {
  await tx
    .deleteFrom('stripe_events')
    .where('received_at', '<', before)
    .where('state', 'in', ['done', 'ignored'])
    .execute()
}
