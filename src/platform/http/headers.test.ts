import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Refusal } from '../errors.ts'
import { Type } from '../schema.ts'
import { startTestServer, type TestServer } from './testing.ts'

const LEAKS =
  /\bat .+\.(js|ts):\d+|node_modules|SELECT .+ FROM|INSERT INTO|relation "|violates|duplicate key|ECONN|\b(22P02|22021|23505|40P01)\b|FST_ERR|Error:/

describe('every answer', () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer({
      config: { env: 'production', docs: false },
      routes(app) {
        const open = { config: { access: 'public' } } as const
        const body = Type.Object({ name: Type.String() })
        app.get('/api/v1/200', open, async () => ({ ok: true }))
        app.get('/api/v1/204', open, async (_request, reply) => reply.code(204).send())
        app.get('/api/v1/302', open, async (_request, reply) => reply.redirect('/'))
        app.get('/api/v1/500', open, async () => {
          throw new Error('relation "users" does not exist')
        })
        app.get('/api/v1/stream', open, async (_request, reply) =>
          reply.type('text/plain').send((await fetch('data:,hello')).body),
        )
        app.get('/api/v1/thrown', open, async () => {
          throw 'a text'
        })
        app.post('/api/v1/body', { ...open, schema: { body } }, async () => ({ ok: true }))
        for (const status of [400, 401, 402, 403, 404, 409, 410, 412, 422, 429, 503]) {
          app.get(`/api/v1/refused/${status}`, open, async () => {
            throw new Refusal(status, 'SOME_CODE', 'Some words.')
          })
        }
      },
    })
  })
  after(() => server.close())

  const json = { 'content-type': 'application/json' }
  const cases: [string, number, string, RequestInit?][] = [
    ['an answer', 200, '/api/v1/200'],
    ['an answer without content', 204, '/api/v1/204'],
    ['a redirect', 302, '/api/v1/302'],
    ['a stream', 200, '/api/v1/stream'],
    ['malformed JSON', 400, '/api/v1/body', { method: 'POST', headers: json, body: '{' }],
    ['a body that is not valid', 400, '/api/v1/body', { method: 'POST', headers: json, body: '{}' }],
    ['an address that is not well formed', 400, '/%zz'],
    ['a route that does not exist', 404, '/api/v1/nothing'],
    [
      'a body that is too large',
      413,
      '/api/v1/body',
      { method: 'POST', headers: json, body: `"${'a'.repeat(400_000)}"` },
    ],
    ['an address that is too long', 404, `/api/v1/${'a'.repeat(2000)}`],
    [
      'a body of another type',
      415,
      '/api/v1/body',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' },
    ],
    ['a bug', 500, '/api/v1/500'],
    ['something thrown that is no error', 500, '/api/v1/thrown'],
    ['the page', 200, '/'],
    ['a probe', 200, '/livez'],
    ...[400, 401, 402, 403, 404, 409, 410, 412, 422, 429, 503].map((status): [string, number, string] => [
      'a refusal',
      status,
      `/api/v1/refused/${status}`,
    ]),
  ]

  for (const [what, status, path, init] of cases) {
    test(`carries the security headers and tells nothing of the inside: ${what} (${status})`, async () => {
      const answer = await fetch(server.url + path, { redirect: 'manual', ...init })
      const text = await answer.text()
      assert.equal(answer.status, status, text)
      const header = (name: string) => answer.headers.get(name) ?? ''
      assert.match(header('strict-transport-security'), /^max-age=(\d+); includeSubDomains$/)
      assert.ok(Number(header('strict-transport-security').match(/\d+/)?.[0]) >= 31_536_000)
      for (const directive of [
        "default-src 'self'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'none'",
      ]) {
        assert.ok(header('content-security-policy').includes(directive), directive)
      }
      assert.equal(header('x-content-type-options'), 'nosniff')
      assert.equal(header('referrer-policy'), 'no-referrer')
      assert.match(header('permissions-policy'), /camera=\(\)/)
      assert.match(header('x-request-id'), /^[0-9a-f-]{36}$/)
      assert.equal(header('server') + header('x-powered-by'), '')
      if (path.startsWith('/api')) assert.equal(header('cache-control'), 'no-store')
      assert.doesNotMatch(text, LEAKS)
      assert.equal(server.lines().filter((line) => line.request_id === header('x-request-id')).length, 1)
      if (status >= 400) {
        assert.equal(header('content-type'), 'application/problem+json')
        const problem = JSON.parse(text)
        assert.equal(problem.status, status)
        assert.equal(problem.success, false)
        assert.equal(problem.request_id, header('x-request-id'))
        assert.equal(problem.type, `https://app.example.com/docs/errors/${problem.code}`)
        assert.equal(problem.message, problem.detail)
        assert.ok(Array.isArray(problem.details))
        assert.match(problem.code, /^[A-Z_]+$/)
      }
      if (status === 401) assert.equal(header('www-authenticate'), 'Bearer')
      if (status === 429 || status === 503) assert.match(header('retry-after'), /^\d+$/)
    })
  }

  test('outside production promises no https', async () => {
    const development = await startTestServer()
    const { headers } = await fetch(`${development.url}/livez`)
    assert.equal(headers.get('strict-transport-security'), null)
    await development.close()
  })

  test('that is an error is the same for a missing route and a missing thing, but for its id', async () => {
    const [route, thing] = await Promise.all(
      ['/api/v1/nothing', '/api/v1/nothing/<script>'].map(async (path) => {
        const answer = await fetch(server.url + path)
        const { request_id, instance, ...rest } = (await answer.json()) as Record<string, unknown>
        assert.equal(instance, `urn:plinth:request:${request_id}`)
        return rest
      }),
    )
    assert.deepEqual(route, thing)
  })

  for (const path of [
    '/.env',
    '/.git/config',
    '/package.json',
    '/metrics',
    '/docs',
    '/redoc',
    '/openapi.json',
    '/debug',
    '/server-status',
    '/assets/index.js.map',
    '/graphql',
    '/dev/mailbox',
    '/..%2fpackage.json',
    '/assets/..%2f..%2fpackage.json',
    '/docs-assets/redoc.standalone.js',
    '/docs/errors/NOT_FOUND',
  ]) {
    test(`exposes nothing in production at ${path}`, async () => {
      assert.equal((await fetch(server.url + path)).status, 404)
      const browser = { headers: { accept: 'text/html' } }
      const status = (await fetch(server.url + path, browser)).status
      // A page may say that there is nothing here; files and machines' addresses stay 404.
      assert.ok(status === 404 || ['/debug', '/server-status', '/graphql'].includes(path), `${path} ${status}`)
    })
  }
})
