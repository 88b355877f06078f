/** What a metered item costs: what was reported to its meter in a period. */
import type { World } from '../world.ts'
import { itemLine, regularText } from './lines.ts'
import type { LineItem, SubscriptionItem } from './objects.ts'
import { amountOf } from './pricing.ts'
import type { Period } from './time.ts'

/** As the meter adds up what was reported for a customer: the end of the period does not belong to it. */
export function usageOf(world: World, meterId: string, customer: string, { start, end }: Period): number {
  const meter = world.table('billing.meter').get(meterId)
  if (!meter) return 0
  const [who, what] = [meter.customer_mapping.event_payload_key, meter.value_settings.event_payload_key]
  const reported = world
    .table('billing.meter_event')
    .filter(
      ({ event_name, payload, timestamp }) =>
        event_name === meter.event_name && payload[who] === customer && timestamp >= start && timestamp < end,
    )
  if (meter.default_aggregation.formula === 'count') return reported.length
  const values = reported.toSorted((a, b) => a.timestamp - b.timestamp).map(({ payload }) => Number(payload[what] ?? 0))
  if (meter.default_aggregation.formula === 'last') return values.at(-1) ?? 0
  return values.reduce((total, value) => total + value, 0)
}

export function usageLine(world: World, item: Readonly<SubscriptionItem>, customer: string, period: Period): LineItem {
  const quantity = usageOf(world, item.price.recurring?.meter ?? '', customer, period)
  const amount = amountOf(item.price, quantity)
  return itemLine(world, { item, quantity, amount, period, description: regularText(world, item.price, quantity) })
}
