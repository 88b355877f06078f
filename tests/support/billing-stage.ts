/** The whole application beside a local Stripe with the plans in it; payment pages are paid by hand. */
import pg from 'pg'
import Stripe from 'stripe'
import { push } from '#billing'
import { completeSession } from '../../simulators/stripe/hosted/checkout/complete.ts'
import { type LocalStripe, startLocalStripe } from '../../simulators/stripe/index.ts'
import { type Account, type Answer, startTestApp, type TestApp, type TestAppOptions } from './app.ts'

export interface BillingStage {
  app: TestApp
  local: LocalStripe
  /** For looking at Stripe behind the application's back. */
  stripe: Stripe
  /** Everything, as the owner of the database sees it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever came
  rows(question: string, values?: unknown[]): Promise<any[]>
  call(by: Account, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  pay(sessionId: string, card?: string): Promise<void>
  /** A tenant that pays: signed up, checked out, paid, synced. */
  subscriber(name: string, order: Order): Promise<Account>
  customerOf(account: Account): Promise<string>
  subscriptionOf(account: Account): Promise<Stripe.Subscription>
  /** Members without mails and passwords. */
  addMembers(account: Account, count: number): Promise<void>
  close(): Promise<void>
}

export interface Order {
  plan: string
  interval: 'month' | 'year'
  quantity?: number
}

export const SECRET = 'whsec_of_the_billing_tests'

export async function startBillingStage({ env, ...options }: TestAppOptions = {}): Promise<BillingStage> {
  const local = await startLocalStripe({ webhookSecret: SECRET })
  const app = await startTestApp({
    ...options,
    env: {
      STRIPE_API_BASE: local.url,
      STRIPE_WEBHOOK_SECRET: SECRET,
      // The local Stripe works in this process too, and would be taken for a load of requests.
      PLINTH_MAX_EVENT_LOOP_DELAY_MS: '60000',
      ...env,
    },
  })
  await push({ ...app.services.billing, appUrl: app.url }, () => {})
  const stripe = new Stripe('sk_test_simulated', {
    host: '127.0.0.1',
    port: local.port,
    protocol: 'http',
    telemetry: false,
  })
  await warmUp(stripe)
  const owner = new pg.Client({ connectionString: app.databaseUrl })
  await owner.connect()
  const rows = async (question: string, values: unknown[] = []) => (await owner.query(question, values)).rows

  const call: BillingStage['call'] = (by, method, path, body, headers = {}) =>
    app.request(method, `/billing/${path}`, { token: by.access, ...(body !== undefined && { body }), headers })

  const customerOf = async ({ tenantId }: Account): Promise<string> =>
    (await rows('select stripe_customer_id from billing_customers where tenant_id = $1', [tenantId]))[0]
      ?.stripe_customer_id

  const pay = async (sessionId: string, card = 'pm_card_visa') => {
    local.transact((world) => completeSession(world, sessionId, { name: 'Payer', email: null, payment_method: card }))
  }

  return {
    app,
    local,
    stripe,
    rows,
    call,
    pay,
    customerOf,
    async subscriber(name, order) {
      const account = await app.signUp(name)
      const page = await call(account, 'POST', 'checkout', order)
      if (page.status !== 201) throw new Error(`Checkout answered ${page.status}: ${page.text}`)
      await pay(page.body.data.session_id)
      const synced = await call(account, 'POST', 'sync', {})
      if (synced.body?.data?.plan !== order.plan) throw new Error(`Sync answered ${synced.status}: ${synced.text}`)
      return account
    },
    async subscriptionOf(account) {
      const { data } = await stripe.subscriptions.list({ customer: await customerOf(account), status: 'all' })
      if (data.length !== 1) throw new Error(`${data.length} subscriptions.`)
      return data[0] as Stripe.Subscription
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
    },
    async close() {
      await owner.end()
      await app.close()
      await local.close()
    },
  }
}

/** The contract of each kind of answer is compiled at its first use, which on a busy machine outlasts a person's patience. */
export async function warmUp(stripe: Stripe): Promise<void> {
  const { data: prices } = await stripe.prices.list({ lookup_keys: ['plinth_pro_month'] })
  const { id: customer } = await stripe.customers.create({ name: 'First' })
  const { id } = await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer,
    line_items: [{ price: prices[0]?.id as string, quantity: 1 }],
    success_url: 'https://example.com',
  })
  await stripe.checkout.sessions.expire(id)
  await stripe.subscriptions.list({ customer })
  await stripe.invoices.list({ customer })
}
