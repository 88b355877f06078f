import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'

export interface DueMeterEvent {
  tenant_id: string
  id: string
  event_name: string
  value: number
  at: Date
  attempts: number
  stripe_customer_id: string
}

/**
 * Takes what is due and sets its next attempt at once, so that whoever dies now has failed, and nobody sends the same at
 * the same time. Tenants that Stripe does not know yet wait.
 */
export async function takeDueMeterEvents(tx: Tx, limit: number, now: Date): Promise<DueMeterEvent[]> {
  const { rows } = await sql<DueMeterEvent>`
    with due as (
      select m.tenant_id, m.id, c.stripe_customer_id
      from meter_events m join billing_customers c on c.tenant_id = m.tenant_id
      where m.state = 'pending' and m.next_attempt_at <= ${now} and c.stripe_customer_id is not null
      order by m.next_attempt_at
      limit ${limit}
      for no key update of m skip locked
    )
    update meter_events m set
      attempts = m.attempts + 1,
      next_attempt_at = ${now}::timestamptz + interval '1 minute' * least(60, power(2, least(m.attempts, 6)))
    from due
    where m.tenant_id = due.tenant_id and m.id = due.id
    returning m.tenant_id, m.id, m.event_name, m.value, m.at, m.attempts, due.stripe_customer_id
  `.execute(tx)
  return rows
}

export async function settleMeterEvents(
  tx: Tx,
  sent: readonly Pick<DueMeterEvent, 'tenant_id' | 'id'>[],
  now: Date,
): Promise<void> {
  await sql`
    update meter_events m set state = 'sent', settled_at = ${now}
    from unnest(${sent.map((event) => event.tenant_id)}::uuid[], ${sent.map(({ id }) => id)}::uuid[]) as s (tenant_id, id)
    where m.tenant_id = s.tenant_id and m.id = s.id and m.state = 'pending'
  `.execute(tx)
}

/** Answers how many. */
export async function dropMeterEventsBefore(tx: Tx, before: Date, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update meter_events set state = 'dropped', settled_at = ${now}, note = 'older than Stripe accepts'
    where state = 'pending' and at < ${before}
  `.execute(tx)
  return Number(numAffectedRows ?? 0)
}
