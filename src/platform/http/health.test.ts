import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthChecks } from './health.ts'
import { lifecycleOf } from './lifecycle.ts'
import { startTestServer, type TestServerOptions } from './testing.ts'

const away = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:5432'))
const never = () => new Promise<never>(() => {})

async function withServer(
  checks: Partial<HealthChecks>,
  work: (
    get: (path: string) => Promise<{ status: number; text: string; body: Record<string, unknown> }>,
    server: Awaited<ReturnType<typeof startTestServer>>,
  ) => Promise<void>,
  options: TestServerOptions = {},
) {
  const server = await startTestServer({
    ...options,
    health: { database: async () => {}, migrated: async () => true, parts: {}, ...checks },
  })
  const get = async (path: string) => {
    const answer = await fetch(server.url + path)
    const text = await answer.text()
    return { status: answer.status, text, body: JSON.parse(text) }
  }
  try {
    await work(get, server)
  } finally {
    await server.close()
  }
}

test('when everything is there, all three say so', () =>
  withServer({ parts: { redis: undefined, jobs: async () => {} } }, async (get) => {
    assert.equal((await get('/livez')).status, 200)
    assert.equal((await get('/readyz')).status, 200)
    const { status, body } = await get('/health')
    assert.equal(status, 200)
    assert.equal(body.status, 'ok')
    assert.match(String(body.version), /^\d+\.\d+\.\d+/)
    const checks = body.checks as Record<string, { status: string; latency_ms?: number }>
    assert.equal(checks.database?.status, 'ok')
    assert.equal(typeof checks.database?.latency_ms, 'number')
    assert.deepEqual(checks.redis, { status: 'off' })
    assert.equal(checks.jobs?.status, 'ok')
  }))

for (const [what, database] of [
  ['refuses', away],
  ['hangs', never],
] as const) {
  test(`when the database ${what}, the process lives, gets no traffic and says so within two seconds`, () =>
    withServer({ database }, async (get) => {
      const start = performance.now()
      assert.equal((await get('/livez')).status, 200)
      assert.ok(performance.now() - start < 1000)
      const [ready, health] = await Promise.all([get('/readyz'), get('/health')])
      assert.ok(performance.now() - start < 2000)
      assert.equal(ready.status, 503)
      assert.equal(ready.body.code, 'NOT_READY')
      assert.equal(health.status, 503)
      assert.equal(health.body.status, 'down')
      assert.doesNotMatch(ready.text + health.text, /ECONN|10\.0\.0\.5|\d+\.\d+\.\d+(?!")/)
    }))
}

test('with a schema that is too old it gets no traffic', () =>
  withServer({ migrated: async () => false }, async (get) => {
    assert.equal((await get('/readyz')).status, 503)
    assert.equal((await get('/health')).status, 200)
  }))

test('a part it can do without only degrades it', () =>
  withServer({ parts: { redis: away, jobs: async () => {} } }, async (get) => {
    assert.equal((await get('/readyz')).status, 200)
    const { status, body } = await get('/health')
    assert.equal(status, 200)
    assert.equal(body.status, 'degraded')
  }))

test('while it drains it gets no traffic and still answers', () =>
  withServer({}, async (get, { app, url }) => {
    lifecycleOf(app).draining = true
    assert.equal((await get('/readyz')).status, 503)
    assert.equal((await get('/livez')).status, 200)
    assert.equal((await fetch(`${url}/livez`)).headers.get('connection'), 'keep-alive')
    lifecycleOf(app).hangUp()
    assert.equal((await fetch(`${url}/livez`)).headers.get('connection'), 'close')
  }))

test('any number of probes costs the database one question in half a second, and no probe is limited', () => {
  let questions = 0
  const database = async () => void questions++
  return withServer(
    { database },
    async (get) => {
      const asked = performance.now()
      const answers = await Promise.all(Array.from({ length: 100 }, () => get('/health')))
      const halfSeconds = Math.floor((performance.now() - asked) / 500)
      assert.ok(answers.every(({ status }) => status === 200))
      assert.ok(questions <= 1 + halfSeconds, `${questions} questions in ${halfSeconds} half seconds`)
    },
    { config: { ratePerMinute: 1 } },
  )
})

test('it is ready again as soon as the database is', () => {
  let there = false
  const database = async () => (there ? undefined : away())
  return withServer({ database }, async (get) => {
    assert.equal((await get('/readyz')).status, 503)
    there = true
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.equal((await get('/readyz')).status, 200)
  })
})
