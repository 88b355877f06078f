import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { Type } from '../schema.ts'
import type { Guard } from './access.ts'
import { openGuard, startTestServer, testConfig } from './testing.ts'

test('a server with a route that does not declare its access does not start, and names the route', async () => {
  const undeclared = startTestServer({ routes: (app) => app.get('/api/v1/secrets', async () => 'all of them') })
  await assert.rejects(undeclared, /GET \/api\/v1\/secrets does not declare its access/)
  const empty = startTestServer({
    routes: (app) => app.post('/api/v1/x', { config: { access: { permission: '' } } }, async () => ''),
  })
  await assert.rejects(empty, /POST \/api\/v1\/x does not declare its access/)
})

function recordingGuard(changes: Partial<Guard> = {}) {
  const calls: string[] = []
  const guard: Guard = {
    authenticate: (request) => void calls.push(`authenticate ${request.body}`),
    authorize: async (_request, access) => void calls.push(`authorize ${JSON.stringify(access)}`),
    finish: (_request, outcome) => void calls.push(`finish ${outcome}`),
    principal: () => undefined,
    ...changes,
  }
  return { guard, calls }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 30))

test('the guard sees the credential before the body, decides after validation, and is always told the end', async () => {
  const { guard, calls } = recordingGuard()
  const server = await startTestServer({
    guard,
    routes: (app) => {
      const schema = { body: Type.Object({ name: Type.String() }) }
      app.post('/api/v1/x', { config: { access: { permission: 'x.write' } }, schema }, async () => {
        calls.push('handler')
        return { ok: true }
      })
    },
  })
  const post = (body: string) =>
    fetch(`${server.url}/api/v1/x`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  try {
    assert.equal((await post('{"name":"a"}')).status, 200)
    await settled()
    assert.deepEqual(calls.splice(0), [
      'authenticate undefined',
      'authorize {"permission":"x.write"}',
      'handler',
      'finish sent',
    ])

    assert.equal((await post('{"name":1}')).status, 400)
    await settled()
    assert.deepEqual(calls.splice(0), ['authenticate undefined', 'finish sent'])
  } finally {
    await server.close()
  }
})

test('a public route asks for nothing', async () => {
  const { guard, calls } = recordingGuard()
  const server = await startTestServer({
    guard,
    routes: (app) => app.get('/api/v1/plans', { config: { access: 'public' } }, async () => ({ plans: [] })),
  })
  try {
    assert.equal((await fetch(`${server.url}/api/v1/plans`)).status, 200)
    await settled()
    assert.deepEqual(calls, ['finish sent'])
  } finally {
    await server.close()
  }
})

test('without a valid credential nothing is read or run, and the answer names the scheme', async () => {
  const { guard, calls } = recordingGuard({
    authenticate: async () => {
      throw new Refusal(401, 'UNAUTHENTICATED', 'Sign in first.')
    },
  })
  const server = await startTestServer({
    guard,
    routes: (app) =>
      app.post('/api/v1/x', { config: { access: 'user' } }, async () => {
        calls.push('handler')
      }),
  })
  try {
    const answer = await fetch(`${server.url}/api/v1/x`, { method: 'POST' })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
    await settled()
    assert.deepEqual(calls, ['finish sent'])
  } finally {
    await server.close()
  }
})

test('bad credentials spend the budget of the address they come from', async () => {
  const server = await startTestServer({
    config: { ratePerMinute: 3 },
    guard: {
      ...openGuard,
      authenticate() {
        throw new Refusal(401, 'UNAUTHENTICATED', 'Sign in first.')
      },
    },
    routes: (app) => app.get('/api/v1/x', { config: { access: 'user' } }, async () => ({})),
  })
  try {
    const statuses = []
    for (let attempt = 0; attempt < 5; attempt++) statuses.push((await fetch(`${server.url}/api/v1/x`)).status)
    assert.deepEqual(statuses, [401, 401, 401, 429, 429])
  } finally {
    await server.close()
  }
})

test('two users behind one address have two budgets, and one user has one budget from two addresses', async () => {
  const server = await startTestServer({
    config: { ratePerMinute: 2, trustedProxies: ['loopback'] },
    guard: { ...openGuard, principal: (request) => ({ userId: String(request.headers['x-user']) }) },
    routes: (app) => app.get('/api/v1/x', { config: { access: 'user' } }, async () => ({})),
  })
  const get = async (user: string, address: string) => {
    const headers = { 'x-user': user, 'x-forwarded-for': address }
    return (await fetch(`${server.url}/api/v1/x`, { headers })).status
  }
  try {
    assert.deepEqual(
      [await get('ann', '192.0.2.1'), await get('ann', '192.0.2.2'), await get('ann', '192.0.2.3')],
      [200, 200, 429],
    )
    assert.equal(await get('bob', '192.0.2.1'), 200)
  } finally {
    await server.close()
  }
})

test('how much is left is told in development and not in production, also when nothing is', async () => {
  for (const env of ['test', 'production'] as const) {
    const server = await startTestServer({
      config: testConfig({ env, ratePerMinute: 1 }),
      routes: (app) => app.get('/api/v1/x', { config: { access: 'public' } }, async () => ({})),
    })
    try {
      const { headers } = await fetch(`${server.url}/api/v1/x`)
      assert.equal(headers.has('ratelimit-remaining'), env === 'test')
      assert.equal(headers.has('ratelimit-limit'), env === 'test')
      const refused = await fetch(`${server.url}/api/v1/x`)
      assert.equal(refused.status, 429)
      assert.equal(refused.headers.get('ratelimit-remaining'), env === 'test' ? '0' : null)
      assert.equal(refused.headers.get('ratelimit-limit'), env === 'test' ? '1' : null)
      assert.equal(refused.headers.get('ratelimit-reset'), env === 'test' ? refused.headers.get('retry-after') : null)
    } finally {
      await server.close()
    }
  }
})
