/**
 * Credits for what costs money each time: set aside before it starts, settled when its price is known. What the plan
 * allows in a calendar month, plus what was granted, minus what is spent and set aside, is held under the tenant's lock,
 * so that of many who reach for the last credit at once exactly one gets it.
 */
import type { TenantScope } from '#access'
import { monthOf } from '#platform/calendar.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { claim } from '#tenants'
import { recordUsage } from '../usage/record.ts'
import {
  addGrant,
  addSpent,
  expireReservationsUntil,
  findReservation,
  measureCredits,
  openReservation,
  type Reservation,
  releaseReservation,
  settleReservation,
} from './queries.ts'

type Holder = Pick<TenantScope, 'tenantId'>

/** Longer than anything that is paid for with credits may run. */
const EXPIRE_MS = 15 * 60_000

/**
 * Sets credits aside, or refuses with 402 `LIMIT_REACHED`. Asked again for the same source it answers with what is there:
 * an open reservation goes on, and a settled one says that the work was done.
 */
export async function reserveCredits(
  tx: Tx,
  { tenantId }: Holder,
  amount: number,
  { source, now }: { source: string; now: Date },
): Promise<Reservation> {
  assertCount(amount, 1)
  const existing = await findReservation(tx, tenantId, source)
  if (existing && holds(existing, now)) return existing
  const month = monthOf(now)
  await claim(tx, tenantId, 'ai_credits', amount, (tx) => measureCredits(tx, tenantId, { month, source, now }))
  const expiresAt = new Date(now.getTime() + EXPIRE_MS)
  const opened = await openReservation(tx, tenantId, { id: newId(), month, amount, source, now, expiresAt })
  // Somebody else reserved for the same source while we waited for the lock.
  return opened ?? ((await findReservation(tx, tenantId, source)) as Reservation)
}

function holds({ state, expires_at: expiresAt }: Reservation, now: Date): boolean {
  return state === 'settled' || (state === 'open' && expiresAt > now)
}

/**
 * Spends what was used and gives the rest back. What was used is used: it counts when it is more than was set aside, and
 * when the reservation has run out meanwhile. Settling again changes nothing.
 */
export async function settleCredits(
  tx: Tx,
  { tenantId }: Holder,
  { id }: Pick<Reservation, 'id'>,
  used: number,
  now: Date,
): Promise<void> {
  assertCount(used, 0)
  const settled = await settleReservation(tx, tenantId, id, used, now)
  if (!settled || used === 0) return
  await addSpent(tx, tenantId, settled.month, used)
  // At the time of the reservation, so that it is of the month whose credits it took.
  await recordUsage(tx, { tenantId }, 'ai_credits', used, { at: settled.created_at, source: `reservation:${id}` })
}

/** Gives all of it back: nothing was used. */
export function releaseCredits(tx: Tx, { tenantId }: Holder, { id }: Pick<Reservation, 'id'>, now: Date) {
  return releaseReservation(tx, tenantId, id, now)
}

/**
 * Credits for the month that runs, on top of the plan's: those need no grant, they follow from the plan at every moment.
 * Granted once for each source. In a transaction of the system.
 */
export function grantMonthly(
  tx: Tx,
  { tenantId }: Holder,
  amount: number,
  { source, now }: { source: string; now: Date },
): Promise<boolean> {
  assertCount(amount, 1)
  return addGrant(tx, tenantId, { id: newId(), month: monthOf(now), amount, source, now })
}

/** They stopped counting by themselves; this keeps the table of open ones short. */
export function expireReservations(db: Database, now: Date): Promise<void> {
  return asSystem(db, 'end reservations of all tenants that ran out', (tx) => expireReservationsUntil(tx, now))
}

function assertCount(credits: number, least: number): void {
  if (!Number.isSafeInteger(credits) || credits < least) throw new RangeError(`${credits} is no number of credits.`)
}
