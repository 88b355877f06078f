/**
 * The whole application beside a local Stripe of its own, with the catalogue in it, a worker, and
 * events that are delivered by hand: in whatever order, number and shape a test wants.
 */
import pg from 'pg'
import Stripe from 'stripe'
import { push } from '#billing'
import { type LocalStripe, type LocalStripeOptions, startLocalStripe } from '../../simulators/stripe/index.ts'
import { type Account, startTestApp, type TestApp } from './app.ts'
import { until } from './jobs.ts'

export const SECRET = 'whsec_of_the_inbox_tests'
export const WEBHOOK = '/billing/webhook'

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever came
export type Row = any

export interface Inbox {
  app: TestApp
  local: LocalStripe
  stripe: Stripe
  /** By plan and interval. */
  prices: Record<string, string>
  /** As the system sees them. */
  rows(question: string, values?: unknown[]): Promise<Row[]>
  /** Posts a body with a signature of now. */
  send(body: string | object, headers?: Record<string, string>): Promise<Response>
  /** A tenant with its Stripe customer. */
  subscriber(name: string): Promise<Subscriber>
  /** Resolves when no event of the customer is waiting. */
  quiet(customer: string): Promise<void>
  close(): Promise<void>
}

export interface Subscriber {
  account: Account
  tenantId: string
  customer: string
}

export const signed = (body: string, secret = SECRET, timestamp = Math.floor(Date.now() / 1000)) =>
  Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp })

export interface InboxOptions extends LocalStripeOptions {
  env?: Record<string, string>
  /** Events are brought by the local Stripe itself. */
  delivers?: boolean
  worker?: boolean
}

export async function startInbox({
  env,
  delivers = false,
  worker = true,
  ...options
}: InboxOptions = {}): Promise<Inbox> {
  const local = await startLocalStripe({ webhookSecret: SECRET, backoffMs: [20, 50, 100], ...options })
  const app = await startTestApp({
    env: {
      STRIPE_API_BASE: local.url,
      STRIPE_WEBHOOK_SECRET: SECRET,
      // The local Stripe works in this process too, and would be taken for a load of requests.
      PLINTH_MAX_EVENT_LOOP_DELAY_MS: '60000',
      ...env,
    },
    worker,
  })
  const stripe = new Stripe('sk_test_simulated', {
    host: '127.0.0.1',
    port: local.port,
    protocol: 'http',
    telemetry: false,
  })
  const client = new pg.Client({ connectionString: app.databaseUrl })
  await client.connect()
  await client.query('set role plinth_system')
  const rows = async (question: string, values: unknown[] = []) => (await client.query(question, values)).rows
  await push({ ...app.services.billing, appUrl: app.url }, () => {})
  const prices = await pricesOf(stripe)
  if (!delivers) for await (const { id } of stripe.webhookEndpoints.list()) await stripe.webhookEndpoints.del(id)

  return {
    app,
    local,
    stripe,
    prices,
    rows,
    send(body, headers = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return fetch(`${app.url}/api/v1${WEBHOOK}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'stripe-signature': signed(text), ...headers },
        body: text,
      })
    },
    async subscriber(name) {
      const account = await app.signUp(name)
      const { tenantId } = account
      const customer = await until(async () => {
        const [row] = await rows('select stripe_customer_id as id from billing_customers where tenant_id = $1', [
          tenantId,
        ])
        return row?.id as string | undefined
      }, 30)
      return { account, tenantId, customer }
    },
    async quiet(customer) {
      await until(async () => {
        const open = await rows(`select id from stripe_events where customer_id = $1 and state = 'pending'`, [customer])
        return open.length === 0
      }, 20)
    },
    async close() {
      await client.end()
      await app.close()
      await local.close()
    },
  }
}

/** The ids of what was pushed, by plan and interval. */
async function pricesOf(stripe: Stripe): Promise<Record<string, string>> {
  const { data } = await stripe.prices.list({ limit: 100 })
  return Object.fromEntries(data.map(({ id, lookup_key }) => [lookup_key?.replace(/^plinth_/, '') ?? id, id]))
}

/** Every event of a customer, as its endpoint would have got it, oldest first. */
export async function eventsOf(stripe: Stripe, customer: string): Promise<Row[]> {
  const events: Row[] = []
  for await (const event of stripe.events.list({ limit: 100 })) {
    const object = event.data.object as Row
    if (object.id === customer || object.customer === customer) events.unshift(event)
  }
  return events
}

export async function subscribe(
  { stripe, prices }: Pick<Inbox, 'stripe' | 'prices'>,
  customer: string,
  price = 'pro_month',
  params: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<Stripe.Subscription> {
  const card = await stripe.paymentMethods.attach('pm_card_visa', { customer })
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card.id } })
  return stripe.subscriptions.create({ customer, items: [{ price: prices[price] as string, quantity: 1 }], ...params })
}
