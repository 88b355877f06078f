/**
 * What every part of the local Stripe works on: objects in tables, one clock (and test clocks), the event log and the
 * due list. The engine, the checkout and the portal are functions over a world; the server gives them one.
 */
import type { Kinds } from './objects.ts'

export type Kind = keyof Kinds

/** Plain JSON, exactly as the API shows it, never changed in place: `World.save` puts a new one in its stead. */
export type Stored<K extends Kind> = Readonly<Kinds[K]>

export interface Table<T> {
  get(id: string): T | undefined
  /** Oldest first. */
  all(): Iterable<T>
  find(matches: (object: T) => boolean): T | undefined
  filter(matches: (object: T) => boolean): T[]
}

/** Work that is due at a moment of a clock. One per kind and subject: scheduling again moves it. */
export interface Due {
  readonly kind: string
  /** The id of the object it is about. */
  readonly subject: string
  /** Unix seconds. */
  readonly at: number
}

/** What the account's settings in the dashboard decide. */
export interface AccountSettings {
  /** Days after the first failed payment at which it is tried again. */
  retryDays: readonly number[]
  /** What becomes of a subscription when the last retry has failed. */
  afterLastRetry: 'cancel' | 'unpaid' | 'past_due'
  /** Days before a renewal at which `invoice.upcoming` is sent. */
  upcomingDays: number
  /** Seconds between a renewal invoice's creation and its finalization and payment. */
  draftSeconds: number
  /** Where the hosted pages stand, without a slash at the end: an invoice's page is `${baseUrl}/invoice/{id}`. */
  baseUrl: string
  /** The secret of every webhook endpoint that is made; a random one without it. */
  webhookSecret?: string
}

/** Anything that lives by a clock: it names a test clock, or an object that does (its customer, its invoice). */
export interface Owner {
  readonly test_clock?: unknown
  readonly customer?: unknown
  readonly subscription?: unknown
  readonly invoice?: unknown
  readonly payment_intent?: unknown
  readonly charge?: unknown
}

export interface World {
  readonly settings: AccountSettings

  /** Unix seconds on the test clock of an object or of its customer; on the account's without one. */
  now(owner?: Owner | null): number

  table<K extends Kind>(kind: K): Table<Stored<K>>
  /** The stored object; throws what Stripe answers for an id it does not know (`resource_missing`, naming `param`). */
  need<K extends Kind>(kind: K, id: string, param?: string): Stored<K>

  /** Adds or replaces an object. */
  save<K extends Kind>(kind: K, object: Kinds[K]): Stored<K>
  /**
   * Replaces fields of an object. With `event` the change is told, with `previous_attributes` worked out from the
   * difference; nothing is told when nothing changed.
   */
  update<K extends Kind>(kind: K, id: string, changes: Partial<Kinds[K]>, event?: string): Stored<K>
  remove(kind: Kind, id: string): void
  /** Whether an object of this id was removed: some are still answered, as `{ id, object, deleted: true }`. */
  wasRemoved(kind: Kind, id: string): boolean
  /** Appends to the event log: a deep copy of the object as it is now. */
  emit(type: string, object: object, previous?: object): void

  /** On the clock of `owner`; replaces what is due for the same kind and subject. */
  schedule(due: Due, owner?: Owner | null): void
  unschedule(kind: string, subject: string): void

  /** `sub_` and so on, with 24 random base62 characters. */
  newId(prefix: string): string
  /** A number that goes up, for invoice numbers. */
  next(counter: string): number
}

/** What the server hands to an operation of the API. */
export interface Call {
  readonly world: World
  /** Typed by the contract: numbers are numbers, unknown parameters were refused. */
  // biome-ignore lint/suspicious/noExplicitAny: the contract has checked the shape
  readonly params: any
  /** What the braces of the path stand for. */
  readonly path: Readonly<Record<string, string>>
}

/** Answers with a Stripe object; a list is an array of stored objects, newest first, which the server cuts into pages. */
export type Operation = (call: Call) => object | readonly object[]

/** `'POST /v1/customers/{id}'`, with the path as the contract writes it. */
export type Operations = Readonly<Record<string, Operation>>

/** Fields that appear only when they are expanded, such as `invoice.payments`. By object name and field. */
export type Includable = Readonly<Record<string, (world: World, object: never) => unknown>>

/** What runs when something is due. By kind. */
export type DueWork = Readonly<Record<string, (world: World, subject: string) => void>>

/** An error as the API answers it. Whatever the operation changed before it is undone, unless `keep` is set. */
export class StripeFault extends Error {
  readonly status: number
  readonly body: { type: string; message: string; code?: string; param?: string; decline_code?: string } & Record<
    string,
    unknown
  >
  /** A declined payment leaves its traces (the failed intent, its events) although the call fails. */
  readonly keep: boolean
  /** What stays of a call that is undone: a failure that was ordered once has happened, whatever became of it. */
  readonly remains: ((world: World) => void) | undefined
  /** What `stripe-should-retry` tells the client, where Stripe sends it. */
  readonly retry: boolean | undefined

  constructor(
    status: number,
    body: { type?: string; message: string; code?: string; param?: string; decline_code?: string } & Record<
      string,
      unknown
    >,
    { keep = false, retry, remains }: { keep?: boolean; retry?: boolean; remains?: (world: World) => void } = {},
  ) {
    super(body.message)
    this.name = 'StripeFault'
    this.status = status
    this.body = { type: 'invalid_request_error', ...body }
    this.keep = keep
    this.retry = retry
    this.remains = remains
  }
}
