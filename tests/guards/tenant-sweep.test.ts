import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requires } from '#access'
import { sql } from '#platform/db/kysely.ts'
import { asSystem } from '#platform/db/scoped.ts'
import type { TestAppOptions } from '../support/app.ts'
import { type GuardedApp, startGuardedApp } from './guarded-app.ts'
import { sweep } from './sweep.ts'

async function withApp<T>(options: TestAppOptions, work: (app: GuardedApp) => Promise<T>): Promise<T> {
  const app = await startGuardedApp(options)
  try {
    return await work(app)
  } finally {
    await app.close()
  }
}

test('no operation shows or changes anything of another tenant', async (t) => {
  const { total, covered, findings } = await withApp({}, (app) => sweep(app))
  t.diagnostic(`routes covered ${covered}/${total}, findings ${findings.length}`)
  assert.deepEqual(findings, [])
  assert.ok(total > 0)
  assert.equal(covered, total)
})

test('with a single connection to the database, too', async () => {
  const { findings } = await withApp({ env: { PLINTH_DATABASE_POOL_MAX: '1' } }, (app) => sweep(app))
  assert.deepEqual(findings, [])
})

/** Routes as somebody in a hurry would write them: each asks the database as the system, without naming the tenant. */
const plant: NonNullable<TestAppOptions['extend']> = async (app, { db }) => {
  const params = { type: 'object', properties: { id: { type: 'string', format: 'uuid' } }, required: ['id'] }
  const find = (id: string) =>
    asSystem(db, 'planted', (tx) => sql<{ name: string }>`select name from projects where id = ${id}`.execute(tx))
  await app.register(
    async (routes) => {
      routes.get('/planted', { config: { access: requires('projects.read') }, schema: { summary: 'All' } }, () =>
        asSystem(db, 'planted', (tx) => sql`select name from projects`.execute(tx)),
      )
      routes.get(
        '/planted/:id',
        { config: { access: requires('projects.read') }, schema: { params } },
        async (request) => {
          const { rows } = await find((request.params as { id: string }).id)
          return { success: true, data: rows[0] ?? null }
        },
      )
      // Answers as it should, after the fact.
      routes.post(
        '/planted/:id',
        { config: { access: requires('projects.update') }, schema: { params } },
        async (request, reply) => {
          const { id } = request.params as { id: string }
          await asSystem(db, 'planted', (tx) => sql`update projects set name = 'touched' where id = ${id}`.execute(tx))
          return reply.code(404).send({ success: false })
        },
      )
      // Does not show the row, only that there is one.
      routes.put(
        '/planted/:id',
        { config: { access: requires('projects.update') }, schema: { params } },
        async (request, reply) => {
          const { rows } = await find((request.params as { id: string }).id)
          return reply.code(404).send({ success: false, message: rows.length > 0 ? 'Not yours.' : 'Not there.' })
        },
      )
      routes.get(
        '/planted/riddles/:riddle_id',
        {
          config: { access: 'user' },
          schema: { params: { type: 'object', properties: { riddle_id: { type: 'string' } } } },
        },
        () => ({}),
      )
    },
    { prefix: '/api/v1' },
  )
}

test('planted routes that forget the tenant are found, each by what it gives away', async () => {
  const { total, covered, findings } = await withApp({ extend: plant }, (app) =>
    sweep(app, { aliases: { planted: 'projects' } }),
  )
  const expected = [
    "GET /api/v1/planted shows another tenant's text",
    'GET /api/v1/planted/{id} answers 200 for a row of another tenant',
    "GET /api/v1/planted/{id} shows another tenant's text",
    'POST /api/v1/planted/{id} changes rows of another tenant in public.projects',
    'PUT /api/v1/planted/{id} tells a row of another tenant from one that never was',
    'the sweep cannot call GET /api/v1/planted/riddles/{riddle_id}: nobody knows an id for {riddle_id} after riddles',
  ]
  for (const finding of expected) assert.ok(findings.includes(finding), `not found: ${finding}\n${findings.join('\n')}`)
  assert.ok(
    findings.every((finding) => finding.includes('planted')),
    findings.join('\n'),
  )
  assert.equal(covered, total - 1)
})
