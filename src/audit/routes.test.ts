import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import type { TenantScope } from '#access'
import { closeDatabase, type Database, openDatabase } from '#platform/db/database.ts'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { cursorCodec } from '#platform/http/page-query.ts'
import { startTestServer, type TestServer } from '#platform/http/testing.ts'
import { newId } from '#platform/ids.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { silent } from '../../tests/support/jobs.ts'
import { auditRoutes, recordAudit } from './index.ts'
import type { AuditEventView } from './schemas.ts'

const request = { requestId: 'req-1', ip: '203.0.113.7', userAgent: 'Firefox' }
const scopeIn = (tenantId: string, role: TenantScope['role'] = 'admin'): TenantScope => ({
  kind: 'tenant',
  tenantId,
  userId: newId(),
  sessionId: null,
  role,
  authenticatedAt: null,
  request,
})
const ours = scopeIn(newId())
const theirs = scopeIn(newId())

let test: TestDatabase
let db: Database
let server: TestServer
let scope = ours
before(async () => {
  test = await createTestDatabase()
  db = openDatabase({ url: test.url, poolMax: 4, log: silent })
  server = await startTestServer({
    routes: (app) =>
      void app.register(auditRoutes, { db, scopeOf: () => scope, cursors: cursorCodec(randomBytes(32)) }),
  })
  await asSystem(db, 'test', async (tx) => {
    for (let n = 1; n <= 7; n++) {
      const at = new Date(Date.UTC(2026, 0, n))
      const action = n % 2 ? 'project.created' : 'member.invited'
      await recordAudit(tx, ours, { action, target: { type: 'thing', id: `t${n}` }, details: { n }, at })
    }
    await recordAudit(tx, theirs, { action: 'project.created', details: { secret_plan: true } })
  })
})
after(async () => {
  await server.close()
  await closeDatabase(db)
  await test.drop()
})

async function get(query = '', as = ours) {
  scope = as
  const response = await fetch(`${server.url}/audit-events${query}`)
  const body = (await response.json()) as {
    success: boolean
    data: { items: AuditEventView[]; next_cursor: string | null; valid?: boolean; checked?: number }
    code?: string
  }
  return { status: response.status, body, data: body.data }
}
const numbers = (items: AuditEventView[]) => items.map(({ seq }) => seq)

describe('GET /audit-events', () => {
  it('shows events as they were recorded, newest first', async () => {
    const { status, body, data } = await get()
    assert.equal(status, 200)
    assert.equal(body.success, true)
    assert.deepEqual(numbers(data.items), [7, 6, 5, 4, 3, 2, 1])
    const { id, ...event } = data.items[0] as AuditEventView
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.deepEqual(event, {
      seq: 7,
      action: 'project.created',
      result: 'success',
      actor: { type: 'user', id: ours.userId, name: null, impersonator_id: null },
      target: { type: 'thing', id: 't7' },
      details: { n: 7 },
      ip: '203.0.113.7',
      user_agent: 'Firefox',
      request_id: 'req-1',
      at: '2026-01-07T00:00:00.000Z',
    })
  })

  it('goes through the log in parts without gap or repetition, while it grows', async () => {
    const first = await get('?limit=3')
    await inTenant(db, ours, (tx) => recordAudit(tx, ours, { action: 'test.grew' }))
    const second = await get(`?limit=3&cursor=${first.data.next_cursor}`)
    const third = await get(`?limit=3&cursor=${second.data.next_cursor}`)
    assert.deepEqual(
      [first, second, third].flatMap(({ data }) => numbers(data.items)),
      [7, 6, 5, 4, 3, 2, 1],
    )
    assert.equal(third.data.next_cursor, null)
  })

  it('filters by action, actor and time', async () => {
    const found = async (query: string) => numbers((await get(query)).data.items)
    assert.deepEqual(await found('?action=member.invited'), [6, 4, 2])
    assert.deepEqual(await found(`?actor=${newId()}`), [])
    assert.equal((await found(`?actor=${ours.userId}`)).length, 8)
    assert.deepEqual(await found('?from=2026-01-02T00:00:00Z&to=2026-01-05T00:00:00Z'), [4, 3, 2])
    assert.equal((await found('?from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).length, 8)
  })

  it('refuses a cursor of another tenant, of other filters, or made up', async () => {
    const { next_cursor: cursor } = (await get('?limit=2')).data
    assert.equal((await get(`?limit=2&cursor=${cursor}`, theirs)).status, 400)
    assert.equal((await get(`?limit=2&action=member.invited&cursor=${cursor}`)).status, 400)
    assert.equal((await get('?cursor=Nw')).status, 400)
    assert.equal((await get(`?cursor=${Buffer.from('[99]').toString('base64url')}.AAAAAAAAAAAAAAAAAAAAAA`)).status, 400)
  })

  for (const query of [
    '?limit=0',
    '?limit=101',
    '?actor=me',
    '?from=yesterday',
    '?to=2016-12-31T23:59:60Z',
    '?action=DROP',
    '?unknown=1',
  ]) {
    it(`refuses ${query}`, async () => {
      assert.equal((await get(query)).status, 400)
    })
  }

  it('shows nothing of another tenant', async () => {
    const { data } = await get('', theirs)
    assert.deepEqual(
      data.items.map(({ details }) => details),
      [{ secret_plan: true }],
    )
  })

  it('is for admins and owners', async () => {
    for (const role of ['viewer', 'member'] as const) {
      assert.equal((await get('', { ...ours, role })).body.code, 'FORBIDDEN')
      assert.equal((await get('/verify', { ...ours, role })).status, 403)
    }
    assert.equal((await get('', { ...ours, role: 'owner' })).status, 200)
  })
})

const audit = async (...args: string[]) => {
  const run = promisify(execFile)(process.execPath, ['src/bin/audit.ts', ...args], {
    env: { ...process.env, DATABASE_URL: test.url },
  })
  return run.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  )
}

describe('verification', () => {
  it('over HTTP and on the command line says that all is whole', async () => {
    const { data } = await get('/verify')
    assert.deepEqual([data.valid, data.checked], [true, 8])
    const { code, stdout } = await audit('verify')
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`${ours.tenantId}: whole, 8 events, head [0-9a-f]{64}`))
    assert.match(stdout, new RegExp(`${theirs.tenantId}: whole, 1 events`))
    assert.equal((await audit('verify', 'no-such-tenant')).code, 1)
    assert.equal((await audit('destroy')).code, 2)
  })

  it('over HTTP and on the command line names the first broken event', async () => {
    const intruder = new pg.Client({ connectionString: test.url })
    await intruder.connect()
    await intruder.query('alter table audit_events disable trigger append_only, no force row level security')
    await intruder.query("update audit_events set action = 'project.deleted' where tenant_id = $1 and seq = 4", [
      ours.tenantId,
    ])
    const { rows } = await intruder.query('select id from audit_events where tenant_id = $1 and seq = 4', [
      ours.tenantId,
    ])
    await intruder.end()
    const { data } = await get('/verify')
    assert.deepEqual(data as unknown, {
      valid: false,
      checked: 3,
      broken: { seq: 4, id: rows[0].id, reason: 'changed' },
    })
    const { code, stdout } = await audit('verify', ours.tenantId)
    assert.equal(code, 1)
    assert.match(stdout, new RegExp(`BROKEN at event 4 \\(${rows[0].id}\\): changed`))
  })
})
