/** Billing meters, the usage that is reported to them, and its sums. */
import { usageOf } from '../engine/index.ts'
import type { Operations, Stored, World } from '../world.ts'
import { StripeFault } from '../world.ts'
import { matches, type Params, refuse } from './fields.ts'

type Meter = Stored<'billing.meter'>
type MeterEvent = Stored<'billing.meter_event'>

const DAY = 86_400
const HOUR = 3600
const OLDEST_SECONDS = 35 * DAY
const NEWEST_SECONDS = 5 * 60

function createMeter(world: World, params: Params): Meter {
  const isSame = ({ event_name, status }: Meter) => event_name === params.event_name && status === 'active'
  if (world.table('billing.meter').find(isSame)) {
    throw refuse(`There is already an active meter for the event name ${params.event_name}.`, 'event_name')
  }
  const now = world.now()
  const meter = world.save('billing.meter', {
    id: world.newId('mtr_'),
    object: 'billing.meter',
    created: now,
    customer_mapping: params.customer_mapping ?? { event_payload_key: 'stripe_customer_id', type: 'by_id' },
    default_aggregation: params.default_aggregation,
    display_name: params.display_name,
    event_name: params.event_name,
    event_time_window: params.event_time_window ?? null,
    livemode: false,
    status: 'active',
    status_transitions: { deactivated_at: null },
    updated: now,
    value_settings: params.value_settings ?? { event_payload_key: 'value' },
  })
  world.emit('billing.meter.created', meter)
  return meter
}

function setActive(world: World, id: string, active: boolean): Meter {
  const meter = world.need('billing.meter', id)
  const status = active ? 'active' : 'inactive'
  if (meter.status === status) throw refuse(`This meter is ${status} already.`, 'id')
  const now = world.now()
  const changes = { status, status_transitions: { deactivated_at: active ? null : now }, updated: now } as const
  return world.update('billing.meter', id, changes, `billing.meter.${active ? 'reactivated' : 'deactivated'}`)
}

function meterOf(world: World, name: string): Meter {
  const meter = world.table('billing.meter').find((each) => each.event_name === name && each.status === 'active')
  if (meter) return meter
  throw refuse(`No active meter found for event_name: ${name}`, 'event_name', 'resource_missing')
}

/** A second report under one identifier must not be taken for a failure that passes. */
function assertNew(world: World, identifier: string): void {
  if (!world.table('billing.meter_event').get(identifier)) return
  const message = `An event already exists with identifier ${identifier}.`
  throw new StripeFault(400, { message, param: 'identifier' }, { retry: false })
}

function report(world: World, params: Params): MeterEvent {
  const meter = meterOf(world, params.event_name)
  const customerKey = meter.customer_mapping.event_payload_key
  const customer = world.need('customer', params.payload[customerKey] ?? '', `payload[${customerKey}]`)
  const valueKey = meter.value_settings.event_payload_key
  const value = params.payload[valueKey]
  if (meter.default_aggregation.formula !== 'count' && !/^-?\d+(\.\d+)?$/.test(value ?? '')) {
    throw refuse(`Invalid value for ${valueKey}: ${value}`, `payload[${valueKey}]`)
  }
  const now = world.now(customer)
  const timestamp: number = params.timestamp ?? now
  if (timestamp < now - OLDEST_SECONDS || timestamp > now + NEWEST_SECONDS) {
    throw refuse('The timestamp must be within the past 35 days and up to 5 minutes in the future.', 'timestamp')
  }
  const identifier: string = params.identifier ?? world.newId('')
  assertNew(world, identifier)
  return world.save('billing.meter_event', {
    object: 'billing.meter_event',
    created: now,
    event_name: params.event_name,
    identifier,
    livemode: false,
    payload: params.payload,
    timestamp,
  })
}

function cancelReport(world: World, params: Params): object {
  const identifier: string = params.cancel?.identifier ?? ''
  const event = world.need('billing.meter_event', identifier, 'cancel[identifier]')
  if (event.timestamp < world.now() - DAY) {
    throw refuse('Meter events can be cancelled within 24 hours only.', 'cancel[identifier]')
  }
  world.remove('billing.meter_event', identifier)
  return {
    object: 'billing.meter_event_adjustment',
    cancel: { identifier },
    event_name: params.event_name,
    livemode: false,
    status: 'complete',
    type: 'cancel',
  }
}

function summaries(world: World, id: string, params: Params): object[] {
  const meter = world.need('billing.meter', id)
  world.need('customer', params.customer, 'customer')
  const { start_time: start, end_time: end, value_grouping_window: grouping } = params
  const step = grouping === 'hour' ? HOUR : grouping === 'day' ? DAY : end - start
  const unit = grouping === 'day' ? DAY : grouping === 'hour' ? HOUR : 60
  if (start >= end) throw refuse('end_time must be after start_time.', 'end_time')
  if (start % unit !== 0 || end % unit !== 0) {
    throw refuse(
      `start_time and end_time must be aligned with ${unit === 60 ? 'minute' : grouping} boundaries.`,
      'start_time',
    )
  }
  const windows = Array.from({ length: Math.ceil((end - start) / step) }, (_, index) => start + index * step)
  return windows
    .map((from) => ({
      id: `mtrusg_${meter.id.slice(4)}_${from}`,
      object: 'billing.meter_event_summary',
      aggregated_value: usageOf(world, id, params.customer, { start: from, end: Math.min(from + step, end) }),
      end_time: Math.min(from + step, end),
      livemode: false,
      meter: meter.id,
      start_time: from,
    }))
    .reverse()
}

export const meterOperations: Operations = {
  'POST /v1/billing/meters': ({ world, params }) => createMeter(world, params),
  'GET /v1/billing/meters/{id}': ({ world, path }) => world.need('billing.meter', path.id as string),
  'POST /v1/billing/meters/{id}': ({ world, params, path }) =>
    world.update('billing.meter', path.id as string, { ...params, updated: world.now() }, 'billing.meter.updated'),
  'POST /v1/billing/meters/{id}/deactivate': ({ world, path }) => setActive(world, path.id as string, false),
  'POST /v1/billing/meters/{id}/reactivate': ({ world, path }) => setActive(world, path.id as string, true),
  'GET /v1/billing/meters': ({ world, params }) =>
    world
      .table('billing.meter')
      .filter(({ status }) => matches(status, params.status))
      .reverse(),
  'GET /v1/billing/meters/{id}/event_summaries': ({ world, params, path }) =>
    summaries(world, path.id as string, params),
  'POST /v1/billing/meter_events': ({ world, params }) => report(world, params),
  'POST /v1/billing/meter_event_adjustments': ({ world, params }) => cancelReport(world, params),
}
