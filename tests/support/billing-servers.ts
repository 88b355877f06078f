/**
 * Real server processes on one database, beside one local Stripe in the test's own process: for what shows between
 * processes, and when one of them or Stripe goes away.
 */
import assert from 'node:assert/strict'
import pg from 'pg'
import Stripe from 'stripe'
import { openStripe, push } from '#billing'
import { enqueue } from '#jobs'
import { closeDatabase, openDatabase } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { membersChanged } from '#tenants'
import { completeSession } from '../../simulators/stripe/hosted/checkout/complete.ts'
import { type LocalStripe, startLocalStripe } from '../../simulators/stripe/index.ts'
import { PASSWORD } from './app.ts'
import { warmUp } from './billing-stage.ts'
import { createTestDatabase } from './database.ts'
import { until } from './jobs.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { type Row, SECRET, signed, WEBHOOK } from './stripe-inbox.ts'

export interface Tenant {
  name: string
  slug: string
  tenantId: string
  userId: string
  email: string
  access: string
  refresh: string
}

export interface Answer {
  status: number
  headers: Headers
  body: Row
}

export interface BillingServersOptions {
  servers?: number
  env?: Record<string, string>
  /** Stands between the servers and Stripe: answers where they find it. */
  way?: (stripe: string) => Promise<string>
}

export interface BillingServers {
  servers: ServerProcess[]
  /** Of each process. */
  env: Record<string, string>
  local: LocalStripe
  /** For looking at Stripe, and doing things there, behind the application's back. */
  stripe: Stripe
  /** Ids by plan and interval. */
  prices: Record<string, string>
  rows(question: string, values?: unknown[]): Promise<Row[]>
  /** One row, one column. */
  count(question: string, values?: unknown[]): Promise<number>
  /** Has Stripe deliver to a server. */
  listen(server: ServerProcess): Promise<void>
  /** On any of the servers, in turn. */
  call(by: Pick<Tenant, 'access'>, method: string, path: string, body?: unknown): Promise<Answer>
  signUp(name: string): Promise<Tenant>
  /** Another tenant of somebody who is there already, which spares the making of a password. */
  found(owner: Tenant, name: string): Promise<Tenant>
  pay(sessionId: string): Promise<void>
  subscribe(by: Tenant, order: { plan: string; interval: string; quantity?: number }): Promise<void>
  customerOf(tenant: Pick<Tenant, 'tenantId'>): Promise<string>
  /** Members without mails and passwords, and the news of them. */
  addMembers(tenant: Tenant, count: number): Promise<void>
  close(): Promise<void>
}

export async function ask(
  url: string,
  method: string,
  path: string,
  { token, body, headers }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** As Stripe sends it. */
export function tell({ url }: Pick<ServerProcess, 'url'>, event: object): Promise<Answer> {
  const body = JSON.stringify(event)
  return ask(url, 'POST', WEBHOOK, {
    body,
    headers: { 'content-type': 'application/json', 'stripe-signature': signed(body) },
  })
}

export async function startBillingServers(options: BillingServersOptions = {}): Promise<BillingServers> {
  const database = await createTestDatabase()
  const local = await startLocalStripe({ webhookSecret: SECRET, backoffMs: Array(200).fill(100) })
  const env = {
    DATABASE_URL: database.url,
    STRIPE_API_BASE: (await options.way?.(local.url)) ?? local.url,
    STRIPE_WEBHOOK_SECRET: SECRET,
    PLINTH_WORKER: 'inline',
    // What is held here is that nothing is lost or done twice, not how fast a busy machine is.
    PLINTH_MAX_EVENT_LOOP_DELAY_MS: '60000',
    ...options.env,
  }
  const account = openStripe({
    env: 'test',
    stripeSecretKey: undefined,
    stripeApiBase: local.url,
    stripeWebhookSecrets: [],
    stripePrices: {},
  })
  const listen = ({ url }: Pick<ServerProcess, 'url'>) => push({ stripe: account, appUrl: url }, () => {})
  // The plans, and nobody who is told.
  await listen({ url: local.url })
  const stripe = new Stripe('sk_test_simulated', { host: '127.0.0.1', port: local.port, protocol: 'http' })
  for await (const { id } of stripe.webhookEndpoints.list()) await stripe.webhookEndpoints.del(id)
  await warmUp(stripe)
  const { data } = await stripe.prices.list({ limit: 100 })
  const prices = Object.fromEntries(data.map(({ id, lookup_key }) => [lookup_key?.replace(/^plinth_/, '') ?? id, id]))
  const owner = new pg.Pool({ connectionString: database.url, max: 4 })
  owner.on('error', () => {})
  const rows = async (question: string, values: unknown[] = []) => (await owner.query(question, values)).rows
  const servers = await Promise.all(Array.from({ length: options.servers ?? 2 }, () => startServer(env)))
  const first = () => (servers[0] as ServerProcess).url

  let turn = 0
  const call: BillingServers['call'] = ({ access }, method, path, body) => {
    const { url } = servers[turn++ % servers.length] as ServerProcess
    return ask(url, method, path, { token: access, body })
  }
  const db = openDatabase({ url: database.url, poolMax: 1, log: console })
  const customerOf: BillingServers['customerOf'] = async ({ tenantId }) =>
    (await rows('select stripe_customer_id from billing_customers where tenant_id = $1', [tenantId]))[0]
      ?.stripe_customer_id
  const pay: BillingServers['pay'] = async (sessionId) => {
    const payer = { name: 'Payer', email: null, payment_method: 'pm_card_visa' }
    local.transact((world) => completeSession(world, sessionId, payer))
  }

  return {
    servers,
    env,
    local,
    stripe,
    prices,
    rows,
    listen,
    call,
    customerOf,
    pay,
    async count(question, values) {
      const [row] = await rows(question, values)
      return Number(Object.values(row)[0])
    },
    async signUp(name) {
      const email = `${name}@servers.example`
      const person = { email, password: PASSWORD, full_name: `Person ${name}`, tenant_name: name, tenant_slug: name }
      const { status, body } = await ask(first(), 'POST', '/auth/register', { body: person })
      assert.equal(status, 201, JSON.stringify(body))
      const { user, tenant, tokens } = body.data
      return {
        name,
        email,
        slug: tenant.slug,
        tenantId: tenant.id,
        userId: user.id,
        access: tokens.access_token,
        refresh: tokens.refresh_token,
      }
    },
    async found(owner, name) {
      const made = await ask(first(), 'POST', '/tenants', { token: owner.access, body: { name, slug: name } })
      assert.equal(made.status, 201, JSON.stringify(made.body))
      const minted = await ask(first(), 'POST', '/auth/refresh', {
        body: { refresh_token: owner.refresh, tenant_slug: name },
      })
      assert.equal(minted.status, 200, JSON.stringify(minted.body))
      const { access_token: access, refresh_token: refresh } = minted.body.data
      owner.refresh = refresh
      return { ...owner, name, slug: name, tenantId: made.body.data.id, access }
    },
    async subscribe(by, order) {
      const page = await until(async () => {
        const answer = await call(by, 'POST', '/billing/checkout', order)
        return answer.status === 201 && answer.body.data
      }, 30)
      await pay(page.session_id)
      await until(async () => {
        const { body } = await call(by, 'POST', '/billing/sync', {})
        return body.data?.plan === order.plan
      }, 30)
    },
    async addMembers({ tenantId }, count) {
      await rows(
        `with made as (
           insert into users (id, email, full_name)
           select gen_random_uuid(), gen_random_uuid() || '@example.com', 'Somebody' from generate_series(1, $2)
           returning id
         )
         insert into memberships (tenant_id, user_id, role) select $1, id, 'member' from made`,
        [tenantId, count],
      )
      await asSystem(db, 'a test tells of members', (tx) =>
        enqueue(tx, membersChanged, { tenant_id: tenantId }, { tenantId }),
      )
    },
    async close() {
      await Promise.all(servers.map((server) => server.stop()))
      await closeDatabase(db)
      await owner.end()
      await database.drop()
      await local.close()
    },
  }
}
