import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { Type } from '../schema.ts'
import { refusalFor } from './faults.ts'
import { startTestServer } from './testing.ts'

const withCode = (code: string, message = 'secret words') => Object.assign(new Error(message), { code })
const meaning = (error: unknown) => {
  const { refusal } = refusalFor(error)
  return `${refusal.status} ${refusal.code}`
}

for (const code of [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENOTFOUND',
  '08006',
  '53300',
  '53100',
  '57P01',
  '57P03',
  '57014',
  '25006',
  '25P03',
  '40001',
  '40P01',
  '55P03',
]) {
  test(`a database that is away, busy or read only (${code}) is 503, not a bug of the caller`, () => {
    assert.equal(meaning(withCode(code)), '503 SERVICE_UNAVAILABLE')
  })
}

for (const words of [
  'timeout exceeded when trying to connect',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'Query read timeout',
]) {
  test(`a driver that only says "${words}" means the same`, () =>
    assert.equal(meaning(new Error(words)), '503 SERVICE_UNAVAILABLE'))
}

for (const code of ['22P02', '22003', '22008', '22021', '22001']) {
  test(`a value only the database could refuse (${code}) is 400`, () =>
    assert.equal(meaning(withCode(code)), '400 VALIDATION_ERROR'))
}

test('two that were first at once: the second is 409', () => assert.equal(meaning(withCode('23505')), '409 CONFLICT'))

test('a refusal stays what it is, and everything else is 500', () => {
  assert.equal(meaning(new Refusal(418, 'TEAPOT', 'x')), '418 TEAPOT')
  for (const bug of [
    new Error('x'),
    new TypeError('x'),
    withCode('42P01'),
    withCode('ERR_X'),
    null,
    undefined,
    'text',
    5,
    {},
  ]) {
    assert.equal(meaning(bug), '500 INTERNAL_ERROR')
  }
  assert.equal(refusalFor(new Error('secret words')).refusal.message.includes('secret'), false)
})

test('a bug is answered without its words and logged with them, in the one line of the request', async () => {
  const server = await startTestServer({
    routes(app) {
      const schema = { querystring: Type.Object({ token: Type.String() }) }
      app.get('/api/v1/x', { config: { access: 'public' }, schema }, async () => {
        throw new Error('relation "users" does not exist')
      })
    },
  })
  try {
    const answer = await fetch(`${server.url}/api/v1/x?token=short-secret`)
    assert.doesNotMatch(await answer.text(), /users/)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const lines = server.lines().filter((line) => line.request_id === answer.headers.get('x-request-id'))
    assert.equal(lines.length, 1)
    assert.equal(lines[0]?.level, 'error')
    assert.equal(lines[0]?.route, '/api/v1/x')
    assert.match(JSON.stringify(lines[0]?.err), /users/)
    assert.doesNotMatch(server.text(), /short-secret/)
  } finally {
    await server.close()
  }
})
