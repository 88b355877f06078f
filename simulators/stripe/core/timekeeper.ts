/** Lets time pass: on the account's clock by itself and when told to, on a test clock when it is advanced. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { StripeEvent } from '../catalog/objects.ts'
import type { Simulation } from './world.ts'

const LONGEST_TIMER_MS = 2 ** 31 - 1

export class Timekeeper {
  readonly #world: Simulation
  #timer: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(world: Simulation) {
    this.#world = world
  }

  /** Starts waiting for what is due next on the account's clock. */
  arm(): void {
    clearTimeout(this.#timer)
    const next = this.#world.store.firstDue(null)
    if (!next || this.#isClosed || this.#world.clock.isHeld) return
    const wait = Math.max(0, next.at - this.#world.clock.now()) * 1000
    this.#timer = setTimeout(
      () => {
        this.#world.runDue()
        this.arm()
      },
      Math.min(wait, LONGEST_TIMER_MS),
    )
  }

  /** One after the other: two that advance a clock must not take turns. */
  #queue(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #pass(until: number, clock: string | null): Promise<void> {
    for (const _ of this.#world.advancing(until, clock)) {
      // Requests are answered in between, as of that time.
      await breathe()
      if (this.#isClosed) return
    }
    this.arm()
  }

  advance(until: number): Promise<void> {
    return this.#queue(() => this.#pass(until, null))
  }

  /** Brings test clocks that were asked to advance to where they are to stand. */
  follow(events: readonly StripeEvent[]): void {
    for (const { type, data } of events) {
      if (type === 'test_helpers.test_clock.advancing') this.bringForward(data.object.id as string)
    }
  }

  /** A test clock may be deleted at any time; then there is nothing left to do. */
  bringForward(id: string): Promise<void> {
    const clock = () => this.#world.table('test_helpers.test_clock').get(id)
    return this.#queue(async () => {
      const target = clock()?.status_details.advancing?.target_frozen_time
      if (target === undefined) return
      await this.#pass(target, id).catch((error) => {
        if (clock()) throw error
      })
      if (this.#isClosed || !clock()) return
      const ready = { status: 'ready', status_details: {} } as const
      this.#world.transact((world) =>
        world.update('test_helpers.test_clock', id, ready, 'test_helpers.test_clock.ready'),
      )
    })
  }

  /** When nothing is being advanced any more. */
  idle = (): Promise<unknown> => this.#last

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }
}
