/** Brings events to webhook endpoints: in order unless told otherwise, signed anew for each attempt, tried again. */
import Stripe from 'stripe'
import type { StripeEvent } from '../catalog/objects.ts'
import type { Stored } from '../world.ts'
import { type Chaos, dice } from './chaos.ts'
import type { Simulation } from './world.ts'

/** How long after each failed attempt the next is made. After the last one the event stays undelivered. */
export const BACKOFF_MS: readonly number[] = [200, 1000, 5000, 30_000, 120_000, 600_000, 3_600_000]

/** Who waits for the deliveries does not wait for endpoints that have failed this often. */
const PATIENCE = 3
const ANSWER_MS = 10_000
const LOOK_AGAIN_MS = 50

export interface Delivery {
  readonly event: string
  readonly endpoint: string
  readonly attempts: number
  /** Unix milliseconds of the wall. */
  readonly notBefore: number
  /** Sent although it has already arrived. */
  readonly again: boolean
}

export interface DeliveryOptions {
  world: Simulation
  chaos: Chaos
  backoffMs?: readonly number[]
  log: (line: string) => void
  /** Told after every change of what waits. */
  onChange: () => void
}

const listensTo = ({ enabled_events, status }: Stored<'webhook_endpoint'>, type: string) =>
  status === 'enabled' && enabled_events.some((each) => each === '*' || each === type)

export class Deliveries {
  sent = 0
  readonly #options: DeliveryOptions
  readonly #backoffMs: readonly number[]
  readonly #roll: () => number
  readonly #sending = new Set<string>()
  readonly #closed = new AbortController()
  #waiting: Delivery[] = []
  #timer: NodeJS.Timeout | undefined
  #settlers: (() => void)[] = []

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#backoffMs = options.backoffMs ?? BACKOFF_MS
    this.#roll = dice(options.chaos)
  }

  enqueue(events: readonly StripeEvent[]): void {
    const { world, chaos } = this.#options
    for (const { id, type } of events) {
      const endpoints = world.table('webhook_endpoint').filter((endpoint) => listensTo(endpoint, type))
      if (endpoints.length === 0) continue
      world.transact(() => world.update('event', id, { pending_webhooks: endpoints.length }))
      for (const endpoint of endpoints) {
        if (this.#roll() < chaos.deliveries.lose) continue
        this.#wait({ event: id, endpoint: endpoint.id, attempts: 0, notBefore: this.#soon(), again: false })
      }
    }
    this.#pump()
  }

  /** Sends an event once more to all that listen to it. */
  redeliver(event: Stored<'event'>): number {
    const endpoints = this.#options.world.table('webhook_endpoint').filter((each) => listensTo(each, event.type))
    for (const { id } of endpoints) {
      this.#wait({ event: event.id, endpoint: id, attempts: 0, notBefore: 0, again: event.pending_webhooks === 0 })
    }
    this.#pump()
    return endpoints.length
  }

  #soon = () => Date.now() + this.#options.chaos.deliveries.delayMs

  #wait(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#options.onChange()
  }

  /** Starts what can be sent now, one at a time for each endpoint, and comes back when more can. */
  #pump(): void {
    clearTimeout(this.#timer)
    if (this.#closed.signal.aborted) return
    const { chaos, world } = this.#options
    this.#waiting = this.#waiting.filter(({ endpoint }) => world.table('webhook_endpoint').get(endpoint))
    if (chaos.deliveries.paused) {
      if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#pump(), LOOK_AGAIN_MS)
    } else {
      for (const endpoint of new Set(this.#waiting.map(({ endpoint }) => endpoint))) this.#sendNext(endpoint)
      const next = Math.min(...this.#waiting.map(({ notBefore }) => notBefore))
      const wait = Math.max(1, next - Date.now())
      if (this.#sending.size === 0 && Number.isFinite(next)) this.#timer = setTimeout(() => this.#pump(), wait)
    }
    if (this.#isSettled()) for (const settle of this.#settlers.splice(0)) settle()
  }

  #isSettled = () =>
    this.#sending.size === 0 &&
    (this.#options.chaos.deliveries.paused || this.#waiting.every(({ attempts }) => attempts >= PATIENCE))

  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settlers.push(resolve)
      this.#pump()
    })
  }

  #sendNext(endpoint: string): void {
    if (this.#sending.has(endpoint)) return
    const now = Date.now()
    const ready = this.#waiting.filter((each) => each.endpoint === endpoint && each.notBefore <= now)
    const place = this.#options.chaos.deliveries.shuffle ? Math.floor(this.#roll() * ready.length) : 0
    const delivery = ready[place]
    if (!delivery) return
    this.#sending.add(endpoint)
    this.#attempt(delivery)
      .then((arrived) => this.#answered(delivery, arrived))
      .finally(() => {
        this.#sending.delete(endpoint)
        this.#pump()
      })
  }

  #answered(delivery: Delivery, arrived: boolean): void {
    if (this.#closed.signal.aborted) return
    const { world, chaos, log } = this.#options
    const place = this.#waiting.indexOf(delivery)
    if (place >= 0) this.#waiting.splice(place, 1)
    const wait = this.#backoffMs[delivery.attempts]
    if (!arrived && wait !== undefined) {
      this.#wait({ ...delivery, attempts: delivery.attempts + 1, notBefore: Date.now() + wait })
      return
    }
    if (!arrived) log(`${delivery.event} could not be delivered to ${delivery.endpoint}`)
    if (arrived && !delivery.again) {
      const pending = world.table('event').get(delivery.event)?.pending_webhooks ?? 1
      world.transact(() => world.update('event', delivery.event, { pending_webhooks: Math.max(0, pending - 1) }))
      if (this.#roll() < chaos.deliveries.duplicate) {
        this.#wait({ ...delivery, attempts: 0, notBefore: this.#soon(), again: true })
      }
    }
    this.#options.onChange()
  }

  async #attempt({ event: id, endpoint: endpointId }: Delivery): Promise<boolean> {
    const { world, chaos } = this.#options
    if (chaos.deliveries.dropFirst > 0) {
      chaos.deliveries.dropFirst -= 1
      return false
    }
    const [event, endpoint] = [world.table('event').get(id), world.table('webhook_endpoint').get(endpointId)]
    if (!event || !endpoint) return true
    const payload = JSON.stringify({ ...event, api_version: endpoint.api_version ?? event.api_version }, null, 2)
    // Receivers compare the time of the signature with their own, whatever a clock of ours shows.
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: endpoint.secret ?? '' })
    this.sent += 1
    try {
      const answer = await fetch(endpoint.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
        body: payload,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), this.#closed.signal]),
      })
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      return false
    }
  }

  content = (): readonly Delivery[] => this.#waiting

  restore(waiting: readonly Delivery[]): void {
    this.#waiting = [...waiting]
    this.#pump()
  }

  close(): void {
    this.#closed.abort()
    clearTimeout(this.#timer)
    for (const settle of this.#settlers.splice(0)) settle()
  }
}
