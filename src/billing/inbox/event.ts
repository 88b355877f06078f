/**
 * What an event is about, read from its body with care: it is signed, and still written by others. Of all that it says
 * only ids are used, to know whose truth has to be read again.
 */
import type { EventState } from './queries.ts'

/** The version of Stripe's API that the SDK speaks; payloads of another have other shapes. */
export const API_MAJOR = 'endive'

/**
 * After these the state of a customer may be another one. What is told between them (payment intents, charges) shows in
 * an invoice or a subscription as well.
 */
const customerEvents = [
  'checkout.session.async_payment_failed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.completed',
  'checkout.session.expired',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'customer.subscription.updated',
  'customer.updated',
  'invoice.created',
  'invoice.deleted',
  'invoice.finalized',
  'invoice.finalization_failed',
  'invoice.marked_uncollectible',
  'invoice.paid',
  'invoice.payment_action_required',
  'invoice.payment_failed',
  'invoice.updated',
  'invoice.voided',
  'payment_method.attached',
  'payment_method.automatically_updated',
  'payment_method.detached',
  'payment_method.updated',
  'subscription_schedule.aborted',
  'subscription_schedule.canceled',
  'subscription_schedule.completed',
  'subscription_schedule.created',
  'subscription_schedule.released',
  'subscription_schedule.updated',
] as const

/** Kept, so that one can see who changed the catalogue and when. */
const catalogEvents = ['price.created', 'price.deleted', 'price.updated', 'product.deleted', 'product.updated'] as const

/** What a webhook endpoint has to be subscribed to. */
export const stripeEventTypes: readonly ((typeof customerEvents)[number] | (typeof catalogEvents)[number])[] = [
  ...customerEvents,
  ...catalogEvents,
]

export interface ReadEvent {
  id: string
  type: string
  apiVersion: string | null
  livemode: boolean | null
  account: string | null
  customerId: string | null
  objectId: string | null
  createdAt: Date | null
  /** `pending`: a customer is to be read again. */
  state: Extract<EventState, 'pending' | 'done' | 'ignored'>
  note: string | null
  /** It is for us, and its form is another: the endpoint is set up for another version. */
  isForeignVersion: boolean
}

type Fields = Record<string, unknown>
type Facts = Pick<ReadEvent, 'account' | 'livemode' | 'type'>

/** Undefined when it is no event at all. */
export function readEvent(body: unknown, livemode: boolean): ReadEvent | undefined {
  const event = fieldsOf(body)
  const [id, type] = [textOf(event.id), textOf(event.type)]
  if (id === null || type === null || isDeep(body)) return undefined
  const data = fieldsOf(event.data)
  const object = fieldsOf(data.object)
  const facts = {
    id,
    type,
    apiVersion: textOf(event.api_version),
    livemode: typeof event.livemode === 'boolean' ? event.livemode : null,
    account: textOf(event.account),
    customerId: customerOf(type, object, fieldsOf(data.previous_attributes)),
    objectId: textOf(object.id),
    createdAt: momentOf(event.created),
  }
  const note = whyIgnored(event, facts, livemode)
  if (note) return { ...facts, state: 'ignored', note, isForeignVersion: false }
  if (facts.apiVersion?.split('.')[1] !== API_MAJOR) {
    const note = `Its API version is ${facts.apiVersion}, and ours is ${API_MAJOR}.`
    return { ...facts, state: 'ignored', note, isForeignVersion: true }
  }
  const state = facts.customerId && customerEvents.some((name) => name === type) ? 'pending' : 'done'
  return { ...facts, state, note: null, isForeignVersion: false }
}

function whyIgnored(event: Fields, { account, livemode, type }: Facts, ours: boolean): string | undefined {
  if (event.object !== 'event') return 'It is not an event of the first generation of the API.'
  if (account !== null) return `It is about another account, ${account}.`
  if (livemode !== ours) return `It is of ${livemode ? 'live' : 'test'} mode, and the key is not.`
  return stripeEventTypes.some((name) => name === type) ? undefined : 'Nothing follows from this type.'
}

/** A detached payment method has lost its customer; what it was stands beside it. */
function customerOf(type: string, object: Fields, previous: Fields): string | null {
  if (type.startsWith('customer.') && object.object === 'customer') return textOf(object.id)
  return referenceOf(object.customer) ?? referenceOf(previous.customer)
}

const referenceOf = (value: unknown): string | null => textOf(value) ?? textOf(fieldsOf(value).id)

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

/** Of what is a name or an id to us; anything that cannot be one is none. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > 255) return null
  return value === clean(value) ? value : null
}

/** Stripe's own events have a dozen levels. Thousands of them exhaust the stack, here and in the database. */
const MOST_LEVELS = 100

/** Level by level: a call for each would go as deep. */
function isDeep(body: unknown): boolean {
  let level: unknown[] = [body]
  for (let depth = 0; depth <= MOST_LEVELS; depth++) {
    level = level.flatMap((value) => Object.values(fieldsOf(value)))
    if (level.length === 0) return false
  }
  return true
}

/** The years that PostgreSQL and JavaScript both know are more than enough. */
const LATEST_MS = Date.UTC(9999, 0)

/** Seconds in events of the first version, text in those of the second. */
function momentOf(value: unknown): Date | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null
  const moment = new Date(typeof value === 'number' ? value * 1000 : value)
  return moment.getTime() >= 0 && moment.getTime() < LATEST_MS ? moment : null
}

/** PostgreSQL can store neither NUL nor half a surrogate pair, in values or in names. */
export function storable(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) => {
    if (typeof value === 'string') return clean(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [clean(name), inner]))
  })
}

const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed()
