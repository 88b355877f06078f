/** A world that stands: tables, clocks, due list and event log behind one transaction at a time. */
import type { StripeEvent } from '../catalog/objects.ts'
import { API_VERSION } from '../contract/spec.ts'
import { objectFaults } from '../contract/validator.ts'
import type { Kinds } from '../objects.ts'
import type { AccountSettings, Due, DueWork, Kind, Owner, Stored, World } from '../world.ts'
import { StripeFault } from '../world.ts'
import { AccountClock } from './clock.ts'
import { previousAttributes } from './difference.ts'
import { ContractFault, resourceMissing } from './faults.ts'
import { newId } from './ids.ts'
import { Journal } from './journal.ts'
import { present } from './present.ts'
import { Store } from './store.ts'

export const DEFAULT_SETTINGS: AccountSettings = {
  retryDays: [3, 5, 7],
  afterLastRetry: 'cancel',
  upcomingDays: 7,
  draftSeconds: 3600,
  baseUrl: 'http://127.0.0.1:12111',
}

export interface WorldOptions {
  due?: DueWork
  settings?: Partial<AccountSettings>
  offsetMs?: number
  /** Unix seconds at which the account's clock stands still until it is advanced. For tests. */
  now?: number
  /** Told after a transaction, with the events that it emitted. */
  onCommit?: (events: readonly StripeEvent[]) => void
  /** Told of work that failed although nobody waits for its answer. */
  onFault?: (fault: string) => void
}

export interface RequestOfEvents {
  id: string | null
  idempotency_key: string | null
}

const KEEPERS_OF_A_CLOCK = ['customer', 'subscription', 'invoice', 'payment_intent', 'charge'] as const

const NO_REQUEST: RequestOfEvents = { id: null, idempotency_key: null }

export class Simulation implements World {
  readonly settings: AccountSettings
  readonly store: Store
  readonly clock: AccountClock
  readonly #journal = new Journal()
  readonly #due: DueWork
  readonly #standsStill: boolean
  readonly #onCommit: (events: readonly StripeEvent[]) => void
  readonly #onFault: (fault: string) => void
  #request = NO_REQUEST
  #emitted: StripeEvent[] = []

  constructor({ due = {}, settings, offsetMs = 0, now, onCommit, onFault }: WorldOptions = {}) {
    this.settings = { ...DEFAULT_SETTINGS, ...settings }
    this.store = new Store(this.#journal)
    this.clock = new AccountClock(offsetMs)
    this.#standsStill = now !== undefined
    if (now !== undefined) this.clock.hold(now)
    this.#due = due
    this.#onCommit = onCommit ?? (() => {})
    this.#onFault = onFault ?? (() => {})
  }

  /** All of the log, oldest first. */
  get events(): readonly StripeEvent[] {
    return [...this.table('event').all()]
  }

  /**
   * Runs work that is done wholly or not at all. A fault with `keep` is thrown on, but what was done stays. Inside of
   * another transaction it is a part of that one.
   */
  transact<T>(work: (world: World) => T, request: RequestOfEvents = NO_REQUEST): T {
    if (this.#journal.isOpen) return work(this)
    this.#journal.begin()
    this.#emitted = []
    this.#request = request
    try {
      const result = work(this)
      this.#commit()
      return result
    } catch (error) {
      if (error instanceof StripeFault && error.keep) this.#commit()
      else this.#journal.undo()
      if (error instanceof StripeFault && error.remains) this.transact(error.remains, request)
      throw error
    }
  }

  #commit(): void {
    this.#journal.commit()
    this.#onCommit(this.#emitted)
  }

  now(owner?: Owner | null): number {
    return this.#show(this.clockOf(owner))
  }

  #show = (clock: string | null): number =>
    clock === null ? this.clock.now() : this.need('test_helpers.test_clock', clock).frozen_time

  /** The test clock that something lives by: its own, or that of what it belongs to. */
  clockOf(owner?: Owner | null): string | null {
    if (!owner) return null
    if (typeof owner.test_clock === 'string') {
      return this.table('test_helpers.test_clock').get(owner.test_clock) ? owner.test_clock : null
    }
    for (const kind of KEEPERS_OF_A_CLOCK) {
      const id = owner[kind]
      const keeper = typeof id === 'string' ? this.table(kind).get(id) : undefined
      if (keeper) return this.clockOf(keeper as Owner)
    }
    return null
  }

  table = <K extends Kind>(kind: K) => this.store.table(kind)

  need<K extends Kind>(kind: K, id: string, param = 'id'): Stored<K> {
    const object = this.table(kind).get(id)
    if (!object) throw resourceMissing(kind, id, param)
    return object
  }

  save<K extends Kind>(kind: K, object: Kinds[K]): Stored<K> {
    this.store.put(kind, object)
    return object
  }

  update<K extends Kind>(kind: K, id: string, changes: Partial<Kinds[K]>, event?: string): Stored<K> {
    const before = this.need(kind, id)
    const after = { ...before, ...changes }
    const previous = previousAttributes(before, after)
    if (!previous) return before
    this.store.put(kind, after as Kinds[K])
    if (event) this.emit(event, after, event.endsWith('updated') ? previous : undefined)
    return after as Stored<K>
  }

  remove(kind: Kind, id: string): void {
    this.store.remove(kind, id)
  }

  wasRemoved = (kind: Kind, id: string) => this.store.wasRemoved(kind, id)

  emit(type: string, object: object, previous?: object): void {
    const event: StripeEvent = {
      id: newId('evt_'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now(object as Owner),
      data: {
        object: present(object) as Record<string, unknown>,
        ...(previous && { previous_attributes: structuredClone(previous) as Record<string, unknown> }),
      },
      livemode: false,
      pending_webhooks: 0,
      request: this.#request,
      type,
    }
    const faults = objectFaults(event)
    if (faults.length > 0) throw new ContractFault(`the event ${type}`, faults)
    this.store.put('event', event)
    this.#emitted.push(event)
  }

  schedule(due: Due, owner?: Owner | null): void {
    this.store.schedule(due, this.clockOf(owner))
  }

  unschedule(kind: string, subject: string): void {
    this.store.unschedule(kind, subject)
  }

  newId = newId
  next = (counter: string) => this.store.next(counter)

  /** Sets a clock (the account's without one) to a moment, where it stands. */
  setClock(clock: string | null, seconds: number): void {
    if (clock === null) this.clock.hold(seconds)
    else this.transact(() => this.update('test_helpers.test_clock', clock, { frozen_time: seconds }))
  }

  #run({ kind, subject }: Due): void {
    try {
      this.transact(() => {
        this.unschedule(kind, subject)
        const work = this.#due[kind]
        if (!work) throw new Error('nothing knows this work')
        work(this, subject)
      })
    } catch (error) {
      if (error instanceof StripeFault && error.keep) return
      // Left in the list it would be tried for ever.
      this.transact(() => this.unschedule(kind, subject))
      this.#onFault(`${kind} of ${subject}: ${error instanceof Error ? error.message : error}`)
    }
  }

  /**
   * Does everything that falls due up to a moment, one by one and in order, each with the clock at its time, and leaves
   * the clock there. Stops after each, so that others can see the world at that time.
   */
  *advancing(until: number, clock: string | null = null): Generator<void> {
    this.setClock(clock, this.#show(clock))
    for (let due = this.store.firstDue(clock); due && due.at <= until; due = this.store.firstDue(clock)) {
      this.setClock(clock, Math.max(this.#show(clock), due.at))
      this.#run(due)
      yield
    }
    this.setClock(clock, until)
    if (clock === null && !this.#standsStill) this.clock.release()
  }

  advance(until: number, clock: string | null = null): void {
    for (const _ of this.advancing(until, clock));
  }

  /** Does what has fallen due on the account's clock by itself. */
  runDue(): void {
    if (this.clock.isHeld) return
    const now = this.clock.now()
    for (let due = this.store.firstDue(null); due && due.at <= now; due = this.store.firstDue(null)) {
      this.clock.hold(due.at)
      this.#run(due)
      this.clock.resume()
    }
  }
}

/** A world without a server: for the server, and for tests of what stands on it. */
export const createWorld = (options?: WorldOptions): Simulation => new Simulation(options)
