import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import type { MetricKey } from './metrics.ts'

export interface NewUse {
  tenantId: string
  id: string
  metric: MetricKey
  quantity: number
  source: string | null
  at: Date
  meter: string | null
}

/** The use, and what is to be told to its meter. Answers whether there was none of this source. */
export async function insertUse(tx: Tx, use: NewUse): Promise<boolean> {
  const { rows } = await sql<{ added: number }>`
    with use as (
      insert into usage_events (tenant_id, id, metric, quantity, source, at)
      values (${use.tenantId}, ${use.id}, ${use.metric}, ${use.quantity}, ${use.source}, ${use.at})
      on conflict (tenant_id, metric, source) do nothing
      returning tenant_id, id, quantity, at
    ), told as (
      insert into meter_events (tenant_id, id, event_name, value, at, next_attempt_at)
      select tenant_id, id, ${use.meter}::text, quantity, at, at from use where ${use.meter}::text is not null
    )
    select count(*) as added from use
  `.execute(tx)
  return rows[0]?.added === 1
}

export interface CountedCalls {
  tenantId: string
  id: string
  calls: number
}

/** One row for each tenant; those of a source that is known already were kept by an attempt whose answer was lost. */
export async function insertCalls(tx: Tx, calls: readonly CountedCalls[], source: string, at: Date): Promise<void> {
  const metric: MetricKey = 'api_calls'
  await sql`
    insert into usage_events (tenant_id, id, metric, quantity, source, at)
    select t.id, c.id, ${metric}, c.calls, ${source}, ${at}
    from unnest(
      ${calls.map(({ tenantId }) => tenantId)}::uuid[],
      ${calls.map(({ id }) => id)}::uuid[],
      ${calls.map(({ calls }) => calls)}::bigint[]
    ) as c (tenant_id, id, calls)
    join tenants t on t.id = c.tenant_id
    on conflict (tenant_id, metric, source) do nothing
  `.execute(tx)
}

/**
 * Adds uses to their days and marks them, in one statement. Rows that another run holds are left to it. Answers how many
 * were added; fewer than asked for means that there are no more.
 */
export async function countUses(tx: Tx, limit: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with waiting as (
      select tenant_id, id from usage_events where not counted
      order by tenant_id, metric, at
      limit ${limit}
      for no key update skip locked
    ), counted as (
      update usage_events e set counted = true from waiting w where e.tenant_id = w.tenant_id and e.id = w.id
      returning e.tenant_id, e.metric, timezone('UTC', e.at)::date as day, e.quantity
    ), added as (
      insert into usage_daily (tenant_id, metric, day, quantity)
      select tenant_id, metric, day, sum(quantity)::bigint from counted
      group by tenant_id, metric, day
      -- Two runs that add to the same days take them in the same order.
      order by tenant_id, metric, day
      on conflict (tenant_id, metric, day) do update set quantity = usage_daily.quantity + excluded.quantity
    )
    select count(*) as count from counted
  `.execute(tx)
  return rows[0]?.count ?? 0
}

export interface DayOfUsage {
  metric: MetricKey
  day: string
  quantity: number
}

/** Days with their uses, also those that no run has added yet: both are read at one moment, so nothing is read twice. */
export async function listDays(
  tx: Tx,
  tenantId: string,
  { from, to, metrics }: { from: string; to: string; metrics: readonly MetricKey[] },
): Promise<DayOfUsage[]> {
  const { rows } = await sql<DayOfUsage>`
    select metric, to_char(day, 'YYYY-MM-DD') as day, sum(quantity)::bigint as quantity
    from (
      select metric, day, quantity from usage_daily
      where tenant_id = ${tenantId} and metric = any (${[...metrics]}::text[])
        and day between ${from}::date and ${to}::date
      union all
      select metric, timezone('UTC', at)::date, quantity from usage_events
      where tenant_id = ${tenantId} and metric = any (${[...metrics]}::text[]) and not counted
        and at >= timezone('UTC', ${from}::date::timestamp) and at < timezone('UTC', ${to}::date + interval '1 day')
    ) as days
    group by metric, day
  `.execute(tx)
  return rows
}

/** What a source was used for is remembered so long; the days stay. */
export async function deleteUsesBefore(tx: Tx, before: Date): Promise<void> {
  await sql`delete from usage_events where counted and at < ${before}`.execute(tx)
  await sql`delete from meter_events where state <> 'pending' and settled_at < ${before}`.execute(tx)
}
