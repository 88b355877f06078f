import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from '../../../tests/support/jobs.ts'
import { type Inbox, startInbox } from '../../../tests/support/stripe-inbox.ts'
import { customerJobs, ensureCustomer } from './customers.ts'

let inbox: Inbox
before(async () => {
  inbox = await startInbox({ worker: false })
  // The local Stripe, in this very process, compiles what it checks at its first use and holds everybody up.
  await inbox.stripe.customers.create({ name: 'Somebody', email: 'somebody@example.com' })
  await inbox.stripe.customers.list()
})
after(() => inbox.close())

const customersOf = async (tenantId: string) => {
  const { data } = await inbox.stripe.customers.list({ limit: 100 })
  return data.filter(({ metadata }) => metadata.plinth_tenant === tenantId)
}

test('twenty who ask at once for the customer of a tenant get the same one', async () => {
  const { tenantId, email } = await inbox.app.signUp('customers-race')
  const { billing } = inbox.app.services
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, number) => ensureCustomer(billing, tenantId, { isPatient: number % 2 === 0 })),
  )
  assert.equal(new Set(ids).size, 1)
  const [customer, ...more] = await until(async () => {
    const found = await customersOf(tenantId)
    return found.every(({ name }) => name) && found
  })
  assert.deepEqual([customer?.id, customer?.name, customer?.email, more], [ids[0], 'Tenant customers-race', email, []])
})

test('a customer whose making was not answered is not made twice', async () => {
  const { tenantId } = await inbox.app.signUp('customers-cut')
  // More than the SDK tries again by itself.
  inbox.local.chaos.api.resetAfterCommit = 4
  await assert.rejects(ensureCustomer(inbox.app.services.billing, tenantId))
  inbox.local.chaos.api.resetAfterCommit = 0
  const id = await ensureCustomer(inbox.app.services.billing, tenantId)
  assert.deepEqual(
    (await customersOf(tenantId)).map((customer) => customer.id),
    [id],
  )
})

test('a customer that was made and not described yet gets its name from the job of its sign-up', async () => {
  const { tenantId, email } = await inbox.app.signUp('customers-nameless')
  const { billing } = inbox.app.services
  const id = await ensureCustomer(billing, tenantId)
  await inbox.stripe.customers.update(id, { name: '', email: '' })
  const [signUp] = customerJobs(billing)
  await signUp?.run({ payload: { tenant_id: tenantId } } as never)
  const customer = await inbox.stripe.customers.retrieve(id)
  assert.deepEqual('name' in customer && [customer.name, customer.email], ['Tenant customers-nameless', email])
})

test('an event that comes before its customer is known waits for it', async () => {
  const { tenantId } = await inbox.app.signUp('customers-early')
  const made = await inbox.stripe.customers.create(
    { metadata: { plinth_tenant: tenantId } },
    { idempotencyKey: `plinth:customer:${tenantId}:1` },
  )
  const told = {
    id: 'evt_early',
    object: 'event',
    api_version: '2026-10-28.endive',
    type: 'customer.updated',
    livemode: false,
    data: { object: made },
  }
  assert.equal((await inbox.send(told)).status, 200)
  const jobs = () => inbox.rows(`select from pgboss.job where name = 'stripe.event'`)
  assert.equal((await jobs()).length, 0)
  assert.equal(await ensureCustomer(inbox.app.services.billing, tenantId), made.id)
  assert.equal((await jobs()).length, 1)
})
