import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Type } from '../schema.ts'
import { PageQuery, sortQuery } from './page-query.ts'
import { startTestServer, type TestServer } from './testing.ts'

interface Problem {
  code: string
  details: { field: string; message: string }[]
}

// Compiled at start in one, on demand in the other.
for (const env of ['development', 'production'] as const) {
  describe(`validation in ${env}`, () => {
    let server: TestServer

    before(async () => {
      server = await startTestServer({
        config: { env },
        routes(app) {
          const open = { access: 'public' } as const
          const body = Type.Object({
            email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
            password: Type.Optional(Type.String({ minLength: 12 })),
            role: Type.Optional(Type.Enum(['owner', 'admin'])),
            name: Type.Optional(Type.String({ pattern: '^\\S+$' })),
            size: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
            at: Type.Optional(Type.String({ format: 'date-time' })),
            deep: Type.Optional(
              Type.Object({ a: Type.String(), list: Type.Optional(Type.Array(Type.Object({ b: Type.Integer() }))) }),
            ),
            either: Type.Optional(Type.Union([Type.String(), Type.Null()])),
            free: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          })
          app.post('/api/v1/things', { config: open, schema: { body } }, async (request) => request.body)
          const querystring = Type.Object({
            ...PageQuery.properties,
            sort: sortQuery(['name', 'created_at']),
            archived: Type.Optional(Type.Boolean()),
            ratio: Type.Optional(Type.Number()),
            search: Type.Optional(Type.String({ maxLength: 100 })),
          })
          app.get('/api/v1/things', { config: open, schema: { querystring } }, async (request) => request.query)
          const params = Type.Object({ id: Type.String({ format: 'uuid' }) })
          app.get('/api/v1/things/:id', { config: open, schema: { params } }, async (request) => request.params)
          app.get('/api/v1/plain', { config: open }, async () => ({}))
        },
      })
    })
    after(() => server.close())

    const post = async (body: unknown) => {
      const answer = await fetch(`${server.url}/api/v1/things`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: answer.status, text: await answer.text() }
    }
    const detailsOf = async (body: unknown) => {
      const { status, text } = await post(body)
      assert.equal(status, 400, text)
      const problem = JSON.parse(text) as Problem
      assert.equal(problem.code, 'VALIDATION_ERROR')
      return Object.fromEntries(problem.details.map(({ field, message }) => [field, message]))
    }
    const get = async (path: string) => {
      const answer = await fetch(server.url + path)
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> & Problem }
    }

    test('every fault of a form is named with its field, in one answer', async () => {
      const body = {
        email: 'nobody',
        password: 'short',
        role: 'god',
        name: ' ',
        size: -1,
        deep: { list: [{ b: 'x' }] },
      }
      assert.deepEqual(await detailsOf(body), {
        email: 'must be a valid email',
        password: 'must NOT have fewer than 12 characters',
        role: 'must be one of owner, admin',
        name: 'has characters or a form that is not accepted',
        size: 'must be >= 0',
        'deep.a': 'is required',
        'deep.list.0.b': 'must be integer',
      })
    })

    test('a key nobody declared is refused at every depth, although no schema says so', async () => {
      assert.deepEqual(await detailsOf({ is_admin: true }), { is_admin: 'is not known' })
      assert.deepEqual(await detailsOf({ deep: { a: 'x', tenant_id: 1 } }), { 'deep.tenant_id': 'is not known' })
      assert.deepEqual(await detailsOf({ deep: { a: 'x', list: [{ b: 1, c: 2 }] } }), {
        'deep.list.0.c': 'is not known',
      })
      assert.equal((await post({ free: { anything: { goes: 1 } } })).status, 200)
    })

    test('nothing is converted on the way: a list is no text, a text no number, a number no text', async () => {
      assert.deepEqual(await detailsOf({ email: ['a@example.com'] }), { email: 'must be string' })
      assert.deepEqual(await detailsOf({ size: '5' }), { size: 'must be integer' })
      assert.deepEqual(await detailsOf({ password: 123456789012 }), { password: 'must be string' })
      assert.deepEqual(await detailsOf({ size: true }), { size: 'must be integer' })
      assert.deepEqual(await detailsOf([1]), { '': 'must be object' })
      assert.deepEqual(await detailsOf({ either: 5 }), { either: 'has none of the allowed forms' })
    })

    for (const number of ['99999999999', '1e309', '9007199254740993', '1.5', '-1']) {
      test(`a number the database would refuse is refused: ${number}`, async () => {
        assert.ok('size' in (await detailsOf(`{"size":${number}}`)))
      })
    }

    test('-0 is 0', async () => {
      assert.deepEqual(await post('{"size":-0}'), { status: 200, text: '{"size":0}' })
    })

    for (const date of [
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-01T00:00:00',
      '275760-09-13T00:00:00Z',
      '2026-01-01',
      'now',
      '',
    ]) {
      test(`a moment that does not exist is refused: ${JSON.stringify(date)}`, async () => {
        assert.ok('at' in (await detailsOf({ at: date })))
      })
    }

    test('no answer and no log line repeats a value', async () => {
      const canary = 'CaNaRy-value'
      const { text } = await post({
        email: canary,
        password: canary.slice(0, 8),
        role: canary,
        size: canary,
        deep: canary,
        at: canary,
      })
      assert.ok(!text.includes('CaNaRy'), text)
      assert.ok(!server.text().includes('CaNaRy'))
    })

    test('a thousand faults make twenty details', async () => {
      const body = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, 1]))
      assert.equal(Object.keys(await detailsOf(body)).length, 20)
      const [field = ''] = Object.keys(await detailsOf({ ['k'.repeat(5000)]: 1 }))
      assert.ok(field.length <= 100)
    })

    test('fifty thousand letters are checked in a moment', async () => {
      for (const text of [
        `${'a'.repeat(50_000)}!`,
        `a@${'a-'.repeat(25_000)}`,
        `${'a.'.repeat(25_000)}@`,
        `a@${'a.'.repeat(25_000)}`,
      ]) {
        const start = performance.now()
        assert.ok('email' in (await detailsOf({ email: text })))
        assert.ok('at' in (await detailsOf({ at: text })))
        // What looks at every pair of them takes seconds.
        assert.ok(performance.now() - start < 1000)
      }
    })

    for (const id of [
      '1',
      'null',
      '%2e%2e%2fetc',
      '{01a1f88d-8f65-745e-aa73-eae3d1543cce}',
      'urn:uuid:01a1f88d-8f65-745e-aa73-eae3d1543cce',
      '01a1f88d8f65745eaa73eae3d1543cce',
      '%20',
      "1'%20or%20'1'='1",
    ]) {
      test(`a malformed id is 400: ${id}`, async () => assert.equal((await get(`/api/v1/things/${id}`)).status, 400))
    }

    test('an id in capitals is an id; two hundred characters are 414', async () => {
      assert.equal((await get('/api/v1/things/01A1F88D-8F65-745E-AA73-EAE3D1543CCE')).status, 200)
      assert.equal((await get(`/api/v1/things/${'a'.repeat(200)}`)).status, 414)
    })

    test('numbers and switches of a query arrive as such, with their defaults', async () => {
      assert.deepEqual((await get('/api/v1/things')).body, { page: 1, per_page: 20, sort: 'name' })
      const { body } = await get(
        '/api/v1/things?page=2&per_page=100&sort=-created_at&archived=true&ratio=-1.5&search=5',
      )
      assert.deepEqual(body, { page: 2, per_page: 100, sort: '-created_at', archived: true, ratio: -1.5, search: '5' })
    })

    for (const query of [
      'per_page=0',
      'per_page=-1',
      'per_page=101',
      'per_page=1000000000',
      'per_page=1.5',
      'per_page=',
      'per_page=5&per_page=6',
      'per_page=1e1',
      'per_page=0x10',
      'per_page=%205',
      'page=0',
      'page=99999999999999999999',
      'sort=password_hash',
      'sort=__proto__',
      'sort=name;drop',
      'archived=1',
      'unknown=1',
      '__proto__[x]=1',
      'constructor[prototype][x]=1',
    ]) {
      test(`a query that cannot be meant is 400: ${query}`, async () => {
        assert.equal((await get(`/api/v1/things?${query}`)).body.code, 'VALIDATION_ERROR')
      })
    }

    test('a route of the API that takes no query refuses one', async () => {
      assert.equal((await get('/api/v1/plain')).status, 200)
      assert.deepEqual((await get('/api/v1/plain?__proto__[x]=1')).body.details, [
        { field: '__proto__[x]', message: 'is not known' },
      ])
    })

    test('a NUL in the address is 400 wherever it stands', async () => {
      for (const path of ['/api/v1/things/a%00b', '/api/v1/things?search=a%00', '/%00', '/api/v1/things/%ff']) {
        assert.equal((await get(path)).body.code, 'MALFORMED_REQUEST', path)
      }
    })

    test('the address is taken literally: case, double slashes and a slash at the end are other addresses', async () => {
      for (const path of [
        '/API/v1/plain',
        '/api//v1/plain',
        '/api/v1/plain/',
        '/api/v1/things/',
        '/api/v1/things/?page=1',
        '//api/v1/plain',
        '/api/v1/./plain/%2e',
      ]) {
        assert.equal((await get(path)).status, 404, path)
      }
    })
  })
}

describe('a schema with a fault', () => {
  const faulty = (env: 'development' | 'production') =>
    startTestServer({
      config: { env },
      routes(app) {
        const querystring = { type: 'object', properties: { a: { type: 'nothing' } } }
        app.get('/api/v1/faulty', { config: { access: 'public' }, schema: { querystring } }, () => 'never')
      },
    })

  test('stops the server at start in development, so that whoever writes it sees it', async () => {
    await assert.rejects(faulty('development'), /schema is invalid/)
  })

  test('in production lets nothing through, and every other route works', async () => {
    const server = await faulty('production')
    assert.equal((await fetch(`${server.url}/api/v1/faulty?a=1`)).status, 500)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
    await server.close()
  })
})
