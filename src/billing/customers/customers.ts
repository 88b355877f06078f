/** The Stripe customer of a tenant: made once, however many ask for it at the same moment, and never found by e-mail. */
import { setTimeout as sleep } from 'node:timers/promises'
import { handle, type JobHandler } from '#jobs'
import { asSystem } from '#platform/db/scoped.ts'
import { tenantCreated } from '#tenants'
import { type Billing, stripeOf } from '../context.ts'
import { enqueueEvent } from '../inbox/keep.ts'
import { isKeptFailure, type Stripe } from '../stripe/client.ts'
import type { ReadOptions } from '../stripe/read.ts'
import { lockCustomer } from '../sync/queries.ts'
import { type Contact, ensureRow, findContact, keepCustomer, listUnmatchedEvents, skipGeneration } from './queries.ts'

const WAIT_MS = 200
const WAITS = 15

/** Whoever asks in this process while one is being made waits for that one, and takes no connection meanwhile. */
const underWay = new Map<string, Promise<string>>()

/** The id of the tenant's customer, made now if there is none. */
export function ensureCustomer(
  billing: Billing,
  tenantId: string,
  { isPatient = false }: ReadOptions = {},
): Promise<string> {
  // People do not wait as long as jobs do.
  const place = `${tenantId} ${isPatient}`
  const begun = underWay.get(place) ?? ensure(billing, tenantId, isPatient).finally(() => underWay.delete(place))
  underWay.set(place, begun)
  return begun
}

async function ensure(billing: Billing, tenantId: string, isPatient: boolean): Promise<string> {
  const account = stripeOf(billing)
  for (let wait = 0; ; wait++) {
    const { row, contact } = await begin(billing, tenantId)
    if (row.stripe_customer_id) return row.stripe_customer_id
    const stripe = await (isPatient ? account.patientClient() : account.client())
    try {
      const customer = await makeCustomer(stripe, tenantId, row.generation)
      const id = await keep(billing, tenantId, { ...customer, generation: row.generation })
      if (!id) continue
      // Afterwards, because a key must always be used with the same words, and a name may change in between.
      await describe(stripe, id, contact)
      return id
    } catch (error) {
      if (isKeptFailure(error)) await leaveGeneration(billing, tenantId, row.generation)
      // Somebody else is at it, under the same key; theirs is ours.
      if (wait === WAITS || !isKeyInUse(error)) throw error
      await sleep(WAIT_MS)
    }
  }
}

function describe(stripe: Stripe, id: string, { name, email }: Contact): Promise<unknown> {
  return stripe.customers.update(id, { name, ...(email && { email }) })
}

function begin({ db, clock }: Billing, tenantId: string) {
  return asSystem(db, 'begin to make the Stripe customer of a tenant', async (tx) => {
    const contact = await findContact(tx, tenantId)
    if (!contact) throw new Error(`Tenant ${tenantId} is gone and gets no customer.`)
    return { contact, row: await ensureRow(tx, tenantId, clock.now()) }
  })
}

function makeCustomer(
  stripe: Stripe,
  tenantId: string,
  generation: number,
): Promise<{ id: string; livemode: boolean }> {
  return stripe.customers.create(
    // For people who look at the dashboard. Nothing here believes it.
    { metadata: { plinth_tenant: tenantId } },
    { idempotencyKey: `plinth:customer:${tenantId}:${generation}` },
  )
}

function keep(
  { db }: Billing,
  tenantId: string,
  customer: { id: string; livemode: boolean; generation: number },
): Promise<string | undefined> {
  return asSystem(db, 'keep the Stripe customer of a tenant', async (tx) => {
    await lockCustomer(tx, customer.id)
    const id = await keepCustomer(tx, tenantId, customer)
    for (const event of await listUnmatchedEvents(tx, customer.id)) await enqueueEvent(tx, event, tenantId)
    return id
  })
}

/** A customer that was made behind a failure after all is a duplicate of which the reconciliation tells. */
function leaveGeneration({ db }: Billing, tenantId: string, generation: number): Promise<void> {
  return asSystem(db, 'make the Stripe customer of a tenant under another key', (tx) =>
    skipGeneration(tx, tenantId, generation),
  )
}

function isKeyInUse(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'idempotency_key_in_use'
}

export function customerJobs(billing: Billing): JobHandler[] {
  return [
    handle(tenantCreated, async ({ payload }) => {
      // Without Stripe nothing can be bought; whoever wants to later gets a customer then.
      if (!billing.stripe) return
      const id = await ensureCustomer(billing, payload.tenant_id, { isPatient: true })
      // Whoever made it may have come no further than that.
      const { contact } = await begin(billing, payload.tenant_id)
      await describe(await billing.stripe.patientClient(), id, contact)
    }),
  ]
}
