/**
 * Events from Stripe: how many a second are verified, kept and acknowledged while the worker in the same process reads
 * Stripe again for each of them, how long an acknowledgement takes, and how long until everything is done. Then what the
 * local Stripe weighs after ten thousand events.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import Stripe from 'stripe'
import { type LoadRequest, startLoadGenerator } from './load.ts'
import { startApplication } from './servers.ts'
import { type Stage, setStage } from './stage.ts'

export interface Webhooks {
  perSecond: number
  p50: number
  p99: number
  /** With the events that arrived last still waiting when the load ended. */
  acknowledged: number
  secondsUntilDone: number
  simulatorMebibytesBefore: number
  simulatorMebibytesAfter: number
  simulatorEvents: number
}

const SECRET = 'whsec_bench_of_the_webhook_endpoint'
const CONNECTIONS = 8
const SECONDS = 5
/** More than can be acknowledged in that time, so that none is sent twice. */
const EVENTS = 40_000
const SIMULATED_EVENTS = 10_000

export async function measureWebhooks(): Promise<Webhooks> {
  const stage = await setStage()
  const simulator = await startSimulator()
  const load = startLoadGenerator()
  try {
    const stripe = new Stripe('sk_test_simulated', { ...addressOf(simulator.url), telemetry: false })
    const customers = await introduceCustomers(stage, stripe)
    const application = await startApplication(stage, {
      // Production speaks to the real Stripe alone.
      NODE_ENV: 'test',
      DATABASE_URL: stage.ownerUrl,
      LOG_LEVEL: 'error',
      PLINTH_WORKER: 'inline',
      STRIPE_API_BASE: simulator.url,
      STRIPE_WEBHOOK_SECRET: SECRET,
    })
    try {
      const requests = Array.from({ length: EVENTS }, (_, n) =>
        signedEvent(n, customers[n % customers.length] as string),
      )
      const result = await load.run({ url: application.url, connections: CONNECTIONS, seconds: SECONDS, requests })
      const ended = performance.now()
      await untilDone(stage)
      const secondsUntilDone = (performance.now() - ended) / 1000
      return {
        perSecond: result.perSecond,
        p50: result.p50,
        p99: result.p99,
        acknowledged: result.answers,
        secondsUntilDone,
        ...(await weigh(simulator, stripe, customers[0] as string)),
      }
    } finally {
      await application.stop()
    }
  } finally {
    load.stop()
    await simulator.stop()
    await stage.clear()
  }
}

interface Simulator {
  url: string
  child: ChildProcess
  stop(): Promise<void>
}

async function startSimulator(): Promise<Simulator> {
  const child = spawn(process.execPath, ['simulators/stripe/main.ts', '--port', '0'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  return {
    url,
    child,
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

function addressOf(url: string): { host: string; port: string; protocol: 'http' } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port, protocol: 'http' }
}

/** Every tenant of the stage becomes a customer. */
async function introduceCustomers(stage: Stage, stripe: Stripe): Promise<string[]> {
  return withSystem(stage, async (client) => {
    const { rows } = await client.query<{ id: string }>('select id from tenants order by slug')
    const customers: string[] = []
    for (const { id } of rows) {
      const customer = await stripe.customers.create({ metadata: { tenant_id: id } })
      await client.query(
        `insert into billing_customers (tenant_id, stripe_customer_id, livemode, created_at) values ($1, $2, false, now())`,
        [id, customer.id],
      )
      customers.push(customer.id)
    }
    return customers
  })
}

function signedEvent(n: number, customer: string): LoadRequest {
  const payload = JSON.stringify({
    id: `evt_bench${n}`,
    object: 'event',
    api_version: Stripe.API_VERSION,
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'customer.subscription.updated',
    data: { object: { id: `sub_bench${n}`, object: 'subscription', customer } },
  })
  return {
    method: 'POST',
    path: '/api/v1/billing/webhook',
    headers: { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET }) },
    body: payload,
  }
}

async function untilDone(stage: Stage): Promise<void> {
  await withSystem(stage, async (client) => {
    for (;;) {
      const { rows } = await client.query("select count(*)::int as open from stripe_events where state = 'pending'")
      if (rows[0].open === 0) return
      await sleep(200)
    }
  })
}

async function withSystem<T>({ databaseUrl }: Stage, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('set role plinth_system')
    return await work(client)
  } finally {
    await client.end()
  }
}

async function weigh({ url, child }: Simulator, stripe: Stripe, customer: string) {
  const eventsNow = async () => {
    const { stats } = (await (await fetch(`${url}/_sim/state`)).json()) as { stats: { events: number } }
    return stats.events
  }
  const simulatorMebibytesBefore = residentMebibytes(child)
  const begun = await eventsNow()
  for (let sent = 0; sent < SIMULATED_EVENTS; sent += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => stripe.customers.update(customer, { description: `Change ${sent + n}` })),
    )
  }
  return {
    simulatorMebibytesBefore,
    simulatorMebibytesAfter: residentMebibytes(child),
    simulatorEvents: (await eventsNow()) - begun,
  }
}

function residentMebibytes({ pid }: ChildProcess): number {
  const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1024
}

export async function reportWebhooks(): Promise<void> {
  const measured = await measureWebhooks()
  console.log(
    `${measured.perSecond.toFixed(0)} events/s acknowledged at ${CONNECTIONS} connections, p50 ${measured.p50.toFixed(1)} ms, p99 ${measured.p99.toFixed(1)} ms`,
  )
  console.log(
    `${measured.acknowledged} events; all of them processed ${measured.secondsUntilDone.toFixed(1)} s after the last was acknowledged`,
  )
  console.log(
    `Local Stripe: ${measured.simulatorMebibytesBefore.toFixed(0)} MiB, and ${measured.simulatorMebibytesAfter.toFixed(0)} MiB after ${measured.simulatorEvents} more events`,
  )
}

if (import.meta.main) await reportWebhooks()
