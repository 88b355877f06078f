import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Refusal } from '../errors.ts'
import { startTestServer, type TestServer } from './testing.ts'

const LISTED = 'https://app.example.com'

describe('calls from pages of other origins', () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer({
      config: { corsOrigins: [LISTED] },
      routes(app) {
        app.get('/api/v1/x', { config: { access: 'public' } }, async () => ({}))
        app.get('/api/v1/refused', { config: { access: 'public' } }, async () => {
          throw new Refusal(402, 'SUBSCRIPTION_REQUIRED', 'A subscription is needed.')
        })
      },
    })
  })
  after(() => server.close())

  const ask = (origin: string | undefined, path = '/api/v1/x', init: RequestInit = {}) =>
    fetch(server.url + path, { ...init, headers: { ...init.headers, ...(origin !== undefined && { origin }) } })
  const preflight = (origin: string) =>
    ask(origin, '/api/v1/x', {
      method: 'OPTIONS',
      headers: { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' },
    })
  const corsHeaders = (answer: Response) =>
    [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))

  test('a listed origin may call with credentials and read errors too', async () => {
    for (const path of ['/api/v1/x', '/api/v1/refused', '/api/v1/missing']) {
      const { headers } = await ask(LISTED, path)
      assert.equal(headers.get('access-control-allow-origin'), LISTED)
      assert.equal(headers.get('access-control-allow-credentials'), 'true')
      assert.match(headers.get('vary') ?? '', /Origin/)
    }
  })

  test('its preflight is answered before anybody asks for a credential', async () => {
    const answer = await preflight(LISTED)
    assert.equal(answer.status, 204)
    assert.equal(answer.headers.get('access-control-allow-origin'), LISTED)
    assert.match(answer.headers.get('access-control-allow-methods') ?? '', /PATCH/)
    assert.match(answer.headers.get('access-control-allow-headers') ?? '', /authorization/)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  })

  for (const origin of [
    'https://evil.example',
    'null',
    'https://app.example.com.evil.example',
    'https://evilapp.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://sub.app.example.com',
    'https://APP.example.com',
    '*',
  ]) {
    test(`${origin} is told nothing`, async () => {
      const answer = await ask(origin)
      assert.deepEqual(corsHeaders(answer), [])
      assert.match(answer.headers.get('vary') ?? '', /Origin/)
      const before = await preflight(origin)
      assert.deepEqual(corsHeaders(before), [])
      assert.equal(before.status, 404)
    })
  }

  test('a page of our own needs none of it', async () => {
    assert.deepEqual(corsHeaders(await ask(undefined)), [])
  })
})
