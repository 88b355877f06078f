/** Test clocks: customers whose time passes only when it is told to. */
import type { Operations, Stored, World } from '../world.ts'
import { deleteCustomer } from './customers.ts'
import { type Params, refuse } from './fields.ts'

type TestClock = Stored<'test_helpers.test_clock'>

const DAY = 86_400
const LIFETIME = 30 * DAY
const MOST_WITHOUT_SUBSCRIPTION = 2 * 366 * DAY
/** As long as each can be. */
const SECONDS: Readonly<Record<string, number>> = { day: DAY, week: 7 * DAY, month: 31 * DAY, year: 366 * DAY }

const name = 'test_helpers.test_clock'

function create(world: World, params: Params): TestClock {
  if (params.customer) throw refuse('The local Stripe puts only new customers on a test clock.', 'customer')
  const now = world.now()
  const clock = world.save(name, {
    id: world.newId('clock_'),
    object: name,
    created: now,
    deletes_after: now + LIFETIME,
    frozen_time: params.frozen_time,
    livemode: false,
    name: params.name ?? null,
    status: 'ready',
    status_details: {},
  })
  world.emit('test_helpers.test_clock.created', clock)
  return clock
}

/** Two intervals of the shortest subscription. */
function furthest(world: World, clock: TestClock): number {
  const lengths = world
    .table('subscription')
    .filter(({ test_clock, status }) => test_clock === clock.id && status !== 'canceled')
    .flatMap(({ items }) => items.data.map(({ price }) => price.recurring))
    .map((recurring) =>
      recurring ? (SECONDS[recurring.interval] ?? 0) * recurring.interval_count : MOST_WITHOUT_SUBSCRIPTION,
    )
  return clock.frozen_time + (lengths.length === 0 ? MOST_WITHOUT_SUBSCRIPTION : 2 * Math.min(...lengths))
}

/** It answers at once and gets there on its own: see `core/timekeeper.ts`. */
function advance(world: World, id: string, target: number): TestClock {
  const clock = world.need(name, id)
  if (clock.status !== 'ready') throw refuse('Test clock advancement underway - cannot advance it again yet.')
  if (target <= clock.frozen_time) {
    throw refuse('Test clock can only be advanced forward to a time after its frozen_time.', 'frozen_time')
  }
  if (target > furthest(world, clock)) {
    throw refuse(
      'Test clock can only be advanced up to two intervals of its shortest subscription, or two years without one.',
      'frozen_time',
    )
  }
  const changes = { status: 'advancing', status_details: { advancing: { target_frozen_time: target } } } as const
  const advancing = world.update(name, id, changes)
  world.emit('test_helpers.test_clock.advancing', advancing)
  return advancing
}

function remove(world: World, id: string): object {
  const clock = world.need(name, id)
  for (const customer of world.table('customer').filter(({ test_clock }) => test_clock === id)) {
    deleteCustomer(world, customer.id)
  }
  world.emit('test_helpers.test_clock.deleted', clock)
  world.remove(name, id)
  return { id, object: name, deleted: true }
}

export const testClockOperations: Operations = {
  'POST /v1/test_helpers/test_clocks': ({ world, params }) => create(world, params),
  'GET /v1/test_helpers/test_clocks/{id}': ({ world, path }) => world.need(name, path.id as string),
  'GET /v1/test_helpers/test_clocks': ({ world }) => [...world.table(name).all()].reverse(),
  'POST /v1/test_helpers/test_clocks/{id}/advance': ({ world, params, path }) =>
    advance(world, path.id as string, params.frozen_time),
  'DELETE /v1/test_helpers/test_clocks/{id}': ({ world, path }) => remove(world, path.id as string),
}
