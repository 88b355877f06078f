import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Account } from '../../../tests/support/app.ts'
import { type BillingStage, startBillingStage } from '../../../tests/support/billing-stage.ts'
import { until } from '../../../tests/support/jobs.ts'
import { syncSeats } from './seats.ts'

let stage: BillingStage

before(async () => {
  stage = await startBillingStage({ worker: true })
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

const quantityOf = async (account: Account) => (await stage.subscriptionOf(account)).items.data[0]?.quantity
const count = (account: Account) => syncSeats(stage.app.services.billing, account.tenantId)
const setActive = (account: Account, active: number) =>
  stage.rows(
    `update memberships set status = case when place <= $2 then 'active' else 'deactivated' end
     from (select user_id as id, row_number() over (order by role = 'owner' desc, user_id) as place
           from memberships where tenant_id = $1) placed
     where tenant_id = $1 and user_id = placed.id`,
    [account.tenantId, active],
  )

test('after fifty parallel changes of members the seats are the members', async () => {
  const owner = await stage.subscriber('seats-parallel', { plan: 'pro', interval: 'month' })
  await stage.addMembers(owner, 50)
  const members = await stage.rows('select user_id from memberships where tenant_id = $1 and user_id != $2', [
    owner.tenantId,
    owner.userId,
  ])
  const calls = await Promise.all(
    members.map(({ user_id: id }, at) =>
      stage.app.request('DELETE', `/users/${id}`, { token: owner.access }).then(async (left) => {
        assert.equal(left.status, 204, left.text)
        if (at % 2) return
        const back = await stage.app.request('POST', `/users/${id}/reactivate`, { token: owner.access })
        assert.equal(back.status, 200, back.text)
      }),
    ),
  )
  assert.equal(calls.length, 50)
  await until(async () => (await quantityOf(owner)) === 26, 30)
  await until(async () => {
    const states = await stage.rows('select state from billing_operations where tenant_id = $1', [owner.tenantId])
    return states.length > 0 && states.every(({ state }) => state === 'done')
  })
  const invoices = (await stage.stripe.invoices.list({ customer: await stage.customerOf(owner) })).data
  assert.equal(invoices.length, 1, 'the difference is part of the next invoice')
})

test('counting at once and again has one effect, and what was asked for stays', async () => {
  const owner = await stage.subscriber('seats-again', { plan: 'pro', interval: 'month', quantity: 4 })
  await stage.addMembers(owner, 6)
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => count(owner)))
  assert.ok(results.some(({ status }) => status === 'fulfilled'))
  await count(owner)
  assert.equal(await quantityOf(owner), 7)
  await setActive(owner, 2)
  await count(owner)
  assert.equal(await quantityOf(owner), 4)
})

test('seats that were paid for stay, also when nobody heard that they were', async () => {
  const owner = await stage.subscriber('seats-unheard', { plan: 'pro', interval: 'month' })
  // More than the SDK tries again by itself.
  stage.local.chaos.api.resetAfterCommit = 4
  assert.equal((await stage.call(owner, 'POST', 'change', { quantity: 9 })).status, 503)
  stage.local.chaos.api.resetAfterCommit = 0
  assert.equal(await quantityOf(owner), 9)
  await stage.rows(
    `update billing_operations set created_at = created_at - interval '2 minutes' where tenant_id = $1`,
    [owner.tenantId],
  )
  await count(owner)
  assert.equal(await quantityOf(owner), 9)
})

test('a change that is scheduled keeps up with the members', async () => {
  const owner = await stage.subscriber('seats-later', { plan: 'pro', interval: 'month', quantity: 3 })
  const later = await stage.call(owner, 'POST', 'change', { plan: 'starter', quantity: 2 })
  assert.equal(later.body.data.scheduled_change.quantity, 2)
  await stage.addMembers(owner, 4)
  await count(owner)
  const view = (await stage.call(owner, 'GET', 'subscription')).body.data
  assert.deepEqual([view.seats.quantity, view.scheduled_change.quantity], [5, 5])
  await setActive(owner, 1)
  await count(owner)
  const then = (await stage.call(owner, 'GET', 'subscription')).body.data
  assert.deepEqual([then.seats.quantity, then.scheduled_change.quantity], [5, 2])
})

test('who pays nothing is not counted', async () => {
  const owner = await stage.app.signUp('seats-free')
  await count(owner)
  assert.deepEqual(await stage.rows('select id from billing_operations where tenant_id = $1', [owner.tenantId]), [])
})
