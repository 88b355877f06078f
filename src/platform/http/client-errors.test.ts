import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { sendRaw, startTestServer, type TestServer } from './testing.ts'

describe('what is not well-formed HTTP', () => {
  let server: TestServer
  const handled: string[] = []

  before(async () => {
    server = await startTestServer({
      routes(app) {
        app.post('/api/v1/things', { config: { access: 'public' } }, async (request) => {
          handled.push(JSON.stringify(request.body))
          return { ok: true }
        })
        app.get('/api/v1/things', { config: { access: 'public' } }, async () => ({ ok: true }))
      },
    })
    // So that this test does not have to wait as long as a slow sender may.
    server.app.server.headersTimeout = 300
    server.app.server.requestTimeout = 600
  })
  after(() => server.close())

  async function refusal(bytes: string) {
    const answer = await sendRaw(server.port, bytes)
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
    const [line = '', ...headers] = head.split('\r\n')
    const status = Number(line.split(' ')[1])
    assert.match(head, /content-type: application\/problem\+json/i, answer)
    assert.match(head, /content-security-policy: default-src 'self'/i)
    assert.match(head, /x-content-type-options: nosniff/i)
    assert.match(head, /cache-control: no-store/i)
    assert.match(head, /connection: close/i)
    const problem = JSON.parse(body)
    assert.equal(problem.status, status)
    assert.ok(headers.some((header) => header.toLowerCase() === `x-request-id: ${problem.request_id}`))
    assert.equal(server.lines().filter((entry) => entry.request_id === problem.request_id).length, 1)
    return { status, code: problem.code }
  }

  const post = (headers: string, body: string) =>
    `POST /api/v1/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n\r\n${body}`

  const smuggled: [string, string][] = [
    ['length and chunks', post('content-length: 2\r\ntransfer-encoding: chunked', '0\r\n\r\n')],
    ['two lengths', post('content-length: 2\r\ncontent-length: 3', '{}')],
    ['an unknown coding', post('transfer-encoding: xchunked', '0\r\n\r\n')],
    ['a length with a sign', post('content-length: +2', '{}')],
    ['a negative length', post('content-length: -2', '{}')],
    ['a folded header', post('x-a: b\r\n c: d\r\ncontent-length: 2', '{}')],
    ['a space before the colon', post('content-length : 2', '{}')],
    ['a bare line feed', 'GET /livez HTTP/1.1\nhost: x\n\n'],
    ['a broken chunk', post('transfer-encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n')],
    ['a NUL in a header', 'GET /livez HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/9.9\r\nhost: x\r\n\r\n'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ]
  for (const [what, bytes] of smuggled) {
    test(`${what} is 400 and ends the connection`, async () => {
      assert.deepEqual(await refusal(bytes), { status: 400, code: 'MALFORMED_REQUEST' })
      assert.deepEqual(handled, [])
    })
  }

  test('headers that are too large or too many are 431', async () => {
    const head = 'GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n'
    const headers = (count: number) => Array.from({ length: count }, (_, index) => `h${index}: a\r\n`).join('')
    assert.equal((await refusal(`${head}x: ${'a'.repeat(20_000)}\r\n\r\n`)).status, 431)
    assert.equal((await refusal(`${head}${headers(1000)}\r\n`)).status, 431)
    assert.equal((await refusal(`${head}${headers(99)}\r\n`)).status, 431)
    assert.match(await sendRaw(server.port, `${head}${headers(98)}\r\n`), /^HTTP\/1\.1 200 /)
    assert.equal((await refusal(`GET /${'a'.repeat(17_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)).status, 431)
  })

  test('a request without Host is 400, and an expectation we do not know is 417', async () => {
    assert.equal((await refusal('GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n')).status, 400)
    assert.equal(
      (await refusal('GET /livez HTTP/1.1\r\nhost: x\r\nexpect: magic\r\nconnection: close\r\n\r\n')).status,
      417,
    )
  })

  test('methods nobody serves are 404 or 405, CONNECT among them', async () => {
    const rest = 'HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
    for (const method of ['TRACE', 'PROPFIND', 'OPTIONS', 'DELETE', 'QUERY']) {
      const { status } = await refusal(`${method} /api/v1/things ${rest}`)
      assert.ok(status === 404 || status === 405 || status === 415 || status === 400, `${method} ${status}`)
    }
    assert.equal((await refusal(`CONNECT example.com:443 ${rest}`)).status, 405)
  })

  test('a client that does not hang up is hung up on', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.resume()
    socket.on('error', () => {})
    socket.write('nonsense\r\n\r\n')
    await once(socket, 'end')
    await pause(700)
    assert.equal(await new Promise((resolve) => server.app.server.getConnections((_error, count) => resolve(count))), 0)
    socket.destroy()
  })

  test('who sends headers or a body too slowly is told so and cut off, and nobody else notices', async () => {
    const slow = Array.from({ length: 50 }, () =>
      sendRaw(server.port, 'GET /livez HTTP/1.1\r\nhost: x\r\nx-slow', 8000),
    )
    const body = sendRaw(
      server.port,
      'POST /api/v1/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"a":',
      8000,
    )
    let cutOff = 0
    for (const each of [...slow, body]) each.then(() => cutOff++)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
    assert.equal(cutOff, 0, 'others need not wait until the slow ones are cut off')
    for (const answer of await Promise.all([...slow, body]))
      assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_TIMEOUT"/)
    assert.deepEqual(handled, [])
  })

  test('a sender that leaves in the middle leaves nothing behind', async () => {
    for (let round = 0; round < 20; round++) {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        'POST /api/v1/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"a":',
      )
      await pause(5)
      socket.resetAndDestroy()
    }
    await pause(50)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
    const left = server.lines().filter((line) => line.status === 499)
    assert.ok(left.length >= 20)
    assert.ok(
      server.lines().every((line) => line.level !== 'error'),
      server.text(),
    )
  })
})

test('a header that says who is asked, who asks or what is sent is taken once and refused twice', async () => {
  const server = await startTestServer({
    routes: (app) => app.post('/api/v1/things', { config: { access: 'public' } }, async () => ({ ok: true })),
  })
  try {
    const once = { host: 'a', authorization: 'Bearer a', 'content-type': 'application/json', 'content-length': '2' }
    const status = async (more: string) => {
      const headers = Object.entries({ ...once, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
      const answer = await sendRaw(server.port, `POST /api/v1/things HTTP/1.1\r\n${headers.join('')}${more}\r\n{}`)
      return Number(answer.split(' ')[1])
    }
    assert.equal(await status('x-other: 1\r\nx-other: 2\r\n'), 200)
    for (const more of ['Host: b', 'host: a', 'Authorization: Bearer b', 'CONTENT-TYPE: application/json']) {
      assert.equal(await status(`${more}\r\n`), 400, more)
    }
  } finally {
    await server.close()
  }
})
