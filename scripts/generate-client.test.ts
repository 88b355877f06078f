import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateClient } from './generate-client.ts'

const clientOf = (operation: object, path = '/api/v1/things/{id}') =>
  generateClient(
    JSON.stringify({
      paths: { [path]: { get: { responses: { 204: {} }, ...operation } } },
      components: {
        schemas: { Problem: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] } },
      },
    }),
  ).replace(/\s+/g, ' ')

const answer = (schema: object) => ({ responses: { 200: { content: { 'application/json': { schema } } } } })

test('addresses are below /api/v1; what is not is left out', () => {
  assert.match(clientOf({}), /'\/things\/\{id\}': \{ get: /)
  assert.doesNotMatch(clientOf({}, '/livez'), /livez/)
})

test('each kind of schema has its type', () => {
  const object = (properties: object, required: string[] = []) =>
    clientOf(answer({ type: 'object', properties, required }))
  assert.match(object({ a: { type: 'string', description: 'Why' } }), /\/\*\* Why \*\/ a\?: string/)
  assert.match(object({ a: { type: 'integer' } }, ['a']), / a: number/)
  assert.match(object({ a: { anyOf: [{ type: 'null' }, { type: 'string' }] } }), / a\?: string \| null/)
  assert.match(object({ a: { type: ['string', 'null'] } }), / a\?: string \| null/)
  assert.match(object({ a: { enum: ['x', "y's"] } }), / a\?: 'x' \| 'y\\'s'/)
  assert.match(object({ a: { enum: [true] } }), / a\?: true/)
  assert.match(
    object({ a: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } } }),
    /Array<string \| number>/,
  )
  assert.match(object({ a: { type: 'object', additionalProperties: {} } }), / a\?: Record<string, unknown>/)
  assert.match(object({ 'if-match': { $ref: '#/components/schemas/Problem' } }), / 'if-match'\?: Problem/)
  assert.throws(() => object({ a: { type: 'date' } }), /nobody knows/)
})

test('a query that has only defaults may be left out, a path never', () => {
  const client = clientOf({
    parameters: [
      { in: 'query', name: 'page', required: true, schema: { type: 'integer', default: 1 } },
      { in: 'path', name: 'id', required: true, schema: { type: 'string' } },
    ],
  })
  assert.match(client, /query\?: \{ page\?: number \} header\?: never path: \{ id: string \} cookie\?: never/)
})

test('a body that may be null may be left out', () => {
  const bodyOf = (schema: object) => clientOf({ requestBody: { content: { 'application/json': { schema } } } })
  assert.match(
    bodyOf({ anyOf: [{ type: 'string' }, { type: 'null' }] }),
    /requestBody\?: \{ content: \{ 'application\/json': string \} \}/,
  )
  assert.match(bodyOf({ type: 'string' }), /requestBody: \{/)
  assert.match(clientOf({}), /requestBody\?: never/)
})

test('an answer without a body has none, and every error is a problem', () => {
  assert.match(
    clientOf({}),
    /204: \{ content\?: never \} default: \{ content: \{ 'application\/problem\+json': Problem \} \}/,
  )
})
