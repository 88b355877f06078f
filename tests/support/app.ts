/** The whole application for tests: real routes, a real database of its own, real HTTP when asked to listen. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startWorker, type Worker } from '#jobs'
import { adjustableClock } from '#platform/clock.ts'
import { type Config, loadConfig } from '#platform/config.ts'
import type { HttpServer } from '#platform/http/server.ts'
import { createLogger } from '#platform/log.ts'
import { buildApp } from '../../src/app.ts'
import { createServices, healthOf, type Services } from '../../src/services.ts'
import { workOf } from '../../src/worker.ts'
import { createTestDatabase } from './database.ts'

export const PASSWORD = 'quiet harbour lantern 42'

export interface TestAppOptions {
  /** Environment variables on top of the test's own. */
  env?: Record<string, string>
  /** Run jobs too; mails that a job decides on need it. */
  worker?: boolean
  /** A browser must know the address before the server does; any free port unless given. */
  port?: number
  /** Another replica on the same database. */
  databaseUrl?: string
  /** Adds routes before the server is ready; for guards that plant a fault. */
  extend?: (app: HttpServer, services: Services) => void | Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever came
export interface Answer<Body = any> {
  status: number
  headers: Headers
  body: Body
  text: string
}

export interface RequestOptions {
  token?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface TestApp {
  app: HttpServer
  url: string
  config: Config
  services: Services
  databaseUrl: string
  clock: ReturnType<typeof adjustableClock>
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>
  /** The newest mail to an address, waited for. */
  mailTo(address: string, matching?: RegExp): Promise<Mail>
  signUp(name: string): Promise<Account>
  invite(owner: Account, role: string, email?: string): Promise<Account>
  close(): Promise<void>
}

export interface Mail {
  to: string
  subject: string
  text: string
  html: string
  links: string[]
  sent_at: string
}

export interface Account {
  email: string
  password: string
  userId: string
  tenantId: string
  slug: string
  role: string
  access: string
  refresh: string
}

const BASE_ENV = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  PLINTH_SEED: 'none',
  PLINTH_APP_URL: 'http://localhost:3000',
  PLINTH_LOGIN_RATE_PER_MINUTE: '10000',
  PLINTH_RATE_PER_MINUTE: '1000000',
  PLINTH_SHUTDOWN_DELAY_SECONDS: '0',
}

/**
 * The counters of one database are its own, as if each had a Redis, and exact: a busy machine may answer later than the
 * moment after which a process counts by itself.
 */
function redisOf(databaseUrl: string): string | undefined {
  const { REDIS_URL } = process.env
  return REDIS_URL && `${REDIS_URL}?keyPrefix=${new URL(databaseUrl).pathname.slice(1)}:&commandTimeout=10000`
}

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const owned = options.databaseUrl === undefined ? await createTestDatabase() : undefined
  const databaseUrl = options.databaseUrl ?? (owned as { url: string }).url
  const config = loadConfig({ ...BASE_ENV, REDIS_URL: redisOf(databaseUrl), ...options.env })
  const log = createLogger(config)
  const clock = adjustableClock()
  const services = await createServices({ config, databaseUrl, log, clock })
  const app = await buildApp({ ...services, health: healthOf(services) })
  await options.extend?.(app, services)
  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  const worker: Worker | undefined = options.worker
    ? await startWorker({ ...services, databaseUrl, pollSeconds: 0.05, ...workOf(services) })
    : undefined

  async function request(
    method: string,
    path: string,
    { token, body, headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    const response = await fetch(
      `${url}${path.startsWith('/api/') || path.startsWith('/dev/') ? '' : '/api/v1'}${path}`,
      {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
    )
    const text = await response.text()
    const json = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      headers: response.headers,
      body: json && text !== '' ? JSON.parse(text) : undefined,
      text,
    }
  }

  async function mailTo(address: string, matching = /./): Promise<Mail> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const { body } = await request('GET', `/dev/mailbox?to=${encodeURIComponent(address)}`, {
        headers: { accept: 'application/json' },
      })
      const mail = (body.items as Mail[]).find(({ subject }) => matching.test(subject))
      if (mail) return mail
      await sleep(50)
    }
    throw new Error(`No mail to ${address} matching ${matching} arrived.`)
  }

  async function signUp(name: string): Promise<Account> {
    const email = `${name}@example.com`
    const { status, body, text } = await request('POST', '/auth/register', {
      body: {
        email,
        password: PASSWORD,
        full_name: `Person ${name}`,
        tenant_name: `Tenant ${name}`,
        tenant_slug: name,
      },
    })
    if (status !== 201) throw new Error(`Sign-up answered ${status}: ${text}`)
    const { user, tenant, tokens } = body.data
    return {
      email,
      password: PASSWORD,
      userId: user.id,
      tenantId: tenant.id,
      slug: tenant.slug,
      role: tenant.role,
      access: tokens.access_token,
      refresh: tokens.refresh_token,
    }
  }

  async function invite(owner: Account, role: string, email = `${role}@${owner.slug}.example.com`): Promise<Account> {
    const invited = await request('POST', '/users', { token: owner.access, body: { email, role } })
    if (invited.status !== 201) throw new Error(`Invitation answered ${invited.status}: ${invited.text}`)
    const mail = await mailTo(email, /invited/)
    const token = new URL(mail.links.find((link) => link.includes('token=')) as string).searchParams.get('token')
    const accepted = await request('POST', '/invitations/accept', {
      body: { token, password: PASSWORD, full_name: `Person ${role}` },
    })
    if (accepted.status !== 200) throw new Error(`Acceptance answered ${accepted.status}: ${accepted.text}`)
    const { access_token: access, refresh_token: refresh, tenant } = accepted.body.data
    const me = await request('GET', '/auth/me', { token: access })
    return {
      email,
      password: PASSWORD,
      userId: me.body.data.user.id,
      tenantId: tenant.id,
      slug: tenant.slug,
      role,
      access,
      refresh,
    }
  }

  return {
    app,
    url,
    config,
    services,
    databaseUrl,
    clock,
    request,
    mailTo,
    signUp,
    invite,
    async close() {
      await app.close()
      await worker?.stop()
      await services.close()
      await owned?.drop()
    },
  }
}
