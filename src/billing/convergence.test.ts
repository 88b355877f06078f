/**
 * What happened at Stripe is recorded once per scenario. Then its events are told again and again, in any order, at any
 * moment after they happened, twice or not at all, while Stripe's answers move on; and the end must always be the same. PLINTH_SHUFFLES sets how many
 * random orders of each scenario are told.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type Stripe from 'stripe'
import { asSystem } from '#platform/db/scoped.ts'
import { applyGrant } from '#tenants'
import { type Inbox, type Row, startInbox } from '../../tests/support/stripe-inbox.ts'
import {
  type Answers,
  type Happened,
  type Recording,
  record,
  type Scenario,
  scenarios,
} from '../../tests/support/stripe-scenarios.ts'
import type { Billing } from './context.ts'
import { stripeEventTypes } from './inbox/event.ts'
import { keepEvent } from './inbox/keep.ts'
import { startingGrant } from './plans.ts'
import { reconcile } from './reconcile/reconcile.ts'
import { syncCustomer } from './sync/sync.ts'

const SHUFFLES = Number(process.env.PLINTH_SHUFFLES ?? 4)
/** Of the 720 orders of six events; all of them where as many shuffles are asked for. */
const EVERY = SHUFFLES < 50 ? 20 : 1

let inbox: Inbox
before(async () => {
  inbox = await startInbox({ worker: false })
})
after(async () => {
  assert.deepEqual(inbox.local.stats().faults, [])
  await inbox.close()
})

/** Stripe as it answered when a scenario had come as far as `at`. */
class Replay {
  at = 0
  readonly billing: Billing
  readonly #recording: Recording
  /** Never delivered. */
  lost: Row[] = []

  constructor(recording: Recording) {
    this.#recording = recording
    const { billing } = inbox.app.services
    const list = (items: () => Row[]) => () => ({
      [Symbol.asyncIterator]: async function* () {
        yield* items()
      },
      // biome-ignore lint/suspicious/noThenProperty: the SDK's lists are both a page and all pages
      then: (resolve: (page: object) => void) => resolve({ data: items(), has_more: false }),
    })
    const client = {
      customers: { retrieve: async () => this.answers.customer, list: list(() => []) },
      subscriptions: { list: list(() => this.answers.subscriptions) },
      invoices: {
        list: list(() => this.answers.invoices),
        retrieve: async (id: string) => this.answers.invoices.find((invoice) => invoice.id === id),
      },
      events: { list: list(() => this.lost) },
    }
    const asked = async () => client as unknown as Stripe
    const account = { ...(billing.stripe as NonNullable<Billing['stripe']>), client: asked, patientClient: asked }
    const now = () => this.answers.now
    this.billing = { ...billing, stripe: account, clock: { offsetMs: 0, now } }
  }

  get answers(): Answers {
    return this.#recording.answers[this.at] as Answers
  }
}

type Order = (events: readonly Happened[], random: () => number) => { told: Happened[]; lost: Happened[] }

const whole = (told: readonly Happened[]) => ({ told: [...told], lost: [] })
const shuffled: Order = (events, random) =>
  whole(
    events
      .map((event) => ({ event, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ event }) => event),
  )

const orders: Record<string, Order> = {
  'in order': whole,
  'in reverse': (events) => whole(events.toReversed()),
  doubled: (events) => whole(events.flatMap((event) => [event, event])),
  'with a third lost': (events, random) => {
    const { told } = shuffled(events, random)
    const lost = told.filter(() => random() < 0.3)
    return { told: told.filter((event) => !lost.includes(event)), lost }
  },
  ...Object.fromEntries(Array.from({ length: SHUFFLES }, (_, number) => [`shuffled ${number}`, shuffled])),
}

async function tell(recording: Recording, order: Order, random: () => number): Promise<void> {
  const { customer } = recording.subscriber
  const replay = new Replay(recording)
  const last = recording.answers.length - 1
  const { told, lost } = order(recording.events, random)
  const waiting = [...told]
  while (waiting.length > 0) {
    // An event comes when it has happened, and often much later: then others have overtaken it.
    const step = (waiting[0] as Happened).step
    replay.at = Math.max(replay.at, step, Math.min(last, replay.at + Math.floor(random() * 2)))
    const few = waiting.splice(0, 1 + Math.floor(random() * 4))
    const come = few.filter((one) => one.step <= replay.at)
    waiting.push(...few.filter((one) => one.step > replay.at))
    await Promise.all(come.map(({ event }) => keepEvent(replay.billing, event)))
    const hint = come.at(-1)?.event.id as string
    if (random() < 0.5) await syncCustomer(replay.billing, customer, { forEvent: hint })
  }
  replay.at = last
  replay.lost = lost.map(({ event }) => event)
  if (lost.length > 0) await reconcile(replay.billing, { heal: true })
  // What a worker would still have to do.
  const [open] = await inbox.rows(`select id from stripe_events where customer_id = $1 and state = 'pending'`, [
    customer,
  ])
  if (open) await syncCustomer(replay.billing, customer, { forEvent: open.id })
}

/** As if the tenant had never heard of Stripe; the customers of others are out of reach meanwhile. */
async function reset({ subscriber: { tenantId, customer, account } }: Recording): Promise<void> {
  await inbox.rows(
    `with a as (delete from billing_subscriptions where tenant_id = $1), b as (delete from billing_invoices where tenant_id = $1),
       c as (delete from billing_notices where tenant_id = $1), d as (delete from stripe_events),
       e as (delete from emails where recipient = $2)
     update billing_customers set stripe_customer_id = null`,
    [tenantId, account.email],
  )
  await inbox.rows(
    `insert into billing_customers (tenant_id, stripe_customer_id, livemode, created_at) values ($1, $2, false, now())
     on conflict (tenant_id) do update set stripe_customer_id = $2, generation = 1, trial_used_at = null, past_due_since = null,
       synced_at = null`,
    [tenantId, customer],
  )
  await asSystem(inbox.app.services.db, 'a test begins anew', (tx) =>
    applyGrant(tx, tenantId, startingGrant, new Date(0)),
  )
}

/** All that must be the same in the end. */
async function outcome({ subscriber: { tenantId, account } }: Recording): Promise<object> {
  const all = (table: string, order: string, without = '{}') =>
    `(select jsonb_agg(to_jsonb(r) - '${without}'::text[] order by ${order}) from ${table} r where tenant_id = $1)`
  const [found] = await inbox.rows(
    `select ${all('billing_subscriptions', 'stripe_subscription_id', '{synced_at}')} as subscriptions,
       ${all('billing_invoices', 'stripe_invoice_id')} as invoices, ${all('tenant_limits', 'key')} as limits,
       ${all('tenant_entitlements', 'plan', '{updated_at}')} as entitlement,
       ${all('billing_customers', 'tenant_id', '{synced_at,created_at}')} as customer,
       (select jsonb_agg(id) from stripe_events where state in ('pending', 'dead')) as open,
       (select count(*)::int from billing_notices where tenant_id = $1) -
         (select count(*)::int from emails where recipient = $2 and kind like 'billing.%') as notices_without_mail`,
    [tenantId, account.email],
  )
  return found
}

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`${name} ends the same, in whatever order, how often and late its events come`, async () => {
    const recording = await record(inbox, name, scenario)
    // Of the others only the fact is kept.
    recording.events = recording.events.filter(({ event }) => (stripeEventTypes as string[]).includes(event.type))
    assert.ok(recording.events.length > 2, 'there is something to tell')
    await reset(recording)
    const replay = new Replay(recording)
    for (replay.at = 0; ; replay.at++) {
      await syncCustomer(replay.billing, recording.subscriber.customer)
      if (replay.at === recording.answers.length - 1) break
    }
    const expected = await outcome(recording)
    for (const [how, order] of Object.entries(orders)) {
      await reset(recording)
      await tell(recording, order, randomOf(`${name} ${how}`))
      assert.deepEqual(await outcome(recording), expected, how)
    }
  })
}

test('six events of one second end in one row, in whatever order they come', async () => {
  const recording = await record(inbox, 'a second', scenarios['a new subscription'] as Scenario)
  const types = [
    'subscription.created',
    'invoice.created',
    'invoice.finalized',
    'invoice.paid',
    'method.attached',
    'customer.updated',
  ]
  const six = types.map((type) => recording.events.find(({ event }) => event.type.endsWith(type)) as Happened)
  assert.ok(six.every((one) => one))
  const { customer, tenantId } = recording.subscriber
  for (const order of permutations(six).filter((_, number) => number % EVERY === 0)) {
    await reset(recording)
    const { billing } = new Replay(recording)
    for (const { event } of order) {
      await keepEvent(billing, { ...event, created: 1_790_000_000 })
      await syncCustomer(billing, customer, { forEvent: event.id })
    }
    const rows = await inbox.rows('select status, plan, is_current from billing_subscriptions where tenant_id = $1', [
      tenantId,
    ])
    assert.deepEqual(rows, [{ status: 'active', plan: 'pro', is_current: true }])
  }
})

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((first, at) => permutations(items.toSpliced(at, 1)).map((rest) => [first, ...rest]))
}

/** The same numbers for the same name (mulberry32), so that what failed once fails again. */
function randomOf(name: string): () => number {
  let state = createHash('sha256').update(name).digest().readUInt32BE()
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
