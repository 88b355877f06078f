import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kinds } from '../objects.ts'
import { type DueWork, StripeFault } from '../world.ts'
import { createWorld } from './world.ts'

const NOW = 1_800_000_000

type Customer = Kinds['customer']

const customer = (id: string, fields: Partial<Customer> = {}): Customer => ({
  id,
  object: 'customer',
  balance: 0,
  created: NOW,
  default_source: null,
  description: null,
  email: null,
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  livemode: false,
  metadata: {},
  shipping: null,
  test_clock: null,
  ...fields,
})

const testClock = (id: string, frozen_time: number): Kinds['test_helpers.test_clock'] => ({
  id,
  object: 'test_helpers.test_clock',
  created: NOW,
  deletes_after: NOW,
  frozen_time,
  livemode: false,
  name: null,
  status: 'ready',
  status_details: {},
})

/** A world in which the due work `rename` gives a customer the time as its name. */
function worldThatRenames(more: DueWork = {}) {
  const faults: string[] = []
  const world = createWorld({
    now: NOW,
    onFault: (fault) => faults.push(fault),
    due: {
      rename: (world, id) => {
        world.update('customer', id, { name: String(world.now(world.need('customer', id))) }, 'customer.updated')
      },
      ...more,
    },
  })
  return { world, faults }
}

const idsOf = (world: ReturnType<typeof createWorld>) => [...world.table('customer').all()].map(({ id }) => id)

test('a fault undoes objects, their order, events, due work and counters', () => {
  const { world } = worldThatRenames()
  world.transact(() => {
    world.save('customer', customer('cus_1'))
    world.save('customer', customer('cus_2'))
    world.schedule({ kind: 'rename', subject: 'cus_1', at: NOW + 10 })
  })
  assert.throws(() =>
    world.transact(() => {
      world.remove('customer', 'cus_1')
      world.save('customer', customer('cus_3'))
      world.update('customer', 'cus_2', { name: 'x' }, 'customer.updated')
      world.unschedule('rename', 'cus_1')
      world.next('invoices')
      throw new StripeFault(400, { message: 'no' })
    }),
  )
  assert.deepEqual(idsOf(world), ['cus_1', 'cus_2'])
  assert.equal(world.need('customer', 'cus_2').name, undefined)
  assert.equal(world.wasRemoved('customer', 'cus_1'), false)
  assert.deepEqual(world.events, [])
  assert.equal(world.store.firstDue(null)?.subject, 'cus_1')
  assert.equal(
    world.transact(() => world.next('invoices')),
    1,
  )
})

test('a fault that keeps leaves what was done', () => {
  const { world } = worldThatRenames()
  const declined = new StripeFault(402, { type: 'card_error', message: 'declined' }, { keep: true })
  assert.throws(() =>
    world.transact(() => {
      world.save('customer', customer('cus_1'))
      throw declined
    }),
  )
  assert.deepEqual(idsOf(world), ['cus_1'])
})

test('nothing changes outside of a transaction', () => {
  assert.throws(() => createWorld().save('customer', customer('cus_1')), /only inside transact/)
})

test('previous_attributes hold the old values of what changed, and arrays whole', () => {
  const { world } = worldThatRenames()
  world.transact(() => {
    world.save('customer', customer('cus_1', { metadata: { a: '1', b: '2' }, preferred_locales: ['de', 'en'] }))
    const changes = { metadata: { a: '1', b: '3', c: '4' }, preferred_locales: ['fr', 'en'] }
    world.update('customer', 'cus_1', changes, 'customer.updated')
  })
  assert.deepEqual(world.events[0]?.data.previous_attributes, {
    metadata: { b: '2', c: null },
    preferred_locales: ['de', 'en'],
  })
})

test('an update that changes nothing is not told', () => {
  const { world } = worldThatRenames()
  world.transact(() => {
    world.save('customer', customer('cus_1'))
    world.update('customer', 'cus_1', { metadata: {} }, 'customer.updated')
  })
  assert.deepEqual(world.events, [])
})

test('an event keeps the object as it was', () => {
  const { world } = worldThatRenames()
  world.transact(() => {
    world.emit('customer.created', world.save('customer', customer('cus_1', { name: 'before' })))
    world.update('customer', 'cus_1', { name: 'after' })
  })
  assert.equal(world.events[0]?.data.object.name, 'before')
})

test('an event that Stripe could not send fails the work that emits it', () => {
  const { world } = worldThatRenames()
  const broken = { ...customer('cus_1'), balance: 'much' }
  assert.throws(() => world.transact(() => world.emit('customer.created', broken)), /balance: must be integer/)
  assert.deepEqual(world.events, [])
})

test('due work runs in the order of its time, each at its own time', () => {
  const { world } = worldThatRenames({
    again: (world, id) => world.schedule({ kind: 'rename', subject: id, at: world.now() + 5 }),
  })
  world.transact(() => {
    for (const id of ['cus_1', 'cus_2', 'cus_3']) world.save('customer', customer(id))
    world.schedule({ kind: 'rename', subject: 'cus_1', at: NOW + 20 })
    world.schedule({ kind: 'rename', subject: 'cus_2', at: NOW + 10 })
    world.schedule({ kind: 'again', subject: 'cus_3', at: NOW + 8 })
    world.schedule({ kind: 'rename', subject: 'cus_1', at: NOW + 30 })
  })
  world.advance(NOW + 100)
  const told = world.events.map(({ created, data }) => [data.object.id, created - NOW, Number(data.object.name) - NOW])
  assert.deepEqual(told, [
    ['cus_2', 10, 10],
    ['cus_3', 13, 13],
    ['cus_1', 30, 30],
  ])
  assert.equal(world.now(), NOW + 100)
})

test('work that fails is undone, told of, and does not hold up the rest', () => {
  const { world, faults } = worldThatRenames({
    broken: (world, id) => {
      world.remove('customer', id)
      throw new Error('of no use')
    },
  })
  world.transact(() => {
    world.save('customer', customer('cus_1'))
    world.schedule({ kind: 'broken', subject: 'cus_1', at: NOW + 1 })
    world.schedule({ kind: 'rename', subject: 'cus_1', at: NOW + 2 })
  })
  world.advance(NOW + 10)
  assert.deepEqual(faults, ['broken of cus_1: of no use'])
  assert.equal(world.need('customer', 'cus_1').name, String(NOW + 2))
})

test('a test clock moves its customers and nobody else', () => {
  const { world } = worldThatRenames()
  const frozen = NOW + 1000
  world.transact(() => {
    world.save('test_helpers.test_clock', testClock('clock_1', frozen))
    const moved = world.save('customer', customer('cus_1', { test_clock: 'clock_1' }))
    const other = world.save('customer', customer('cus_2'))
    world.schedule({ kind: 'rename', subject: 'cus_1', at: frozen + 10 }, moved)
    world.schedule({ kind: 'rename', subject: 'cus_2', at: NOW + 1 }, other)
  })
  world.advance(frozen + 100, 'clock_1')
  assert.equal(world.need('customer', 'cus_1').name, String(frozen + 10))
  assert.equal(world.need('customer', 'cus_2').name, undefined)
  assert.equal(world.now({ customer: 'cus_1' }), frozen + 100)
  assert.equal(world.now(), NOW)
})
