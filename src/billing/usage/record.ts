/** Writing down what was used, in the transaction of the use: rolled back with it, and counted exactly once. */
import type { TenantScope } from '#access'
import type { Tx } from '#platform/db/database.ts'
import { newId } from '#platform/ids.ts'
import { type MetricKey, metricOf } from './metrics.ts'
import { insertUse } from './queries.ts'

export interface Use {
  at: Date
  /** What it was used for, unique within the metric. Recorded again under the same source, it stays as it was. */
  source?: string
}

/** Answers whether it is new. */
export function recordUsage(
  tx: Tx,
  { tenantId }: Pick<TenantScope, 'tenantId'>,
  metric: MetricKey,
  quantity: number,
  { at, source }: Use,
): Promise<boolean> {
  if (!Number.isSafeInteger(quantity) || quantity < 1) {
    throw new RangeError(`${quantity} is no quantity of ${metric}: whole and more than nothing.`)
  }
  return insertUse(tx, {
    tenantId,
    id: newId(),
    metric,
    quantity,
    source: source ?? null,
    at,
    meter: metricOf(metric).meter ?? null,
  })
}
