import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { secretCookie } from './cookies.ts'
import { startTestServer, type TestServer } from './testing.ts'

const secure = secretCookie({ appUrl: 'https://app.example.com' }, 'plinth_refresh')
const local = secretCookie({ appUrl: 'http://localhost:3000' }, 'plinth_refresh')

describe('the cookie of a session', () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer({
      routes(app) {
        const open = { config: { access: 'public' } } as const
        app.get('/api/v1/read', open, async (request) => ({ value: secure.read(request) ?? null }))
        app.get('/api/v1/set', open, async (_request, reply) => {
          secure.set(reply, 'abc-123', 604_800)
          return {}
        })
        app.get('/api/v1/clear', open, async (_request, reply) => {
          secure.clear(reply)
          return {}
        })
        app.get('/api/v1/local', open, async (_request, reply) => {
          local.set(reply, 'abc', 60)
          return {}
        })
      },
    })
  })
  after(() => server.close())

  const cookieOf = async (path: string) => (await fetch(server.url + path)).headers.getSetCookie()
  const read = (cookie: string) => fetch(`${server.url}/api/v1/read`, { headers: { cookie } })

  test('on https only this host gets it, no script reads it, and no other site sends it', async () => {
    assert.deepEqual(await cookieOf('/api/v1/set'), [
      '__Host-plinth_refresh=abc-123; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax; Secure',
    ])
  })

  test('it is cleared with exactly the attributes it was set with', async () => {
    const attributes = (cookie = '') => cookie.split('; ').slice(2)
    const [set] = await cookieOf('/api/v1/set')
    const [cleared] = await cookieOf('/api/v1/clear')
    assert.match(cleared ?? '', /^__Host-plinth_refresh=; Max-Age=0; /)
    assert.deepEqual(attributes(cleared), attributes(set))
  })

  test('on http://localhost it has no prefix, which browsers would refuse there', async () => {
    assert.deepEqual(await cookieOf('/api/v1/local'), [
      'plinth_refresh=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Lax',
    ])
  })

  test('it is found among others, and only under its full name', async () => {
    assert.deepEqual(await (await read('a=b; __Host-plinth_refresh=xyz; c=d')).json(), { value: 'xyz' })
    for (const cookie of [
      'plinth_refresh=planted',
      'x__Host-plinth_refresh=planted',
      '__Host-plinth_refresh',
      '__Host-plinth_refresh=',
    ]) {
      assert.deepEqual(await (await read(cookie)).json(), { value: null })
    }
  })

  test('when two are sent none is believed', async () => {
    for (const cookie of [
      '__Host-plinth_refresh=mine; __Host-plinth_refresh=planted',
      '__Host-plinth_refresh=planted; a=b; __Host-plinth_refresh=mine',
    ]) {
      const answer = await read(cookie)
      assert.equal(answer.status, 400)
      assert.equal(((await answer.json()) as { code: string }).code, 'DUPLICATE_COOKIE')
    }
  })

  test('a value that could break the header is not written', () => {
    const reply = { header: () => assert.fail('written') }
    for (const value of ['a;b', 'a\r\nset-cookie: x=y', 'a b', 'a'.repeat(4000)]) {
      assert.throws(() => secure.set(reply as never, value, 1))
    }
  })
})
