import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type BillingStage, startBillingStage } from '../../../tests/support/billing-stage.ts'
import { leftBehindJob } from './left-behind.ts'

let stage: BillingStage
before(async () => {
  stage = await startBillingStage()
})
after(() => stage.close())

test('an upgrade that was paid is not taken back by the schedule that it was to release', async () => {
  const owner = await stage.subscriber('left-behind', { plan: 'pro', interval: 'month' })
  assert.equal((await stage.call(owner, 'POST', 'change', { plan: 'starter' })).status, 200)
  const { id: subscription, items, schedule } = await stage.subscriptionOf(owner)
  const [enterprise] = (await stage.stripe.prices.list({ lookup_keys: ['plinth_enterprise_month'] })).data
  // As far as a process came that was killed after the payment.
  const item = { id: items.data[0]?.id as string, price: enterprise?.id as string }
  await stage.stripe.subscriptions.update(subscription, { items: [item], proration_behavior: 'always_invoice' })
  const target = { plan: 'enterprise', interval: 'month', quantity: 1 }
  const [row] = await stage.rows(
    `insert into billing_operations (tenant_id, id, kind, params_hash, params, state, created_at)
     values ($1, gen_random_uuid(), 'subscription', sha256('x'), $2, 'pending', now()) returning id`,
    [owner.tenantId, { subscription, schedule, target, asksSeats: false, waits: false, terms: {} }],
  )

  const job = leftBehindJob(stage.app.services.billing)
  await job.run({ payload: { tenant_id: owner.tenantId, operation_id: row.id } } as never)
  const after = await stage.subscriptionOf(owner)
  assert.deepEqual([after.schedule, after.items.data[0]?.price.lookup_key], [null, 'plinth_enterprise_month'])
  const { data } = (await stage.call(owner, 'GET', 'subscription')).body
  assert.deepEqual([data.plan, data.scheduled_change], ['enterprise', null])
  const open = await stage.rows(`select 1 from billing_operations where tenant_id = $1 and state = 'pending'`, [
    owner.tenantId,
  ])
  assert.deepEqual(open, [])
})

test('an operation that came to its end is left alone', async () => {
  const owner = await stage.subscriber('left-alone', { plan: 'pro', interval: 'month' })
  assert.equal((await stage.call(owner, 'POST', 'change', { plan: 'starter' })).status, 200)
  const [row] = await stage.rows('select id from billing_operations where tenant_id = $1', [owner.tenantId])
  await leftBehindJob(stage.app.services.billing).run({
    payload: { tenant_id: owner.tenantId, operation_id: row.id },
  } as never)
  const { data } = (await stage.call(owner, 'GET', 'subscription')).body
  assert.equal(data.scheduled_change.plan, 'starter')
})
