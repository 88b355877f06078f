import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Account, Answer } from '../../../tests/support/app.ts'
import { type BillingStage, startBillingStage } from '../../../tests/support/billing-stage.ts'

let stage: BillingStage

before(async () => {
  stage = await startBillingStage()
})

afterEach(() => {
  Object.assign(stage.local.chaos.api, { status: undefined, rate: 0, resetAfterCommit: 0 })
})

after(async () => {
  assert.deepEqual(stage.local.stats().faults, [])
  await stage.close()
})

const post = (by: Account, path: string, body: object = {}, headers = {}) => stage.call(by, 'POST', path, body, headers)
const view = async (by: Account) => (await stage.call(by, 'GET', 'subscription')).body.data
const newestInvoice = async (by: Account) =>
  (await stage.stripe.invoices.list({ customer: await stage.customerOf(by), limit: 1 })).data[0]
const sumOf = (lines: { amount: number }[]) => lines.reduce((sum, { amount }) => sum + amount, 0)
const taken = (answer: Answer) => {
  assert.equal(answer.status, 200, answer.text)
  return answer.body.data
}

/** Previews, changes with what the preview said, and compares it with what was charged. */
async function changeAsShown(by: Account, wish: object) {
  const preview = taken(await post(by, 'preview', wish))
  const before = await newestInvoice(by)
  const after = taken(await post(by, 'change', { ...wish, proration_date: preview.proration_date }))
  const invoice = await newestInvoice(by)
  assert.notEqual(invoice?.id, before?.id)
  assert.equal(preview.total, invoice?.amount_due)
  assert.equal(preview.credit, Math.max(-(invoice?.total ?? 0), 0))
  assert.equal(sumOf(preview.lines), preview.total - preview.credit)
  assert.equal(preview.effective, 'now')
  return { preview, after, invoice }
}

test('an upgrade charges what the preview showed, and holds at once', async () => {
  const owner = await stage.subscriber('change-upgrade', { plan: 'pro', interval: 'month', quantity: 3 })
  const { after, invoice, preview } = await changeAsShown(owner, { plan: 'enterprise' })
  assert.deepEqual([after.plan, after.seats.quantity, after.unit_amount], ['enterprise', 3, 7900])
  assert.deepEqual([invoice?.status, invoice?.billing_reason], ['paid', 'subscription_update'])
  assert.equal(preview.next_amount, 3 * 7900)
  assert.equal(preview.next_invoice_at, after.current_period_end)
})

test('more and fewer seats charge and credit what the preview showed', async () => {
  const owner = await stage.subscriber('change-seats', { plan: 'pro', interval: 'month', quantity: 2 })
  const more = await changeAsShown(owner, { quantity: 7 })
  assert.equal(more.after.seats.quantity, 7)
  assert.ok(more.preview.total > 0)
  const fewer = await changeAsShown(owner, { quantity: 4 })
  assert.equal(fewer.after.seats.quantity, 4)
  assert.ok(fewer.preview.credit > 0)
  assert.equal(fewer.preview.total, 0)
  const again = await changeAsShown(owner, { quantity: 6 })
  assert.ok(again.preview.lines.some(({ description }: { description: string }) => description === 'Earlier balance'))
})

test('from month to year begins a year now', async () => {
  const owner = await stage.subscriber('change-year', { plan: 'pro', interval: 'month' })
  const { after, preview } = await changeAsShown(owner, { interval: 'year' })
  assert.deepEqual([after.interval, after.unit_amount], ['year', 29_000])
  const days = (Date.parse(after.current_period_end) - Date.now()) / 86_400_000
  assert.ok(days > 364 && days < 367)
  assert.ok(Math.abs(Date.parse(preview.next_invoice_at) - Date.parse(after.current_period_end)) < 10_000)
  assert.equal(preview.next_amount, 29_000)
})

test('a lower plan and a shorter interval wait for the end of the period', async () => {
  const owner = await stage.subscriber('change-down', { plan: 'enterprise', interval: 'month', quantity: 2 })
  const preview = taken(await post(owner, 'preview', { plan: 'starter' }))
  assert.deepEqual([preview.effective, preview.total, preview.lines], ['period_end', 0, []])
  assert.equal(preview.next_amount, 2 * 1200)
  const after = taken(await post(owner, 'change', { plan: 'starter' }))
  assert.deepEqual([after.plan, after.access], ['enterprise', 'full'])
  const { at, ...change } = after.scheduled_change
  assert.deepEqual(change, { plan: 'starter', interval: 'month', quantity: 2 })
  assert.equal(at, after.current_period_end)

  const year = taken(await post(owner, 'change', { plan: 'pro' }))
  assert.equal(year.scheduled_change.plan, 'pro')
  const resumed = taken(await post(owner, 'resume'))
  assert.equal(resumed.scheduled_change, null)
  assert.equal((await stage.subscriptionOf(owner)).schedule, null)
})

test('a scheduled change is undone by an upgrade, and by asking for what is there', async () => {
  const owner = await stage.subscriber('change-undo', { plan: 'pro', interval: 'month' })
  assert.ok(taken(await post(owner, 'change', { plan: 'starter' })).scheduled_change)
  assert.equal(taken(await post(owner, 'change', { plan: 'pro' })).scheduled_change, null)
  assert.ok(taken(await post(owner, 'change', { plan: 'starter' })).scheduled_change)
  const { preview, after } = await changeAsShown(owner, { plan: 'enterprise' })
  assert.deepEqual([after.plan, after.scheduled_change], ['enterprise', null])
  assert.equal(preview.next_amount, 7900)
})

test('the impact names every limit that the plan would break', async () => {
  const owner = await stage.subscriber('change-impact', { plan: 'pro', interval: 'month' })
  await stage.rows(
    `insert into projects (tenant_id, id, name, created_by, created_at, updated_at)
     select $1, gen_random_uuid(), 'p' || n, $2, now(), now() from generate_series(1, 251) n`,
    [owner.tenantId, owner.userId],
  )
  await stage.addMembers(owner, 29)
  const { impact } = taken(await post(owner, 'preview', { plan: 'starter' }))
  assert.deepEqual(impact, [
    { limit: 'seats', used: 30, allowed: 25 },
    { limit: 'projects', used: 251, allowed: 250 },
  ])
  const { limits } = await view(owner)
  assert.deepEqual(
    limits.find(({ key }: { key: string }) => key === 'projects'),
    { key: 'projects', used: 251, limit: 2500 },
  )
})

test('a card that is declined changes nothing', async () => {
  const owner = await stage.subscriber('change-declined', { plan: 'pro', interval: 'month' })
  taken(await post(owner, 'change', { plan: 'starter' }))
  const before = await view(owner)
  const invoices = (await stage.stripe.invoices.list({ customer: await stage.customerOf(owner) })).data.length
  const { id, default_payment_method: good } = await stage.subscriptionOf(owner)
  const payWith = (card: string) => stage.stripe.subscriptions.update(id, { default_payment_method: card })
  const customer = await stage.customerOf(owner)
  const bad = await stage.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer })
  await payWith(bad.id)
  const answer = await post(owner, 'change', { plan: 'enterprise', quantity: 5 })
  assert.deepEqual([answer.status, answer.body.code], [402, 'PAYMENT_FAILED'])
  await stage.app.services.limiter.reset('billing_sync', owner.tenantId)
  const lasting = ({ synced_at: _, limits, ...rest }: typeof before) => {
    // Calls are counted while we ask.
    return { ...rest, limits: limits.filter(({ key }: { key: string }) => key !== 'api_calls') }
  }
  assert.deepEqual(lasting(taken(await post(owner, 'sync'))), lasting(before))
  assert.equal((await stage.stripe.invoices.list({ customer: await stage.customerOf(owner) })).data.length, invoices)
  assert.equal((await stage.subscriptionOf(owner)).pending_update, null)
  await payWith(good as string)
  assert.equal(taken(await post(owner, 'change', { plan: 'enterprise', quantity: 5 })).plan, 'enterprise')
})

test('fewer seats than members are refused, and more than the plan has', async () => {
  const owner = await stage.subscriber('change-in-use', { plan: 'pro', interval: 'month', quantity: 5 })
  await stage.addMembers(owner, 3)
  for (const path of ['preview', 'change']) {
    const few = await post(owner, path, { quantity: 3 })
    assert.deepEqual([few.status, few.body.code, few.body.details[0].used], [422, 'SEATS_IN_USE', 4])
    const many = await post(owner, path, { quantity: 101 })
    assert.deepEqual([many.status, many.body.code], [422, 'SEATS_BEYOND_PLAN'])
    const free = await post(owner, path, { plan: 'free' })
    assert.deepEqual([free.status, free.body.code], [422, 'PLAN_NOT_FOR_SALE'])
    for (const body of [{}, { plan: 'gold' }, { quantity: 0 }, { price: 'price_1' }, { quantity: 5, tenant_id: 'x' }]) {
      assert.equal((await post(owner, path, body)).status, 400, JSON.stringify(body))
    }
  }
})

test('a preview is charged for ten minutes', async () => {
  const owner = await stage.subscriber('change-late', { plan: 'pro', interval: 'month' })
  const { current_period_end: end } = await view(owner)
  for (const seconds of [Date.now() / 1000 - 700, Date.now() / 1000 + 60, Date.parse(end) / 1000 + 1]) {
    const answer = await post(owner, 'change', { quantity: 2, proration_date: Math.floor(seconds) })
    assert.deepEqual([answer.status, answer.body.code], [422, 'PREVIEW_EXPIRED'])
  }
})

test('a preview is not charged after another change, which it knew nothing of', async () => {
  const owner = await stage.subscriber('change-overtaken', { plan: 'enterprise', interval: 'month' })
  const date = taken(await post(owner, 'preview', { quantity: 1000 })).proration_date
  const total = async () => {
    const customer = await stage.customerOf(owner)
    const { data } = await stage.stripe.invoices.list({ customer })
    return data.reduce((sum, invoice) => sum + invoice.total, 0)
  }
  const before = await total()
  for (let round = 0; round < 3; round++) {
    // To a moment that is still to come, so that everything earlier is before the change.
    const later = Math.floor(stage.app.clock.now().getTime() / 1000) + 4
    taken(await post(owner, 'change', { quantity: 1000, proration_date: later }))
    for (const old of [date, later - 1]) {
      const answer = await post(owner, 'change', { quantity: 1, proration_date: old })
      assert.deepEqual([answer.status, answer.body.code], [422, 'PREVIEW_EXPIRED'])
    }
    taken(await post(owner, 'change', { quantity: 1 }))
  }
  assert.equal(await total(), before, 'nobody gains or loses by going back and forth')
})

test('a change in a trial costs nothing and leaves the trial as it is', async () => {
  const owner = await stage.subscriber('change-trial', { plan: 'starter', interval: 'month' })
  const { trial_end: trialEnd } = await view(owner)
  const { data: preview } = (await stage.call(owner, 'POST', 'preview', { quantity: 4 })).body
  assert.deepEqual([preview.total, preview.effective, preview.next_invoice_at], [0, 'now', trialEnd])
  assert.equal((await stage.call(owner, 'POST', 'change', { quantity: 4 })).status, 200)
  const after = await view(owner)
  assert.deepEqual([after.seats.quantity, after.status, after.trial_end], [4, 'trialing', trialEnd])
})

test('a plan that nobody tries for free ends the trial and is paid for at once, as it was shown', async () => {
  const owner = await stage.subscriber('change-trial-over', { plan: 'starter', interval: 'month' })
  const wish = { plan: 'enterprise', quantity: 3 }
  const { data: preview } = (await stage.call(owner, 'POST', 'preview', wish)).body
  assert.deepEqual([preview.total, preview.effective], [3 * 7900, 'now'])
  assert.equal((await stage.call(owner, 'POST', 'change', wish)).status, 200)
  const after = await view(owner)
  assert.deepEqual([after.plan, after.status, after.trial_end], ['enterprise', 'active', null])
  assert.equal(after.current_period_end.slice(0, 10), preview.next_invoice_at.slice(0, 10))
  const { items } = (await stage.call(owner, 'GET', 'invoices')).body.data
  assert.deepEqual(items.map(({ amount_paid }: { amount_paid: number }) => amount_paid).sort(), [0, 3 * 7900])
})

test('an end is scheduled and taken back, whoever scheduled it and in whatever way', async () => {
  const owner = await stage.subscriber('change-cancel', { plan: 'pro', interval: 'month' })
  const { current_period_end: end } = await view(owner)
  assert.equal(taken(await post(owner, 'cancel')).cancel_at, end)
  assert.equal(taken(await post(owner, 'cancel')).cancel_at, end)
  const change = await post(owner, 'change', { quantity: 3 })
  assert.deepEqual([change.status, change.body.code], [409, 'CANCELLATION_SCHEDULED'])
  assert.equal(taken(await post(owner, 'resume')).cancel_at, null)
  assert.equal(taken(await post(owner, 'resume')).cancel_at, null)

  // As the portal does it.
  const { id, items } = await stage.subscriptionOf(owner)
  const at = items.data[0]?.current_period_end as number
  await stage.stripe.subscriptions.update(id, { cancel_at: at })
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  assert.equal(taken(await post(owner, 'resume')).cancel_at, null)
  const { cancel_at, cancel_at_period_end } = await stage.subscriptionOf(owner)
  assert.deepEqual([cancel_at, cancel_at_period_end], [null, false])
})

test('an end takes the place of a change that is scheduled', async () => {
  const owner = await stage.subscriber('change-cancel-later', { plan: 'pro', interval: 'month' })
  taken(await post(owner, 'change', { plan: 'starter' }))
  const { cancel_at: at, scheduled_change: change } = taken(await post(owner, 'cancel'))
  assert.ok(at)
  assert.equal(change, null)
})

test('an end that came beside a scheduled change is taken back with it', async () => {
  const owner = await stage.subscriber('change-end-beside', { plan: 'pro', interval: 'month' })
  const { id, items } = await stage.subscriptionOf(owner)
  await stage.stripe.subscriptions.update(id, { cancel_at: items.data[0]?.current_period_end as number })
  await stage.stripe.subscriptionSchedules.create({ from_subscription: id })
  await stage.rows('update billing_customers set synced_at = null where tenant_id = $1', [owner.tenantId])
  const after = taken(await post(owner, 'resume'))
  assert.deepEqual([after.cancel_at, after.scheduled_change], [null, null])
  const { cancel_at, schedule } = await stage.subscriptionOf(owner)
  assert.deepEqual([cancel_at, schedule], [null, null])
})

test('without a subscription there is nothing to change', async () => {
  const owner = await stage.app.signUp('change-none')
  for (const [path, body] of [
    ['preview', { quantity: 2 }],
    ['change', { quantity: 2 }],
    ['cancel', {}],
    ['resume', {}],
    ['portal', { flow: 'cancel' }],
  ] as const) {
    const answer = await post(owner, path, body)
    assert.deepEqual([answer.status, answer.body.code], [409, 'NO_SUBSCRIPTION'], path)
  }
})

test('a connection that is cut after Stripe has done it leads to one charge', async () => {
  const owner = await stage.subscriber('change-cut', { plan: 'pro', interval: 'month' })
  const updates = async () =>
    (await stage.stripe.invoices.list({ customer: await stage.customerOf(owner) })).data.filter(
      ({ billing_reason: reason }) => reason === 'subscription_update',
    ).length
  stage.local.chaos.api.resetAfterCommit = 4
  const cut = await post(owner, 'change', { plan: 'enterprise' })
  assert.equal(cut.status, 503)
  assert.equal(await updates(), 1)
  const other = await post(owner, 'cancel')
  assert.deepEqual([other.status, other.body.code], [409, 'BILLING_BUSY'])
  stage.local.chaos.api.resetAfterCommit = 0
  assert.equal(taken(await post(owner, 'change', { plan: 'enterprise' })).plan, 'enterprise')
  assert.equal(await updates(), 1)
  const rows = await stage.rows('select state from billing_operations where tenant_id = $1', [owner.tenantId])
  assert.deepEqual(rows, [{ state: 'done' }])
})

test('a downgrade that is cut off after its first half is finished by the same request', async () => {
  const owner = await stage.subscriber('change-half', { plan: 'pro', interval: 'month' })
  stage.local.chaos.api.resetAfterCommit = 4
  assert.equal((await post(owner, 'change', { plan: 'starter' })).status, 503)
  stage.local.chaos.api.resetAfterCommit = 0
  assert.equal(taken(await post(owner, 'change', { plan: 'starter' })).scheduled_change.plan, 'starter')
  const schedules = await stage.stripe.subscriptionSchedules.list({ customer: await stage.customerOf(owner) })
  assert.equal(schedules.data.length, 1)
})

test('what was left behind is looked at after a minute, and done again only where it had no effect', async () => {
  const owner = await stage.subscriber('change-left', { plan: 'pro', interval: 'month' })
  stage.local.chaos.api.resetAfterCommit = 4
  assert.equal((await post(owner, 'change', { quantity: 4 })).status, 503)
  stage.local.chaos.api.resetAfterCommit = 0
  await stage.rows(
    `update billing_operations set created_at = created_at - interval '2 minutes' where tenant_id = $1`,
    [owner.tenantId],
  )
  assert.ok(taken(await post(owner, 'cancel')).cancel_at)
  const rows = await stage.rows('select state from billing_operations where tenant_id = $1 order by id', [
    owner.tenantId,
  ])
  assert.deepEqual(rows, [{ state: 'failed' }, { state: 'done' }])
  assert.equal((await view(owner)).seats.quantity, 4)
})

test('the same change twice at once is one charge', async () => {
  const owner = await stage.subscriber('change-double', { plan: 'pro', interval: 'month' })
  const answers = await Promise.all(Array.from({ length: 5 }, () => post(owner, 'change', { quantity: 6 })))
  for (const answer of answers) assert.equal(taken(answer).seats.quantity, 6)
  const invoices = (await stage.stripe.invoices.list({ customer: await stage.customerOf(owner) })).data
  assert.equal(invoices.filter(({ billing_reason: reason }) => reason === 'subscription_update').length, 1)
})

test('three requests under one key are one change', async () => {
  const owner = await stage.subscriber('change-key', { plan: 'pro', interval: 'month' })
  const answers = []
  for (let at = 0; at < 3; at++) {
    answers.push(await post(owner, 'change', { plan: 'enterprise' }, { 'idempotency-key': 'once' }))
  }
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers.get('idempotency-replayed')]),
    [
      [200, null],
      [200, 'true'],
      [200, 'true'],
    ],
  )
})
