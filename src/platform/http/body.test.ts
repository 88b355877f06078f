import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Type } from '../schema.ts'
import { rawPost, sendRaw, startTestServer, type TestServer } from './testing.ts'

describe('bodies', () => {
  let server: TestServer
  let received: unknown[] = []

  before(async () => {
    server = await startTestServer({
      routes(app) {
        const schema = { body: Type.Object({ name: Type.String(), meta: Type.Optional(Type.Unknown()) }) }
        app.post('/api/v1/things', { config: { access: 'public' }, schema }, async (request) => {
          received.push(request.body)
          return { name: request.body.name }
        })
        app.post('/api/v1/nothing', { config: { access: 'public' } }, async (_request, reply) => reply.code(204).send())
      },
    })
  })
  after(() => server.close())

  const post = (
    body: string | Buffer,
    type: string | undefined = 'application/json',
    more: Record<string, string> = {},
  ) => {
    received = []
    const headers = { ...(type !== undefined && { 'content-type': type }), ...more }
    return fetch(`${server.url}/api/v1/things`, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) })
  }
  const refusedWith = async (status: number, body: string | Buffer, type?: string, more?: Record<string, string>) => {
    const answer = await post(body, type, more)
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    assert.deepEqual(received, [])
    return (await answer.json()) as { code: string; detail: string }
  }

  for (const type of [
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json ;',
  ]) {
    test(`${type} is read, and what it holds is validated`, async () => {
      assert.equal((await post('{"name":"a"}', type)).status, 200)
      await refusedWith(400, '{"name":1}', type)
    })
  }

  for (const type of [
    'text/plain',
    'text/json',
    'application/jsonx',
    'application/json\ta',
    'application/json, text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '*/*',
  ]) {
    test(`${JSON.stringify(type)} is refused`, () => refusedWith(415, '{"name":"a"}', type).then(() => undefined))
  }

  test('a body without a type is refused', async () => {
    const answer = await sendRaw(server.port, rawPost('/api/v1/things', '{"name":"a"}', 'x-none: 1'))
    assert.match(answer, /^HTTP\/1\.1 415 /)
    const empty = await sendRaw(server.port, rawPost('/api/v1/things', '{"name":"a"}', 'content-type:'))
    assert.match(empty, /^HTTP\/1\.1 415 /)
  })

  test('a compressed body is refused, whatever it holds', async () => {
    await refusedWith(415, gzipSync('{"name":"a"}'), 'application/json', { 'content-encoding': 'gzip' })
    await refusedWith(415, gzipSync('a'.repeat(10_000_000)), 'application/json', { 'content-encoding': 'br' })
  })

  test('a request without a body may still name the type', async () => {
    const answer = await fetch(`${server.url}/api/v1/nothing`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(answer.status, 204)
    await refusedWith(400, '', 'application/json')
  })

  for (const body of [
    '{"__proto__":{"x":1},"name":"a"}',
    '{"name":"a","meta":{"__proto__":{"x":1}}}',
    '{"name":"a","meta":[{"constructor":{"prototype":{"x":1}}}]}',
  ]) {
    test(`a poisoned prototype is refused: ${body}`, async () => {
      await refusedWith(400, body)
      assert.equal(({} as { x?: number }).x, undefined)
    })
  }

  for (const body of [
    '{"name":"a\\ud800"}',
    '{"name":"\\udc00"}',
    '{"name":"a\\u0000b"}',
    '{"name":"a","meta":{"k\\u0000":1}}',
    '{"name":"a","meta":["\\ud801x"]}',
    '{"name":"a\\ud800","name":"b\\ud800"}',
  ]) {
    test(`text that PostgreSQL cannot keep is refused: ${body}`, () => refusedWith(400, body).then(() => undefined))
  }

  test('a surrogate pair and text beyond the basic plane are kept', async () => {
    const answer = await post('{"name":"\\ud83d\\ude00 😀"}')
    assert.deepEqual(await answer.json(), { name: '😀 😀' })
  })

  for (const bytes of [
    [0xff, 0xfe],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
  ]) {
    test(`invalid UTF-8 is refused: ${Buffer.from(bytes).toString('hex')}`, async () => {
      await refusedWith(400, Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]))
      await refusedWith(400, Buffer.from(bytes), 'application/json; charset=utf-16')
    })
  }

  for (const body of [
    '',
    '{',
    '{"name":"a"',
    '{name:"a"}',
    "{'name':'a'}",
    '{"name":NaN}',
    '{"name":"a",}',
    'null x',
    '\u0000',
    '{"name":"a\nb"}',
    '[1',
    '01',
  ]) {
    test(`what is not JSON is refused: ${JSON.stringify(body)}`, () => refusedWith(400, body).then(() => undefined))
  }

  test('of a key that is given twice the last one counts, for the validator and for the handler', async () => {
    const answer = await post('{"name":"first","name":"last"}')
    assert.deepEqual(await answer.json(), { name: 'last' })
    await refusedWith(400, '{"name":"first","name":1}')
  })

  test('half a million brackets are refused at once and harm nobody', async () => {
    const start = performance.now()
    await refusedWith(413, '['.repeat(500_000))
    await refusedWith(400, '['.repeat(300_000))
    await refusedWith(400, '{"name":"a","meta":'.repeat(10_000))
    await refusedWith(400, `{"name":"a","meta":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    await refusedWith(400, `{"name":"a","meta":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`)
    assert.ok(performance.now() - start < 2000)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
    const nested = (levels: number) => `{"name":"a","meta":${'['.repeat(levels)}${']'.repeat(levels)}}`
    assert.equal((await post(nested(63))).status, 200)
    assert.match((await refusedWith(400, nested(64))).detail, /deeper than 64 levels/)
  })

  test('a body beyond the limit is 413, announced or not', async () => {
    assert.equal((await post(`{"name":"${'a'.repeat(290_000)}"}`)).status, 200)
    assert.equal((await refusedWith(413, `{"name":"${'a'.repeat(1024 * 1024)}"}`)).code, 'PAYLOAD_TOO_LARGE')
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
      const outgoing = httpRequest(`${server.url}/api/v1/things`, { method: 'POST', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      outgoing.on('error', reject)
      for (let chunk = 0; chunk < 160; chunk++) outgoing.write('a'.repeat(65_536))
      outgoing.end()
    })
    assert.equal(status, 413)
  })
})
