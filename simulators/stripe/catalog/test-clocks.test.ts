import assert from 'node:assert/strict'
import { test } from 'node:test'
import { start } from '../testing.ts'

const FROZEN = 1_900_000_000
const DAY = 86_400

test('a clock is asked to advance, says so, and gets there', async (t) => {
  const { stripe, local } = await start(t)
  const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: FROZEN, name: 'renewals' })
  const advancing = await stripe.testHelpers.testClocks.advance(id, { frozen_time: FROZEN + DAY })
  assert.equal(advancing.status, 'advancing')
  assert.equal(advancing.status_details.advancing?.target_frozen_time, FROZEN + DAY)
  await local.settled()
  const ready = await stripe.testHelpers.testClocks.retrieve(id)
  assert.deepEqual([ready.status, ready.frozen_time], ['ready', FROZEN + DAY])
  const told = local.world.table('event').filter(({ type }) => type.startsWith('test_helpers'))
  assert.deepEqual(
    told.map(({ type }) => type.split('.').at(-1)),
    ['created', 'advancing', 'ready'],
  )
})

test('a clock goes forward only, and not too far', async (t) => {
  const { stripe } = await start(t)
  const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: FROZEN })
  for (const frozen_time of [FROZEN, FROZEN - 1, FROZEN + 3 * 366 * DAY]) {
    await assert.rejects(stripe.testHelpers.testClocks.advance(id, { frozen_time }), { param: 'frozen_time' })
  }
})

test('a customer on a clock lives by it and goes with it', async (t) => {
  const { stripe } = await start(t)
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: FROZEN })
  const customer = await stripe.customers.create({ test_clock: clock.id })
  assert.equal(customer.created, FROZEN)
  assert.equal((await stripe.customers.list({ test_clock: clock.id })).data.length, 1)
  await stripe.testHelpers.testClocks.del(clock.id)
  assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true)
  await assert.rejects(stripe.testHelpers.testClocks.retrieve(clock.id), { code: 'resource_missing' })
})
