import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Type } from '../schema.ts'
import { lifecycleOf } from './lifecycle.ts'
import { openGuard, rawPost, sendRaw, startTestServer } from './testing.ts'

test('each request is one line with its route, and never its address, headers or body', async () => {
  const server = await startTestServer({
    guard: { ...openGuard, principal: () => ({ tenantId: 'tenant-1', userId: 'user-1' }) },
    routes(app) {
      const schema = {
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({ q: Type.Optional(Type.String()) }),
      }
      app.get('/api/v1/things/:id', { config: { access: 'user' }, schema }, async () => ({}))
    },
  })
  try {
    const canary = 'CaNaRy'
    const headers = {
      'user-agent': `x\\n{"level":30}${canary}`,
      authorization: `Bearer ${canary}`,
      cookie: `a=${canary}`,
    }
    const answer = await fetch(`${server.url}/api/v1/things/${canary}?q=${canary}%0a{"level":30}`, { headers })
    await pause(20)
    const [line, ...others] = server.lines().filter(({ msg }) => msg === 'request')
    assert.deepEqual(others, [])
    assert.ok(!server.text().includes(canary))
    const { level, method, route, status, tenant_id, user_id, ip, request_id, duration_ms } = line ?? {}
    assert.deepEqual(
      { level, method, route, status, tenant_id, user_id, ip },
      {
        level: 'info',
        method: 'GET',
        route: '/api/v1/things/:id',
        status: 200,
        tenant_id: 'tenant-1',
        user_id: 'user-1',
        ip: '127.0.0.1',
      },
    )
    assert.equal(request_id, answer.headers.get('x-request-id'))
    assert.equal(typeof duration_ms, 'number')
  } finally {
    await server.close()
  }
})

test('a line written by a handler carries the id of its request', async () => {
  const server = await startTestServer({
    routes: (app) =>
      app.get('/api/v1/x', { config: { access: 'public' } }, async (request) => {
        request.log.warn({ size: 3 }, 'looked at')
        return {}
      }),
  })
  try {
    const id = (await fetch(`${server.url}/api/v1/x`)).headers.get('x-request-id')
    await pause(20)
    const line = server.lines().find(({ msg }) => msg === 'looked at')
    assert.deepEqual({ id: line?.request_id, size: line?.size, level: line?.level }, { id, size: 3, level: 'warn' })
  } finally {
    await server.close()
  }
})

test('a client that leaves while its request is worked on, with or without a body, is told apart and released', async () => {
  const outcomes: string[] = []
  const aborted: boolean[] = []
  const server = await startTestServer({
    guard: { ...openGuard, finish: (_request, outcome) => void outcomes.push(outcome) },
    routes(app) {
      const wait = async (request: { signal: AbortSignal }) => {
        await pause(150)
        aborted.push(request.signal.aborted)
        return {}
      }
      app.get('/api/v1/slow', { config: { access: 'user' } }, (request) => wait(request))
      app.post('/api/v1/slow', { config: { access: 'user' } }, (request) => wait(request))
    },
  })
  try {
    for (const method of ['GET', 'POST']) {
      const outgoing = httpRequest(`${server.url}/api/v1/slow`, {
        method,
        headers: { 'content-type': 'application/json' },
      })
      outgoing.on('error', () => {})
      outgoing.end(method === 'POST' ? '{"a":1}' : undefined)
      await pause(50)
      outgoing.destroy()
    }
    await pause(250)
    assert.deepEqual(outcomes, ['failed', 'failed'])
    const lines = server.lines().filter(({ msg }) => msg === 'request')
    assert.deepEqual(
      lines.map(({ status }) => status),
      [499, 499],
    )
    assert.ok(lines.every(({ level }) => level === 'info'))
  } finally {
    await server.close()
  }
})

test('a guard that fails to release is logged and harms nobody', async () => {
  let call = 0
  const server = await startTestServer({
    guard: {
      ...openGuard,
      finish() {
        call += 1
        if (call === 1) throw new Error('thrown')
        return Promise.reject(new Error('rejected'))
      },
    },
  })
  try {
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
    await pause(20)
    assert.equal(server.lines().filter(({ msg }) => msg === 'a request was not released').length, 2)
  } finally {
    await server.close()
  }
})

test('a handler that hangs is answered for, and what it says later is not sent', async () => {
  let release = () => {}
  const server = await startTestServer({
    routes(app) {
      app.get('/api/v1/hangs', { config: { access: 'public' } }, async () => {
        await new Promise<void>((resolve) => {
          release = resolve
        })
        return { late: true }
      })
    },
  })
  try {
    const pending = fetch(`${server.url}/api/v1/hangs`)
    await pause(50)
    lifecycleOf(server.app as never).answerOverdue(performance.now() + 29_000)
    lifecycleOf(server.app as never).answerOverdue(performance.now() + 31_000)
    const answer = await pending
    assert.equal(answer.status, 503)
    assert.equal(((await answer.json()) as { code: string }).code, 'TIMEOUT')
    release()
    await pause(20)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
  } finally {
    await server.close()
  }
})

test('closing waits for what is in flight and then for nothing: its connection does not stay open', async () => {
  let release = () => {}
  const server = await startTestServer({
    routes(app) {
      app.post('/api/v1/slow', { config: { access: 'public' } }, async () => {
        await new Promise<void>((resolve) => {
          release = resolve
        })
        return { done: true }
      })
    },
  })
  const pending = sendRaw(server.port, rawPost('/api/v1/slow', '{}', 'content-type: application/json', 'keep-alive'))
  await pause(50)
  const closed = server.app.close()
  await pause(50)
  release()
  const answer = await pending
  assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*\{"done":true\}$/)
  assert.match(answer, /connection: close/i)
  await closed
})

test('a request that comes on an open connection after closing has begun is 503 with the shape of every error', async () => {
  const server = await startTestServer({
    routes: (app) => app.get('/api/v1/x', { config: { access: 'public' } }, async () => ({})),
  })
  const socket = connect(server.port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk as Buffer))
  socket.on('error', () => {})
  // Half of a request keeps the connection from being idle, and so from being closed at once.
  socket.write('GET /api/v1/x HTTP/1.1\r\nhost: x\r\n')
  await pause(50)
  const closed = server.app.close()
  socket.write('\r\n')
  await closed
  await pause(20)
  const answer = Buffer.concat(chunks).toString()
  assert.match(answer, /^HTTP\/1\.1 503 /)
  assert.match(answer, /connection: close/i)
  assert.match(answer, /content-type: application\/problem\+json/)
  assert.match(answer, /retry-after: 1/)
  assert.match(answer, /"code":"SERVICE_UNAVAILABLE"/)
})
