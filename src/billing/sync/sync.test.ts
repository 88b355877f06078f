import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { type Inbox, type Subscriber, startInbox, subscribe } from '../../../tests/support/stripe-inbox.ts'
import { plans } from '../plans.ts'
import { syncCustomer, syncTenant } from './sync.ts'

let inbox: Inbox
let serial = 0

before(async () => {
  inbox = await startInbox()
})
after(async () => {
  assert.deepEqual(inbox.local.stats().faults, [])
  await inbox.close()
})

const one = async (question: string, ...values: unknown[]) => (await inbox.rows(question, values))[0]
const subscriber = () => inbox.subscriber(`sync-${++serial}`)
const sync = ({ customer }: Subscriber) => syncCustomer(inbox.app.services.billing, customer)
const entitlementOf = ({ tenantId }: Subscriber) =>
  one('select * from tenant_entitlements where tenant_id = $1', tenantId)
const currentOf = ({ tenantId }: Subscriber) =>
  one('select * from billing_subscriptions where tenant_id = $1 and is_current', tenantId)
const customerRow = ({ tenantId }: Subscriber) => one('select * from billing_customers where tenant_id = $1', tenantId)
const auditOf = ({ tenantId }: Subscriber) =>
  inbox.rows(
    `select action, actor_name, details from audit_events where tenant_id = $1 and action like 'billing.%' order by seq`,
    [tenantId],
  )
const limitOf = async ({ tenantId }: Subscriber, key: string) =>
  Number((await one('select value from tenant_limits where tenant_id = $1 and key = $2', tenantId, key)).value)

/** The alarms that are raised from here on. */
const listen = (t: TestContext) => {
  const { mock } = t.mock.method(inbox.app.services.billing.log, 'error', () => {})
  return () => mock.calls.map((call) => (call.arguments as unknown as [{ alarm: string }])[0].alarm)
}

test('a subscription at Stripe is a plan here, with its limits, its invoice and an entry in the audit log', async () => {
  const acme = await subscriber()
  const subscription = await subscribe(inbox, acme.customer)
  assert.equal(await sync(acme), 'synced')
  const { plan, status, access, features } = await entitlementOf(acme)
  assert.deepEqual([plan, status, access, features], ['pro', 'active', 'full', ['analytics']])
  assert.equal(await limitOf(acme, 'projects'), plans.pro.limits.projects)
  const current = await currentOf(acme)
  assert.equal(current.stripe_subscription_id, subscription.id)
  assert.deepEqual([current.interval, current.quantity, current.unit_amount], ['month', 1, '2900'])
  assert.equal(current.current_period_end.getTime() / 1000, subscription.items.data[0]?.current_period_end)
  const invoice = await one('select * from billing_invoices where tenant_id = $1', acme.tenantId)
  assert.deepEqual([invoice.status, invoice.total, invoice.subscription_id], ['paid', '2900', subscription.id])
  const [entry] = await auditOf(acme)
  assert.deepEqual(
    [entry.action, entry.actor_name, entry.details.plan],
    ['billing.plan_changed', 'stripe', { from: 'free', to: 'pro' }],
  )

  assert.equal(await sync(acme), 'synced')
  assert.equal((await auditOf(acme)).length, 1, 'nothing changed, so nothing is recorded')
})

test('both ways to cancel at the end of the period show, and both can be undone', async () => {
  const acme = await subscriber()
  const { id, items } = await subscribe(inbox, acme.customer)
  const end = items.data[0]?.current_period_end as number
  const cancelAt = async () => {
    await sync(acme)
    const { cancel_at } = await currentOf(acme)
    return cancel_at && cancel_at.getTime() / 1000
  }
  await inbox.stripe.subscriptions.update(id, { cancel_at_period_end: true })
  assert.equal(await cancelAt(), end)
  await inbox.stripe.subscriptions.update(id, { cancel_at_period_end: false })
  assert.equal(await cancelAt(), null)
  await inbox.stripe.subscriptions.update(id, { cancel_at: end })
  assert.equal((await inbox.stripe.subscriptions.retrieve(id)).cancel_at_period_end, false)
  assert.equal(await cancelAt(), end)
  await inbox.stripe.subscriptions.update(id, { cancel_at: '' })
  assert.equal(await cancelAt(), null)
  assert.equal((await entitlementOf(acme)).access, 'full')
})

test('an ended subscription leaves the free plan and its word, and what was bought later counts', async (t) => {
  const alarms = listen(t)
  const acme = await subscriber()
  const first = await subscribe(inbox, acme.customer)
  await sync(acme)
  await inbox.stripe.subscriptions.cancel(first.id)
  await sync(acme)
  const ended = await entitlementOf(acme)
  assert.deepEqual([ended.plan, ended.status, ended.access], ['free', 'canceled', 'none'])
  assert.equal(await currentOf(acme), undefined)
  assert.equal(await limitOf(acme, 'projects'), plans.free.limits.projects)
  const mail = await inbox.app.mailTo(acme.account.email, /ended/)
  assert.match(mail.text, /Nothing was deleted/)
  assert.deepEqual(alarms(), [])

  await subscribe(inbox, acme.customer, 'starter_year')
  await sync(acme)
  const again = await entitlementOf(acme)
  assert.deepEqual([again.plan, again.status], ['starter', 'active'])
  assert.equal((await currentOf(acme)).interval, 'year')
})

test('the end of a superseded subscription takes nothing away', async () => {
  const acme = await subscriber()
  const old = await subscribe(inbox, acme.customer, 'starter_month')
  await subscribe(inbox, acme.customer, 'pro_month')
  await sync(acme)
  await inbox.stripe.subscriptions.cancel(old.id)
  await sync(acme)
  const { plan, access } = await entitlementOf(acme)
  assert.deepEqual([plan, access], ['pro', 'full'])
})

test('of two live subscriptions the better one counts, and somebody is told', async (t) => {
  const acme = await subscriber()
  const alarms = listen(t)
  const active = await subscribe(inbox, acme.customer, 'starter_month')
  await subscribe(inbox, acme.customer, 'pro_month', { trial_period_days: 7 })
  await sync(acme)
  assert.equal((await currentOf(acme)).stripe_subscription_id, active.id)
  assert.equal((await entitlementOf(acme)).plan, 'starter')
  assert.deepEqual(alarms(), ['several_live_subscriptions'])
})

test('an archived price keeps its plan, and an unknown one the plan that was known last, never silently free', async (t) => {
  const acme = await subscriber()
  const { stripe, prices } = inbox
  const price = await stripe.prices.create({
    product: (await stripe.prices.retrieve(prices.pro_month as string)).product as string,
    currency: 'usd',
    unit_amount: 1900,
    recurring: { interval: 'month' },
    lookup_key: 'plinth_pro_month',
    transfer_lookup_key: true,
    metadata: { plinth_plan: 'pro', plinth_interval: 'month' },
  })
  const { id, items } = await subscribe({ stripe, prices: { old: price.id } }, acme.customer, 'old')
  await stripe.prices.update(prices.pro_month as string, { lookup_key: 'plinth_pro_month', transfer_lookup_key: true })
  await stripe.prices.update(price.id, { active: false })
  await sync(acme)
  assert.equal((await entitlementOf(acme)).plan, 'pro')

  const alarms = listen(t)
  const strange = await stripe.prices.create({
    product: price.product as string,
    currency: 'usd',
    unit_amount: 1,
    recurring: { interval: 'month' },
  })
  await stripe.subscriptions.update(id, { items: [{ id: items.data[0]?.id as string, price: strange.id }] })
  await sync(acme)
  const { plan, access } = await entitlementOf(acme)
  assert.deepEqual([plan, access], ['pro', 'full'])
  assert.deepEqual(alarms(), ['unknown_price'])
})

test('a trial is remembered for ever, and its end is announced once', async () => {
  const acme = await subscriber()
  const { id } = await subscribe(inbox, acme.customer, 'starter_month', { trial_period_days: 2 })
  await Promise.all([sync(acme), sync(acme), sync(acme)])
  assert.deepEqual((await entitlementOf(acme)).status, 'trialing')
  await inbox.app.mailTo(acme.account.email, /trial of Starter ends/)
  const notices = await inbox.rows('select key from billing_notices where tenant_id = $1', [acme.tenantId])
  assert.equal(notices.length, 1)
  const { trial_used_at: used } = await customerRow(acme)
  assert.ok(used)
  await inbox.stripe.subscriptions.cancel(id)
  await sync(acme)
  assert.deepEqual((await customerRow(acme)).trial_used_at, used)
})

test('a customer who was deleted at Stripe loses access and is followed by another', async () => {
  const acme = await subscriber()
  await subscribe(inbox, acme.customer)
  await sync(acme)
  await inbox.stripe.customers.del(acme.customer)
  assert.equal(await sync(acme), 'synced')
  assert.deepEqual((({ plan, access }) => [plan, access])(await entitlementOf(acme)), ['free', 'none'])
  const row = await customerRow(acme)
  assert.deepEqual([row.stripe_customer_id, row.generation], [null, 2])
  assert.equal(await sync(acme), 'unknown')
  assert.equal(await syncTenant(inbox.app.services.billing, acme.tenantId), 'unknown')

  const { ensureCustomer } = await import('../customers/customers.ts')
  const next = await Promise.all(
    Array.from({ length: 8 }, () => ensureCustomer(inbox.app.services.billing, acme.tenantId)),
  )
  assert.equal(new Set(next).size, 1)
  assert.notEqual(next[0], acme.customer)
  assert.equal((await customerRow(acme)).stripe_customer_id, next[0])
})

test('a subscription that Stripe no longer knows is taken for canceled', async () => {
  const acme = await subscriber()
  const { id } = await subscribe(inbox, acme.customer)
  await sync(acme)
  inbox.local.transact((world) => world.remove('subscription', id))
  await sync(acme)
  const row = await one('select * from billing_subscriptions where stripe_subscription_id = $1', id)
  assert.deepEqual([row.status, row.is_current], ['canceled', false])
  assert.equal((await entitlementOf(acme)).plan, 'free')
})

test('a reading that was overtaken is never the one that stays', async () => {
  const acme = await subscriber()
  const { billing } = inbox.app.services
  const { id } = await subscribe(inbox, acme.customer)
  await sync(acme)
  const account = billing.stripe as NonNullable<typeof billing.stripe>
  const client = await account.client()
  const slow = Promise.withResolvers<void>()
  const hasRead = Promise.withResolvers<void>()
  let readings = 0
  // The first reading sees the subscription live, and comes back when another has written its end.
  const late = {
    ...billing,
    stripe: {
      ...account,
      client: async () =>
        new Proxy(client, {
          get: (target, name) =>
            name !== 'customers'
              ? target[name as keyof typeof target]
              : {
                  retrieve: async (customer: string) => {
                    const answer = await target.customers.retrieve(customer)
                    if (++readings > 1) return answer
                    hasRead.resolve()
                    await slow.promise
                    return answer
                  },
                },
        }),
    },
  }
  const overtaken = syncCustomer(late, acme.customer)
  await hasRead.promise
  await inbox.stripe.subscriptions.cancel(id)
  await sync(acme)
  slow.resolve()
  assert.equal(await overtaken, 'synced')
  assert.equal((await entitlementOf(acme)).status, 'canceled')
})

test('twenty syncs at once agree', async () => {
  const acme = await subscriber()
  await subscribe(inbox, acme.customer)
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => sync(acme)))
  assert.deepEqual(new Set(outcomes), new Set(['synced']))
  assert.equal((await entitlementOf(acme)).plan, 'pro')
  assert.equal((await auditOf(acme)).length, 1)
})

test('metadata at Stripe that names another tenant changes nothing for either', async () => {
  const [acme, other] = [await subscriber(), await subscriber()]
  const metadata = { plinth_tenant: other.tenantId, tenant_id: other.tenantId }
  await inbox.stripe.customers.update(acme.customer, { metadata })
  await subscribe(inbox, acme.customer, 'pro_month', { metadata })
  await sync(acme)
  await sync(other)
  assert.deepEqual([(await entitlementOf(acme)).plan, (await entitlementOf(other)).plan], ['pro', 'free'])
})

test('a key of the other mode changes nothing', async () => {
  const acme = await subscriber()
  await subscribe(inbox, acme.customer)
  await sync(acme)
  const { billing } = inbox.app.services
  const live = { ...billing, stripe: { ...(billing.stripe as NonNullable<typeof billing.stripe>), livemode: true } }
  await assert.rejects(syncCustomer(live, acme.customer), { status: 503, kind: 'customer_of_other_mode' })
  assert.equal((await entitlementOf(acme)).plan, 'pro')
})

test('a reading of before the clock of the database was set back is not taken for a later one', async () => {
  const acme = await subscriber()
  await sync(acme)
  await inbox.rows(`update billing_customers set synced_at = now() + interval '1 hour' where tenant_id = $1`, [
    acme.tenantId,
  ])
  await subscribe(inbox, acme.customer)
  await sync(acme)
  assert.equal((await entitlementOf(acme)).plan, 'pro')
})
