import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { objectFaults } from './validator.ts'

const { resources } = JSON.parse(readFileSync(new URL('./fixtures.json', import.meta.url), 'utf8')) as {
  resources: Record<string, Record<string, unknown>>
}
const customer = resources.customer as Record<string, unknown>

test('the official fixtures fulfil the contract', () => {
  for (const [name, fixture] of Object.entries(resources)) {
    // Its example carries a plan of an older version.
    if (name !== 'event') assert.deepEqual(objectFaults(fixture), [], name)
  }
})

test('a missing key, a key too many and a wrong type are faults', () => {
  const { email: _, ...withoutEmail } = customer
  assert.match(String(objectFaults(withoutEmail)), /required property 'email'/)
  assert.match(String(objectFaults({ ...customer, emial: null })), /emial/)
  assert.match(String(objectFaults({ ...customer, balance: '0' })), /balance: must be integer/)
  assert.match(String(objectFaults({ ...customer, tax_exempt: 'maybe' })), /tax_exempt/)
})

test('an event is checked together with the object in it', () => {
  const event = {
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1,
    data: { object: customer },
    livemode: false,
    pending_webhooks: 0,
    request: null,
    type: 'customer.created',
  }
  assert.deepEqual(objectFaults(event), [])
  assert.match(String(objectFaults({ ...event, type: 'customer.made' })), /there is no event customer.made/)
  assert.match(String(objectFaults({ ...event, data: { object: { ...customer, name: 1 } } })), /\/data\/object\/name/)
})

test('of all objects only the invoice that is coming may be without an id', () => {
  const { id: _, ...upcoming } = resources.invoice as Record<string, unknown>
  const event = { ...resources.event, data: { object: upcoming } }
  assert.deepEqual(objectFaults({ ...event, type: 'invoice.upcoming' }), [])
  assert.match(String(objectFaults({ ...event, type: 'invoice.created' })), /required property 'id'/)
})

test('what is left of a deleted object is no object without its fields', () => {
  assert.deepEqual(objectFaults({ id: 'cus_1', object: 'customer', deleted: true }), [])
  assert.notDeepEqual(objectFaults({ id: 'cus_1', object: 'customer' }), [])
})
