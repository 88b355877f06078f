/** What Stripe refuses, because it was changed elsewhere a moment ago or for reasons of its own. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Account, Answer } from '../../../tests/support/app.ts'
import { type BillingStage, startBillingStage } from '../../../tests/support/billing-stage.ts'
import type { StripeAccount } from '../stripe/client.ts'

let stage: BillingStage

before(async () => {
  stage = await startBillingStage()
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

const post = (by: Account, path: string, body: object = {}) => stage.call(by, 'POST', path, body)
const taken = (answer: Answer) => {
  assert.equal(answer.status, 200, answer.text)
  return answer.body.data
}

/** What can be asked for in the seconds in which our copy does not know yet what was done elsewhere. */
async function askEverything(by: Account): Promise<Answer[]> {
  const asked: [string, object][] = [
    ['preview', { plan: 'enterprise' }],
    ['change', { plan: 'starter' }],
    ['change', { quantity: 3 }],
    ['cancel', {}],
    ['resume', {}],
    ['portal', { flow: 'cancel' }],
    ['checkout', { plan: 'pro', interval: 'month' }],
  ]
  const answers = []
  for (const [path, body] of asked) {
    // The last reading is a moment old, and of before.
    await stage.rows('update billing_customers set synced_at = clock_timestamp() where tenant_id = $1', [by.tenantId])
    answers.push(await post(by, path, body))
  }
  return answers
}

const elsewhere: Record<string, (id: string, item: string, end: number) => Promise<unknown>> = {
  ended: (id) => stage.stripe.subscriptions.cancel(id),
  'about to end': (id, _, end) => stage.stripe.subscriptions.update(id, { cancel_at: end }),
  'with a schedule': (id) => stage.stripe.subscriptionSchedules.create({ from_subscription: id }),
  'on another plan': async (id, item) => {
    const { data } = await stage.stripe.prices.list({ lookup_keys: ['plinth_enterprise_month'] })
    return stage.stripe.subscriptions.update(id, { items: [{ id: item, price: data[0]?.id as string }] })
  },
}

test('what was changed elsewhere a moment ago is found, and is never a fault of ours', async () => {
  for (const [at, [how, act]] of Object.entries(elsewhere).entries()) {
    const owner = await stage.subscriber(`change-elsewhere-${at}`, { plan: 'pro', interval: 'month' })
    const { id, items } = await stage.subscriptionOf(owner)
    await act(id, items.data[0]?.id as string, items.data[0]?.current_period_end as number)
    for (const { status, text } of await askEverything(owner)) {
      assert.ok(status < 300 || status === 409, `${how}: ${status} ${text}`)
    }
  }
})

test('a scheduled change that was let go elsewhere is scheduled anew', async () => {
  const owner = await stage.subscriber('change-let-go', { plan: 'enterprise', interval: 'month' })
  taken(await post(owner, 'change', { plan: 'starter' }))
  const { schedule } = await stage.subscriptionOf(owner)
  await stage.stripe.subscriptionSchedules.release(schedule as string)
  await stage.rows('update billing_customers set synced_at = clock_timestamp() where tenant_id = $1', [owner.tenantId])
  assert.equal(taken(await post(owner, 'change', { plan: 'pro' })).scheduled_change.plan, 'pro')
})

test('an upgrade that is paid for counts, although the schedule it takes the place of was let go elsewhere', async () => {
  const owner = await stage.subscriber('change-let-go-paid', { plan: 'pro', interval: 'month' })
  taken(await post(owner, 'change', { plan: 'starter' }))
  const { schedule } = await stage.subscriptionOf(owner)
  await stage.stripe.subscriptionSchedules.release(schedule as string)
  await stage.rows('update billing_customers set synced_at = clock_timestamp() where tenant_id = $1', [owner.tenantId])
  assert.equal(taken(await post(owner, 'change', { plan: 'enterprise', quantity: 4 })).plan, 'enterprise')
  const [customer] = await stage.rows('select chosen_seats from billing_customers where tenant_id = $1', [
    owner.tenantId,
  ])
  assert.equal(customer.chosen_seats, 4)
})

test('a later change that Stripe refuses leaves no schedule behind', async (t) => {
  const owner = await stage.subscriber('schedule-refused', { plan: 'pro', interval: 'month' })
  const { subscriptionSchedules } = await (stage.app.services.billing.stripe as StripeAccount).client()
  t.mock.method(subscriptionSchedules, 'update', async () => {
    throw Object.assign(new Error('Refused.'), { type: 'StripeInvalidRequestError' })
  })
  assert.equal((await stage.call(owner, 'POST', 'change', { plan: 'starter' })).status, 409)
  assert.equal((await stage.subscriptionOf(owner)).schedule, null)
  const rows = await stage.rows('select state from billing_operations where tenant_id = $1', [owner.tenantId])
  assert.deepEqual(rows, [{ state: 'failed' }, { state: 'failed' }])
})
