/** What tests of the local Stripe begin with: one that runs, an SDK that speaks to it, an endpoint that listens. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import Stripe from 'stripe'
import { type LocalStripe, type LocalStripeOptions, startLocalStripe } from './index.ts'

export interface Running {
  local: LocalStripe
  stripe: Stripe
  /** Any request, as no SDK would send it. */
  raw(path: string, init?: RequestInit): Promise<Response>
}

export const KEY = 'sk_test_simulated'
export const FORM = 'application/x-www-form-urlencoded'
export const SECRET = 'whsec_of_the_tests'

export const sdkOf = (local: LocalStripe): Stripe =>
  new Stripe(KEY, { host: '127.0.0.1', port: local.port, protocol: 'http', telemetry: false })

/** Ends with the test, and holds that nothing it did broke the contract; `faulty` tests provoke just that. */
export async function start(t: TestContext, options: LocalStripeOptions = {}): Promise<Running> {
  const local = await startLocalStripe({ webhookSecret: SECRET, backoffMs: [20, 40, 80], ...options })
  t.after(async () => {
    await local.close()
    if (!options.faulty) t.assert.deepEqual(local.stats().faults, [])
  })
  const raw = (path: string, { headers, ...init }: RequestInit = {}) =>
    fetch(`${local.url}${path}`, { ...init, headers: { authorization: `Bearer ${KEY}`, ...headers } })
  return { local, stripe: sdkOf(local), raw }
}

export interface Receiver {
  url: string
  /** All that came, verified with the secret of the tests, in the order in which it came. */
  events: Stripe.Event[]
  /** What it answers from now on. */
  status: number
  ofType(type: string): Stripe.Event[]
}

export async function startReceiver(t: TestContext): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    events: [],
    status: 200,
    ofType: (type) => receiver.events.filter((event) => event.type === type),
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const signature = request.headers['stripe-signature'] as string
    receiver.events.push(Stripe.webhooks.constructEvent(Buffer.concat(chunks), signature, SECRET))
    response.writeHead(receiver.status).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`
  return receiver
}
