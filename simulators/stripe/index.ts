/** A Stripe of one's own: `startLocalStripe()` answers the API, runs the time and delivers the events. */

import { admin } from './admin.ts'
import { catalogIncludable, catalogOperations } from './catalog/index.ts'
import { calm } from './core/chaos.ts'
import { Deliveries, type Delivery } from './core/delivery.ts'
import { IdempotencyKeys, type KeptAnswer } from './core/idempotency.ts'
import { Snapshot } from './core/snapshot.ts'
import type { StoreContent } from './core/store.ts'
import { keepTally } from './core/tally.ts'
import { Timekeeper } from './core/timekeeper.ts'
import { createWorld, type Simulation } from './core/world.ts'
import { engineDue, engineIncludable, engineOperations, failNextPayment } from './engine/index.ts'
import type { LocalStripe, LocalStripeOptions } from './handle.ts'
import { hostedDue, hostedIncludable, hostedOperations, hostedPages } from './hosted/index.ts'
import { createServer } from './server.ts'
import { StripeFault } from './world.ts'

export type { Chaos } from './core/chaos.ts'
export type { LocalStripe, LocalStripeOptions } from './handle.ts'

interface State {
  offsetMs: number
  store: StoreContent
  deliveries: readonly Delivery[]
  idempotency: [string, KeptAnswer][]
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

function refuseToBeServed(host: string): void {
  if (process.env.NODE_ENV === 'production') throw new Error('the local Stripe does not start in production')
  if (!LOOPBACK.has(host)) throw new Error(`the local Stripe listens on the loopback only, not on ${host}`)
}

/** The world with all that moves in it, and the file in which it outlives the process. */
function assemble(options: LocalStripeOptions, log: (line: string) => void) {
  const chaos = calm()
  const idempotency = new IdempotencyKeys()
  const stats = { requests: 0, answers: 0, faults: [] as string[] }
  const world: Simulation = createWorld({
    due: { ...engineDue, ...hostedDue },
    settings: { ...options.settings, ...(options.webhookSecret && { webhookSecret: options.webhookSecret }) },
    ...(options.offsetMs !== undefined && { offsetMs: options.offsetMs }),
    onCommit: (events) => {
      snapshot.touch()
      if (events.length > 0) deliveries.enqueue(events)
      timekeeper.follow(events)
      timekeeper.arm()
    },
    onFault: (fault) => {
      stats.faults.push(fault)
      log(fault)
    },
  })
  const timekeeper = new Timekeeper(world)
  const snapshot = new Snapshot<State>(options.dataFile, () => ({
    offsetMs: world.clock.shownOffsetMs,
    store: world.store.content(),
    deliveries: deliveries.content(),
    idempotency: idempotency.content(),
  }))
  const deliveries = new Deliveries({
    world,
    chaos,
    backoffMs: options.backoffMs,
    log,
    onChange: () => snapshot.touch(),
  })
  return { chaos, idempotency, stats, world, timekeeper, snapshot, deliveries }
}

type Assembled = ReturnType<typeof assemble>

function restore({ world, snapshot, deliveries, idempotency, timekeeper }: Assembled): void {
  const state = snapshot.read()
  if (state) {
    world.clock.offsetMs = state.offsetMs
    world.store.restore(state.store)
    idempotency.restore(state.idempotency)
    deliveries.restore(state.deliveries)
  }
  for (const { id, status } of world.table('test_helpers.test_clock').all()) {
    if (status === 'advancing') timekeeper.bringForward(id)
  }
  timekeeper.arm()
}

export async function startLocalStripe(options: LocalStripeOptions = {}): Promise<LocalStripe> {
  const { port = 0, host = '127.0.0.1', log = () => {} } = options
  refuseToBeServed(host)
  const assembled = assemble(options, log)
  const { chaos, idempotency, stats, world, timekeeper, snapshot, deliveries } = assembled
  const app = createServer({
    simulation: world,
    rooms: {
      operations: { ...catalogOperations, ...engineOperations, ...hostedOperations },
      includable: { ...catalogIncludable, ...engineIncludable, ...hostedIncludable },
    },
    idempotency,
    chaos,
    stats,
    log,
    onChange: () => snapshot.touch(),
  })
  const settled = async () => {
    await timekeeper.idle()
    await deliveries.settled()
  }
  const local = {
    url: '',
    port,
    world,
    chaos,
    transact: <T>(work: Parameters<typeof world.transact<T>>[0]) => world.transact(work),
    async advanceTo(date: Date) {
      const until = Math.floor(date.getTime() / 1000)
      if (until < world.now()) throw new StripeFault(400, { message: 'A clock does not go back.', param: 'now' })
      await timekeeper.advance(until)
    },
    failNextPayment: (customer: string) => world.transact(() => failNextPayment(world, customer)),
    settled,
    stats: () => ({ ...stats, events: world.events.length, deliveries: deliveries.sent }),
    counts: () => world.store.counts(),
    beginAt(date: Date) {
      world.clock.offsetMs = date.getTime() - Date.now()
    },
    redeliver: (event: string) => deliveries.redeliver(world.need('event', event)),
    async close() {
      timekeeper.close()
      deliveries.close()
      await app.close()
      snapshot.write()
      const events = world.events.length - restored
      keepTally({ ...stats, events, ...(options.faulty && { faults: [] }) })
    },
  }
  app.register(hostedPages, { transact: local.transact, world, settled })
  app.register(async (scope) => admin(scope, local))
  restore(assembled)
  const restored = world.events.length
  local.url = await app.listen({ port, host })
  local.port = Number(new URL(local.url).port)
  world.settings.baseUrl = (options.publicUrl ?? local.url).replace(/\/$/, '')
  return local
}
