/** What tests of the engine begin with: a world without a server, in which everything is held against the contract. */
import assert from 'node:assert/strict'
import type Stripe from 'stripe'
import { catalogOperations } from '../catalog/index.ts'
import { readParameters } from '../contract/parameters.ts'
import { findOperation } from '../contract/spec.ts'
import { objectFaults } from '../contract/validator.ts'
import { present } from '../core/present.ts'
import { createWorld, type Simulation } from '../core/world.ts'

import { type AccountSettings, type Kind, type Stored, StripeFault } from '../world.ts'
import { engineDue, engineOperations } from './index.ts'

export const START = Date.UTC(2027, 0, 15, 12) / 1000
export const HOUR = 3600
export const DAY = 24 * HOUR

const SHOWN: readonly Kind[] = [
  'subscription',
  'subscription_schedule',
  'invoice',
  'invoiceitem',
  'invoice_payment',
  'payment_intent',
  'setup_intent',
  'charge',
  'refund',
  'credit_note',
  'customer_balance_transaction',
  'discount',
]

export interface Bench {
  world: Simulation
  /** An operation of the API, its parameters and its answer held against the contract. */
  call<K extends Kind = 'subscription'>(request: string, params?: object): Stored<K>
  list(request: string, params?: object): { id: string }[]
  /** The types of the events since the last time. */
  told(): string[]
  customer(card?: string): string
  price(unit_amount: number, more?: object): string
  subscribe(customer: string, price: string, more?: Partial<Stripe.SubscriptionCreateParams>): Stored<'subscription'>
  advance(seconds: number): void
  get<K extends Kind>(kind: K, id: string | null): Stored<K>
  latestInvoice(subscription: string): Stored<'invoice'>
}

export interface BenchOptions {
  now?: number
  settings?: Partial<AccountSettings>
}

/** That every object which is kept could be answered. */
function assertContract(world: Simulation): void {
  for (const kind of SHOWN) {
    for (const object of world.table(kind).all()) assert.deepEqual(objectFaults(present(object)), [])
  }
}

export function startEngine({ now = START, settings }: BenchOptions = {}): Bench {
  const faults: string[] = []
  const world = createWorld({
    due: engineDue,
    now,
    ...(settings && { settings }),
    onFault: (fault) => faults.push(fault),
  })
  const operations = { ...catalogOperations, ...engineOperations }
  let seen = 0
  const perform = (request: string, params: object = {}) => {
    const [method = '', path = ''] = request.split(' ')
    const found = findOperation(method, path)
    assert.ok(found, `the contract has no ${request}`)
    const work = operations[found.operation.name]
    assert.ok(work, `nothing does ${found.operation.name}`)
    const typed = readParameters(found.operation, params)
    const answer = world.transact((world) => work({ world, params: typed, path: found.values }))
    for (const each of Array.isArray(answer) ? answer : [answer]) {
      assert.deepEqual(objectFaults(present(each)), [], request)
    }
    assertContract(world)
    return answer
  }
  const bench: Bench = {
    world,
    call: <K extends Kind>(request: string, params?: object) => perform(request, params) as unknown as Stored<K>,
    list: (request, params) => perform(request, params) as { id: string }[],
    told() {
      const types = world.events.slice(seen).map(({ type }) => type)
      seen = world.events.length
      return types
    },
    customer(card) {
      const { id } = bench.call<'customer'>('POST /v1/customers', { email: 'someone@example.com' })
      if (!card) return id
      const method = bench.call<'payment_method'>(`POST /v1/payment_methods/${card}/attach`, { customer: id })
      bench.call(`POST /v1/customers/${id}`, { invoice_settings: { default_payment_method: method.id } })
      return id
    },
    price(unit_amount, more = {}) {
      const product = bench.call<'product'>('POST /v1/products', { name: 'Plan' }).id
      const recurring = { interval: 'month' }
      return bench.call<'price'>('POST /v1/prices', { product, currency: 'usd', unit_amount, recurring, ...more }).id
    },
    subscribe(customer, price, more = {}) {
      return bench.call('POST /v1/subscriptions', { customer, items: [{ price, quantity: 2 }], ...more })
    },
    advance(seconds) {
      world.advance(world.now() + seconds)
      assert.deepEqual(faults, [])
      assertContract(world)
    },
    get: <K extends Kind>(kind: K, id: string | null) => world.need(kind, id ?? '') as Stored<K>,
    latestInvoice: (id) => bench.get('invoice', bench.get('subscription', id).latest_invoice),
  }
  return bench
}

/** A customer with a card and two seats that are paid for. What is told afterwards is told from here. */
export function subscribed(bench: Bench, card = 'pm_card_visa') {
  const [customer, price] = [bench.customer(card), bench.price(2000)]
  const { id, items } = bench.subscribe(customer, price)
  bench.told()
  return { customer, price, id, item: items.data[0]?.id as string }
}

/** All that is kept, to be compared: the order of the due list says nothing. */
export function contentOf(world: Simulation): string {
  const { due, ...content } = world.store.content()
  return JSON.stringify({ ...content, due: due.map((each) => JSON.stringify(each)).sort() })
}

/** The fault that an operation answers with. */
export function refused(work: () => unknown): StripeFault['body'] & { status: number } {
  try {
    work()
  } catch (error) {
    if (error instanceof StripeFault) return { ...error.body, status: error.status }
    throw error
  }
  throw new assert.AssertionError({ message: 'It was not refused.' })
}
