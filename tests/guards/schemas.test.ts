import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withIdleApp } from '../../scripts/generate-openapi.ts'

test('every schema of every route can be compiled', () =>
  withIdleApp(async (app) => {
    await app.ready()
  }, 'development'))

for (const part of ['body', 'querystring', 'params', 'response'] as const) {
  test(`in development a faulty schema of a ${part} keeps the server from starting`, () =>
    withIdleApp(async (app) => {
      const faulty = { type: 'object', properties: { name: { type: 'text' } } }
      app.post('/api/v1/planted/:name', {
        config: { access: 'public' },
        schema: { [part]: part === 'response' ? { 200: faulty } : faulty },
        handler: async () => ({}),
      })
      await assert.rejects(async () => app.ready(), /Failed building the (validation|serialization) schema for POST/)
    }, 'development'))
}
