import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export type ReservationState = 'open' | 'settled' | 'released' | 'expired'

export interface Reservation {
  id: string
  /** The first day of the calendar month whose credits it takes. */
  month: string
  amount: number
  source: string
  state: ReservationState
  used: number | null
  created_at: Date
  expires_at: Date
}

const columns = sql`id, to_char(month, 'YYYY-MM-DD') as month, amount, source, state, used, created_at, expires_at`

export async function findReservation(tx: Tx, tenantId: string, source: string): Promise<Reservation | undefined> {
  const { rows } = await sql<Reservation>`
    select ${columns} from credit_reservations where tenant_id = ${tenantId} and source = ${source}
  `.execute(tx)
  return rows[0]
}

/** What is spent and set aside. Reservations of this very source do not stand in its own way. */
export async function measureCredits(
  tx: Tx,
  tenantId: string,
  { month, source, now }: { month: string; source: string; now: Date },
): Promise<{ used: number; extra: number }> {
  const { rows } = await sql<{ used: number; extra: number }>`
    select coalesce(m.spent, 0) + coalesce((
        select sum(r.amount)::bigint from credit_reservations r
        where r.tenant_id = ${tenantId} and r.month = ${month}::date and r.state = 'open' and r.expires_at > ${now}
          and r.source <> ${source}
      ), 0) as used, coalesce(m.granted, 0) as extra
    from (values (1)) as one (row)
    left join credit_months m on m.tenant_id = ${tenantId} and m.month = ${month}::date
  `.execute(tx)
  return rows[0] as { used: number; extra: number }
}

/** One that was given back or ran out is opened again. Undefined when an open or settled one of the source is there. */
export async function openReservation(
  tx: Tx,
  tenantId: string,
  reservation: { id: string; month: string; amount: number; source: string; now: Date; expiresAt: Date },
): Promise<Reservation | undefined> {
  const { id, month, amount, source, now, expiresAt } = reservation
  const { rows } = await sql<Reservation>`
    insert into credit_reservations as r (tenant_id, id, month, amount, source, state, created_at, expires_at)
    values (${tenantId}, ${id}, ${month}::date, ${amount}, ${source}, 'open', ${now}, ${expiresAt})
    on conflict (tenant_id, source) do update set
      month = excluded.month, amount = excluded.amount, state = 'open', created_at = excluded.created_at,
      expires_at = excluded.expires_at, settled_at = null
    where r.state in ('released', 'expired') or r.state = 'open' and r.expires_at <= ${now}
    returning ${columns}
  `.execute(tx)
  return rows[0]
}

/** Undefined when it was settled before. */
export async function settleReservation(
  tx: Tx,
  tenantId: string,
  id: string,
  used: number,
  now: Date,
): Promise<Reservation | undefined> {
  const { rows } = await sql<Reservation>`
    update credit_reservations set state = 'settled', used = ${used}, settled_at = ${now}
    where tenant_id = ${tenantId} and id = ${id} and state <> 'settled'
    returning ${columns}
  `.execute(tx)
  return rows[0]
}

export async function releaseReservation(tx: Tx, tenantId: string, id: string, now: Date): Promise<void> {
  await sql`
    update credit_reservations set state = 'released', settled_at = ${now}
    where tenant_id = ${tenantId} and id = ${id} and state = 'open'
  `.execute(tx)
}

export async function addSpent(tx: Tx, tenantId: string, month: string, spent: number): Promise<void> {
  await sql`
    insert into credit_months as m (tenant_id, month, spent) values (${tenantId}, ${month}::date, ${spent})
    on conflict (tenant_id, month) do update set spent = m.spent + excluded.spent
  `.execute(tx)
}

/** Grant and sum in one statement. Answers whether there was no grant of this source. */
export async function addGrant(
  tx: Tx,
  tenantId: string,
  grant: { id: string; month: string; amount: number; source: string; now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ added: number }>`
    with granted as (
      insert into credit_grants (tenant_id, id, month, amount, source, granted_at)
      values (${tenantId}, ${grant.id}, ${grant.month}::date, ${grant.amount}, ${grant.source}, ${grant.now})
      on conflict (tenant_id, source) do nothing
      returning tenant_id, month, amount
    ), summed as (
      insert into credit_months as m (tenant_id, month, granted) select tenant_id, month, amount from granted
      on conflict (tenant_id, month) do update set granted = m.granted + excluded.granted
    )
    select count(*) as added from granted
  `.execute(tx)
  return rows[0]?.added === 1
}

export async function creditsGranted(tx: Tx, tenantId: string, month: string): Promise<number> {
  const { rows } = await sql<{ granted: number }>`
    select granted from credit_months where tenant_id = ${tenantId} and month = ${month}::date
  `.execute(tx)
  return rows[0]?.granted ?? 0
}

export async function expireReservationsUntil(tx: Tx, now: Date): Promise<void> {
  await sql`
    update credit_reservations set state = 'expired', settled_at = ${now} where state = 'open' and expires_at <= ${now}
  `.execute(tx)
}

export async function deleteReservationsBefore(tx: Tx, before: Date): Promise<void> {
  await sql`delete from credit_reservations where state <> 'open' and created_at < ${before}`.execute(tx)
}
