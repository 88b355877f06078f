import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissions } from '#access'
import type { HttpServer } from '#platform/http/server.ts'
import { withIdleApp } from '../../scripts/generate-openapi.ts'
import { operationsOf } from './operations.ts'

/** Who needs no credential. A new line is a decision: say in review why the route is safe to call by anybody. */
const PUBLIC = [
  'GET /.well-known/jwks.json',
  'GET /api/v1/billing/plans',
  'GET /api/v1/invitations/lookup',
  'GET /health',
  'GET /livez',
  'GET /readyz',
  'POST /api/v1/auth/email/resend',
  'POST /api/v1/auth/email/verify',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/logout',
  'POST /api/v1/auth/password/forgot',
  'POST /api/v1/auth/password/reset',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/register',
  // Stripe's signature is its credential.
  'POST /api/v1/billing/webhook',
  'POST /api/v1/invitations/accept',
]

/** Routes that the description of the API does not list: pages, files, and the tools of development. */
const UNLISTED = [
  'GET /',
  'GET /*',
  'GET /dev/clock',
  'GET /dev/mailbox',
  'GET /dev/mailbox/:id',
  'GET /dev/mailbox/:id/html',
  'GET /docs',
  'GET /docs-assets/:name',
  'GET /docs/errors/:code',
  'GET /openapi.json',
  'GET /redoc',
  'POST /dev/clock',
]

test('a route that does not say who may call it keeps the server from starting', async () => {
  await withIdleApp(async (app) => {
    assert.throws(
      () => app.get('/api/v1/planted', async () => ({})),
      /GET \/api\/v1\/planted does not declare its access/,
    )
  })
})

test('nor does one that says something unknown', async () => {
  for (const access of ['everybody', '', null, {}, { permission: '' }, ['public'], { permission: 'x', feature: '' }]) {
    await withIdleApp(async (app) => {
      const plant = () => app.get('/api/v1/planted', { config: { access: access as never } }, async () => ({}))
      assert.throws(plant, JSON.stringify(access))
    })
  }
})

test('a plugin that forgets it keeps the server from starting, too', async () => {
  await withIdleApp(async (app) => {
    const registered = app.register(async (routes) => {
      routes.delete('/planted', async () => ({}))
    })
    await assert.rejects(async () => registered, /DELETE \/planted does not declare its access/)
  })
})

test('every operation says who may call it, and names a permission that exists', async () => {
  await withIdleApp(async (app) => {
    await app.ready()
    const operations = operationsOf(app)
    assert.ok(operations.length > 30)
    for (const { key, access } of operations) {
      if (typeof access === 'string') assert.ok(access === 'public' || access === 'user', key)
      else assert.ok((permissions as string[]).includes(access.permission), `${key}: ${access.permission}`)
    }
  })
})

test('every feature that an operation asks for is in a plan', async () => {
  await withIdleApp(async (app) => {
    await app.ready()
    const { data: plans } = (await app.inject('/api/v1/billing/plans')).json()
    const sold = new Set(plans.flatMap(({ features }: { features: string[] }) => features))
    const asked = operationsOf(app).filter(({ access }) => typeof access === 'object' && access.feature)
    assert.ok(asked.length > 0)
    for (const { key, access } of asked) {
      if (typeof access === 'object') assert.ok(sold.has(access.feature), `${key}: ${access.feature}`)
    }
  })
})

test('the operations that anybody may call are the reviewed ones', async () => {
  await withIdleApp(async (app) => {
    await app.ready()
    const open = operationsOf(app).filter(({ access }) => access === 'public')
    assert.deepEqual(open.map(({ key }) => key).sort(), PUBLIC)
  })
})

test('the routes that are not described are the reviewed ones', async () => {
  await withIdleApp(async (app) => {
    await app.ready()
    const described = new Set(operationsOf(app).map(({ key }) => key.replace(/\{(\w+)\}/g, ':$1')))
    assert.deepEqual(
      routesOf(app)
        .filter((route) => !described.has(route))
        .sort(),
      UNLISTED,
    )
  })
})

/** Every route that Fastify knows, read from the tree that it prints. */
function routesOf(app: HttpServer): string[] {
  const routes: string[] = []
  const path: string[] = []
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = '', , methods] = /^((?:│ {3}| {4})*)(?:├── |└── )(\S*)( \((.+)\))?$/.exec(line) ?? []
    if (!line.trim()) continue
    path.splice(indent.length / 4, path.length, part)
    for (const method of methods?.split(', ') ?? []) {
      // Comes with its GET, and is guarded by the same hook.
      if (method !== 'HEAD') routes.push(`${method} ${path.join('')}`)
    }
  }
  return routes
}
