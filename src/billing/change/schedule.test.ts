import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBillingStage } from '../../../tests/support/billing-stage.ts'
import type { StripeAccount } from '../stripe/client.ts'

test('a later change that Stripe refuses leaves no schedule behind', async (t) => {
  const stage = await startBillingStage()
  t.after(() => stage.close())
  const owner = await stage.subscriber('schedule-refused', { plan: 'pro', interval: 'month' })
  const { subscriptionSchedules } = await (stage.app.services.billing.stripe as StripeAccount).client()
  t.mock.method(subscriptionSchedules, 'update', async () => {
    throw Object.assign(new Error('Refused.'), { type: 'StripeInvalidRequestError' })
  })
  assert.equal((await stage.call(owner, 'POST', 'change', { plan: 'starter' })).status, 500)
  assert.equal((await stage.subscriptionOf(owner)).schedule, null)
  const rows = await stage.rows('select state from billing_operations where tenant_id = $1', [owner.tenantId])
  assert.deepEqual(rows, [{ state: 'failed' }])
})
