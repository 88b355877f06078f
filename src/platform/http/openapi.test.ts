import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Type } from '../schema.ts'
import { listOf, ok, success } from './envelope.ts'
import { describeApi } from './openapi.ts'
import { startTestServer, type TestServer } from './testing.ts'

interface Operation {
  operationId: string
  tags: string[]
  security?: object[]
  responses: Record<string, { description: string; content?: Record<string, { schema: { $ref?: string } }> }>
  'x-plinth-access': unknown
  parameters?: object[]
}

describe('the description of the API', () => {
  let server: TestServer
  let document: {
    openapi: string
    paths: Record<string, Record<string, Operation>>
    components: Record<string, Record<string, object>>
  }

  before(async () => {
    server = await startTestServer({
      routes(app) {
        const Project = Type.Object({ id: Type.String({ format: 'uuid' }), name: Type.String() })
        const params = Type.Object({ id: Type.String({ format: 'uuid' }) })
        app.get(
          '/api/v1/projects/:id',
          {
            config: { access: { permission: 'projects.read' } },
            schema: { params, response: { 200: success(Project) } },
          },
          async () => ok({ id: '01a1f88d-8f65-745e-aa73-eae3d1543cce', name: 'a', secret: 'not declared' }),
        )
        app.get(
          '/api/v1/projects',
          { config: { access: { permission: 'projects.read' } }, schema: { response: { 200: listOf(Project) } } },
          async () => ok({ items: [], total: 0, page: 1, per_page: 20, pages: 0 }),
        )
        const body = Type.Object({ name: Type.String() })
        app.post(
          '/api/v1/auth/login',
          {
            config: { access: 'public', problems: { 409: 'Taken' } },
            schema: { body, operationId: 'signIn' },
          },
          async () => ok({}),
        )
        app.patch(
          '/api/v1/projects/:id',
          {
            config: {
              access: { permission: 'projects.update' },
              problems: { 409: 'The name is taken', 412: 'Changed since it was read' },
            },
            schema: { params, body, response: { 200: success(Project) } },
          },
          async () => ok({ id: '01a1f88d-8f65-745e-aa73-eae3d1543cce', name: 'a' }),
        )
        app.post('/api/v1/auth/again', { config: { access: 'user' } }, async () => ok({}))
        app.get('/api/v1/auth/me', { config: { access: 'user' }, schema: { summary: 'Who am I' } }, async () => ok({}))
      },
    })
    document = (await (await fetch(`${server.url}/openapi.json`)).json()) as typeof document
  })
  after(() => server.close())

  const operation = (path: string, method = 'get') => document.paths[path]?.[method] as Operation

  test('it is OpenAPI 3.1 and what describeApi gives', () => {
    assert.equal(document.openapi, '3.1.0')
    assert.deepEqual(JSON.parse(JSON.stringify(describeApi(server.app as never))), document)
  })

  test('each operation says who may call it, for people and for guards', () => {
    assert.deepEqual(operation('/api/v1/projects/{id}')['x-plinth-access'], { permission: 'projects.read' })
    assert.deepEqual(operation('/api/v1/projects/{id}').security, [{ bearer: [] }])
    assert.equal(operation('/api/v1/auth/me')['x-plinth-access'], 'user')
    assert.equal(operation('/api/v1/auth/login', 'post')['x-plinth-access'], 'public')
    assert.equal(operation('/api/v1/auth/login', 'post').security, undefined)
  })

  test('each operation has a stable name and a tag', () => {
    assert.equal(operation('/api/v1/projects/{id}').operationId, 'getProjectsId')
    assert.equal(operation('/api/v1/auth/login', 'post').operationId, 'signIn')
    assert.deepEqual(operation('/api/v1/projects').tags, ['projects'])
    assert.deepEqual(operation('/health').tags, ['system'])
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    assert.equal(new Set(names).size, names.length)
  })

  test('the errors that follow from a declaration are described as problem documents', () => {
    assert.deepEqual(Object.keys(operation('/api/v1/projects/{id}').responses), [
      '200',
      '400',
      '401',
      '403',
      '404',
      '429',
      '503',
    ])
    assert.deepEqual(Object.keys(operation('/api/v1/auth/login', 'post').responses), [
      '400',
      '409',
      '413',
      '415',
      '429',
      '503',
    ])
    assert.deepEqual(
      Object.keys(operation('/api/v1/auth/me').responses).filter((status) => status !== '200'),
      ['400', '401', '429', '503'],
    )
    assert.deepEqual(Object.keys(operation('/api/v1/auth/again', 'post').responses), [
      '400',
      '401',
      '409',
      '413',
      '415',
      '422',
      '429',
      '503',
    ])
    assert.deepEqual(operation('/api/v1/projects/{id}').responses['404']?.content, {
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    })
    assert.ok(document.components.schemas?.Problem)
  })

  test('what is changed by version says so, and a key has its refusals beside those of the route', () => {
    const change = operation('/api/v1/projects/{id}', 'patch')
    const names = change.parameters?.map((parameter) => (parameter as { name: string }).name)
    assert.deepEqual(names, ['id', 'Idempotency-Key', 'If-Match'])
    assert.match(change.responses['409']?.description ?? '', /^The name is taken; or: .*Idempotency-Key/)
    assert.match(change.responses['422']?.description ?? '', /Idempotency-Key/)
  })

  test('document and pages can be asked for by their heads', async () => {
    for (const path of ['/openapi.json', '/docs', '/redoc']) {
      const answer = await fetch(server.url + path, { method: 'HEAD' })
      assert.deepEqual([answer.status, await answer.text()], [200, ''], path)
    }
  })

  test('pages and files are not part of it', () => {
    for (const path of ['/', '/docs', '/redoc', '/openapi.json', '/assets/{wildcard}', '/assets/*'])
      assert.equal(document.paths[path], undefined, path)
  })

  test('an answer holds what its schema declares and nothing else', async () => {
    const answer = await fetch(`${server.url}/api/v1/projects/01a1f88d-8f65-745e-aa73-eae3d1543cce`)
    assert.deepEqual(await answer.json(), {
      success: true,
      data: { id: '01a1f88d-8f65-745e-aa73-eae3d1543cce', name: 'a' },
    })
  })

  test('both viewers come with everything they load, from here alone', async () => {
    for (const page of ['/docs', '/redoc']) {
      const answer = await fetch(server.url + page)
      const html = await answer.text()
      // The empty picture keeps browsers from asking for /favicon.ico.
      const assets = [...html.replace('href="data:,"', '').matchAll(/(?:src|href)="([^"]+)"/g)].map(
        (match) => match[1] as string,
      )
      assert.ok(assets.length > 0 && assets.every((asset) => asset.startsWith('/docs-assets/')))
      assert.doesNotMatch(html, /<script>|onload=|https?:/)
      assert.match(answer.headers.get('content-security-policy') ?? '', /script-src 'self';/)
      for (const asset of assets) {
        const file = await fetch(server.url + asset)
        assert.equal(file.status, 200, asset)
        // ReDoc's own logo, which the browser would refuse to fetch with an error on the console.
        assert.ok(!(await file.text()).includes('cdn.redoc.ly'), asset)
      }
    }
    assert.equal((await fetch(`${server.url}/docs-assets/..%2f..%2fpackage.json`)).status, 404)
  })
})
