import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { membersChanged } from '#tenants'
import { DUE_JOBS, until } from '../../../tests/support/jobs.ts'
import { type Inbox, type Subscriber, startInbox, subscribe } from '../../../tests/support/stripe-inbox.ts'
import type { StripeAccount } from '../stripe/client.ts'
import { syncCustomer } from '../sync/sync.ts'
import { reconcile } from './reconcile.ts'

let inbox: Inbox

before(async () => {
  inbox = await startInbox({ delivers: true })
})
after(() => inbox.close())

const run = async (heal: boolean) => (await reconcile(inbox.app.services.billing, { heal })).drift
const kinds = (drift: Awaited<ReturnType<typeof run>>) => [...new Set(drift.map(({ kind }) => kind))].sort()
const entitlementOf = async ({ tenantId }: Subscriber) =>
  (await inbox.rows('select * from tenant_entitlements where tenant_id = $1', [tenantId]))[0]
/** All that is told has arrived and is worked off, and no job is left that could work on what comes next. */
const settle = async (...subscribers: Subscriber[]) => {
  await inbox.local.settled()
  for (const { customer } of subscribers) await inbox.quiet(customer)
  await until(async () => Number((await inbox.rows(DUE_JOBS))[0]?.count) === 0, 30)
}

test('whatever differs from Stripe is reported, set right when asked to, and not found again', async () => {
  const acme = await inbox.subscriber('drift-acme')
  await subscribe(inbox, acme.customer)
  await settle(acme)
  assert.deepEqual(await run(false), [])

  const change = (statement: string) => inbox.rows(`${statement} where tenant_id = $1`, [acme.tenantId])
  await change(`update billing_subscriptions set status = 'past_due', quantity = 7`)
  await change(`update tenant_entitlements set plan = 'enterprise'`)
  await change(`update tenant_limits set value = 1`)
  await change(`delete from billing_invoices`)
  await change(`update billing_customers set past_due_since = now()`)
  const all = ['customer', 'entitlement', 'invoice', 'limits', 'subscription']
  const reported = await run(false)
  assert.deepEqual(kinds(reported), all)
  assert.ok(reported.every(({ healed, tenant_id }) => !healed && tenant_id === acme.tenantId))
  assert.equal((await entitlementOf(acme)).plan, 'enterprise')

  const healed = await run(true)
  assert.deepEqual(kinds(healed), all)
  assert.ok(healed.every((one) => one.healed))
  assert.equal((await entitlementOf(acme)).plan, 'pro')
  assert.deepEqual(await run(true), [])
})

test('an entitlement that is missing is made again, with a customer and without one, and not missed again', async () => {
  const acme = await inbox.subscriber('drift-bare')
  await subscribe(inbox, acme.customer)
  await settle(acme)
  const free = await inbox.subscriber('drift-bare-free')
  await settle(free)
  await inbox.rows('delete from billing_customers where tenant_id = $1', [free.tenantId])
  for (const table of ['tenant_entitlements', 'tenant_limits']) {
    await inbox.rows(`delete from ${table} where tenant_id in ($1, $2)`, [acme.tenantId, free.tenantId])
  }
  const shown = await inbox.app.request('GET', '/billing/subscription', { token: acme.account.access })
  assert.deepEqual([shown.status, shown.body.data?.access], [200, 'none'])
  const missing = async (heal: boolean) =>
    (await run(heal)).filter(({ kind }) => kind === 'entitlement').map(({ tenant_id, healed }) => [tenant_id, healed])
  assert.equal((await missing(false)).length, 2)
  assert.deepEqual(
    new Map((await missing(true)) as [string, boolean][]),
    new Map([
      [free.tenantId, true],
      [acme.tenantId, true],
    ]),
  )
  const [one, two] = [await entitlementOf(acme), await entitlementOf(free)]
  assert.deepEqual([one.plan, one.access, two.plan, two.access], ['pro', 'full', 'free', 'none'])
  const [limits] = await inbox.rows('select count(*)::int from tenant_limits where tenant_id in ($1, $2)', [
    acme.tenantId,
    free.tenantId,
  ])
  assert.equal(limits.count, 10)
  await inbox.stripe.customers.del(free.customer)
  await inbox.local.settled()
  assert.deepEqual(await run(true), [])
})

test('events that were lost are fetched, and afterwards nothing differs', async () => {
  const [one, two] = [await inbox.subscriber('drift-lost-one'), await inbox.subscriber('drift-lost-two')]
  await settle(one, two)
  inbox.local.chaos.deliveries.lose = 1
  await subscribe(inbox, one.customer)
  await subscribe(inbox, two.customer, 'starter_year')
  inbox.local.chaos.deliveries.lose = 0
  await inbox.local.settled()
  assert.equal((await entitlementOf(one)).plan, 'free')
  assert.ok(kinds(await run(false)).includes('event_missed'))
  await run(true)
  await settle(one, two)
  assert.deepEqual([(await entitlementOf(one)).plan, (await entitlementOf(two)).plan], ['pro', 'starter'])
  assert.deepEqual(await run(true), [])
})

test('seats that are not paid for are counted again', async () => {
  const acme = await inbox.subscriber('drift-seats')
  await subscribe(inbox, acme.customer)
  await settle(acme)
  // What waits since the sign-up would count them before it can be found that they were not.
  await until(async () => {
    const waiting = await inbox.rows(
      `select from pgboss.job where name = $1 and state < 'completed' and data -> 'payload' ->> 'tenant_id' = $2`,
      [membersChanged.name, acme.tenantId],
    )
    return waiting.length === 0
  }, 30)
  await inbox.rows('update billing_customers set chosen_seats = 3 where tenant_id = $1', [acme.tenantId])
  const [found] = await run(true)
  assert.deepEqual([found?.kind, found?.detail, found?.healed], ['seats', '1 are paid for, and 3 are wanted.', true])
  await until(async () => {
    const { data } = await inbox.stripe.subscriptions.list({ customer: acme.customer })
    return data[0]?.items.data[0]?.quantity === 3
  }, 20)
  await settle(acme)
  assert.deepEqual(await run(true), [])
})

test('a customer of another hint, an invoice that outlived its subscription: reported, and left alone', async () => {
  const acme = await inbox.subscriber('drift-notes')
  const { id } = await subscribe(inbox, acme.customer, 'pro_month', {
    collection_method: 'send_invoice',
    days_until_due: 30,
  })
  const latest = (await inbox.stripe.subscriptions.retrieve(id)).latest_invoice as string
  const invoice = await inbox.stripe.invoices.retrieve(latest)
  if (invoice.status === 'draft') await inbox.stripe.invoices.finalizeInvoice(latest)
  await inbox.stripe.subscriptions.cancel(id)
  const copy = await inbox.stripe.customers.create({ metadata: { plinth_tenant: acme.tenantId } })
  await settle(acme)
  for (let time = 0; time < 2; time++) {
    const drift = await run(true)
    assert.deepEqual(
      drift.map(({ kind, subject, healed }) => [kind, subject, healed]),
      [
        ['open_invoice_after_end', latest, false],
        ['customer_duplicate', copy.id, false],
      ],
    )
  }
  const [row] = await inbox.rows('select stripe_customer_id from billing_customers where tenant_id = $1', [
    acme.tenantId,
  ])
  assert.equal(row.stripe_customer_id, acme.customer)
  await inbox.stripe.customers.del(copy.id)
  await inbox.stripe.invoices.voidInvoice(latest)
  await settle(acme)
})

test('every customer is looked at, however many pages they fill, and one that cannot be read stops nobody', async () => {
  const many = await Promise.all(Array.from({ length: 110 }, () => inbox.stripe.customers.create({})))
  await inbox.rows(
    `with made as (
       insert into tenants (id, slug, name) select gen_random_uuid(), 'many-' || number, 'Many' from generate_series(1, 110) as number
       returning id, slug
     ), granted as (
       insert into tenant_entitlements (tenant_id, plan, status, access, features, updated_at)
       select id, 'free', 'none', 'none', '{}', now() from made
     )
     insert into billing_customers (tenant_id, stripe_customer_id, livemode, created_at)
     select id, ($1::text[])[substr(slug, 6)::int], false, now() from made`,
    [many.map(({ id }) => id)],
  )
  const foreign = many[7]?.id as string
  await inbox.rows('update billing_customers set livemode = true where stripe_customer_id = $1', [foreign])
  const { customers, drift } = await reconcile(inbox.app.services.billing, { heal: true })
  assert.ok(customers >= 110)
  const limits = drift.filter(({ kind }) => kind === 'limits')
  assert.equal(limits.length, 109)
  assert.deepEqual(
    drift.filter(({ healed }) => !healed).map(({ kind, subject }) => [kind, subject]),
    [['customer_of_other_mode', foreign]],
  )
  assert.deepEqual(kinds(await run(true)), ['customer_of_other_mode'])
  await inbox.rows('update billing_customers set livemode = false where stripe_customer_id = $1', [foreign])
  await run(true)
})

test('a customer who was deleted while nobody listened is found', async () => {
  const acme = await inbox.subscriber('drift-deleted')
  await subscribe(inbox, acme.customer)
  await settle(acme)
  inbox.local.chaos.deliveries.lose = 1
  await inbox.stripe.customers.del(acme.customer)
  inbox.local.chaos.deliveries.lose = 0
  await syncCustomer(inbox.app.services.billing, acme.customer)
  assert.equal((await entitlementOf(acme)).plan, 'free')
  await run(true)
  await settle(acme)
  assert.deepEqual(await run(true), [])
})

test('an event whose job was lost is worked on again', async () => {
  const acme = await inbox.subscriber('drift-stale')
  await settle(acme)
  await inbox.rows(
    `insert into stripe_events (id, type, livemode, customer_id, received_at, state, payload)
     values ('evt_stale', 'customer.updated', false, $1, now() - interval '2 hours', 'pending', '{}')`,
    [acme.customer],
  )
  assert.deepEqual(kinds(await run(true)), ['event_stale'])
  await settle(acme)
  assert.deepEqual(await run(true), [])
})

test("an invoice that Stripe does not have is nobody's debt", async () => {
  const acme = await inbox.subscriber('drift-invoice')
  await subscribe(inbox, acme.customer)
  await settle(acme)
  await inbox.rows(
    `insert into billing_invoices (tenant_id, stripe_invoice_id, status, currency, total, amount_due, amount_paid,
       attempt_count, created_at)
     values ($1, 'in_of_nobody', 'open', 'usd', 5, 5, 0, 0, now())`,
    [acme.tenantId],
  )
  const healed = (await run(true)).filter(({ subject }) => subject === 'in_of_nobody')
  assert.deepEqual(
    healed.map(({ kind, healed }) => [kind, healed]),
    [['invoice', true]],
  )
  assert.deepEqual(await run(false), [])
})

test('customers that a real Stripe never heard of keep what they have until somebody says that they are gone', async () => {
  const acme = await inbox.subscriber('drift-unknown')
  await subscribe(inbox, acme.customer)
  await settle(acme)
  for (const table of ['billing_customers', 'billing_subscriptions']) {
    await inbox.rows(`update ${table} set stripe_customer_id = 'cus_of_another' where tenant_id = $1`, [acme.tenantId])
  }
  const { billing } = inbox.app.services
  const real = { ...billing, stripe: { ...(billing.stripe as StripeAccount), mode: 'test' as const } }
  const found = async (forgetUnknown: boolean) =>
    (await reconcile(real, { heal: true, forgetUnknown })).drift
      .filter(({ tenant_id }) => tenant_id === acme.tenantId)
      .map(({ kind, healed }) => [kind, healed])
  assert.deepEqual(await found(false), [
    ['customer_unknown', false],
    // Of the hint on the customer that it had.
    ['customer_duplicate', false],
  ])
  assert.equal((await entitlementOf(acme)).plan, 'pro')
  assert.ok((await found(true)).some(([kind, healed]) => kind === 'customer_unknown' && healed))
  assert.equal((await entitlementOf(acme)).plan, 'free')
  const [lost] = await inbox.rows(
    `select target_id, details from audit_events where tenant_id = $1 and action = 'billing.customer_lost'`,
    [acme.tenantId],
  )
  assert.deepEqual([lost?.target_id, lost?.details.standing], ['cus_of_another', 'unknown'])
  assert.deepEqual(await found(true), [['customer_duplicate', false]])
})
