import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import type { TenantScope } from '#access'
import { closeDatabase, type Database, openDatabase, type Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { asSystem, inTenant, inUser } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { silent } from '../../tests/support/jobs.ts'
import { recordAccountEvent, recordAudit } from './index.ts'
import { verifyChain } from './verify.ts'

const request = { requestId: 'req-1', ip: '203.0.113.7', userAgent: 'Firefox' }
const scope: TenantScope = {
  kind: 'tenant',
  tenantId: newId(),
  userId: newId(),
  sessionId: newId(),
  role: 'admin',
  authenticatedAt: null,
  request,
}

let test: TestDatabase
let db: Database
let owner: pg.Client
before(async () => {
  test = await createTestDatabase()
  db = openDatabase({ url: test.url, poolMax: 4, log: silent })
  owner = new pg.Client({ connectionString: test.url })
  await owner.connect()
  // So that the owner's own attempts reach the triggers, whether or not the owner is a superuser.
  await owner.query(
    'alter table audit_events no force row level security; alter table audit_heads no force row level security',
  )
  await owner.query(
    'alter table account_events no force row level security; alter table tenants no force row level security',
  )
  await owner.query("insert into tenants (id, slug, name) values ($1, 'acme', 'Acme')", [scope.tenantId])
})
after(async () => {
  await owner.end()
  await closeDatabase(db)
  await test.drop()
})

const last = async () => (await owner.query('select * from audit_events order by seq desc limit 1')).rows[0]
const refusedBy = (code: string) => (error: unknown) => (error as { code?: string }).code === code
const INSUFFICIENT_PRIVILEGE = '42501'

describe('recordAudit', () => {
  it('keeps who, what, on what, from where and when', async () => {
    const target = { type: 'project', id: newId() }
    await inTenant(db, scope, (tx) =>
      recordAudit(tx, scope, { action: 'project.create', target, details: { name: 'Bridge' } }),
    )
    const event = await last()
    assert.deepEqual(
      [
        event.tenant_id,
        event.action,
        event.result,
        event.actor_type,
        event.actor_id,
        event.target_type,
        event.target_id,
      ],
      [scope.tenantId, 'project.create', 'success', 'user', scope.userId, 'project', target.id],
    )
    assert.deepEqual(
      [event.ip, event.user_agent, event.request_id, event.details],
      ['203.0.113.7', 'Firefox', 'req-1', { name: 'Bridge' }],
    )
    assert.ok(Math.abs(event.at.getTime() - Date.now()) < 5000)
  })

  it('tells members, keys, staff behind a member, and the system apart', async () => {
    const [apiKeyId, impersonatorId, staffId] = [newId(), newId(), newId()]
    const { tenantId } = scope
    const record = async (actor: Parameters<typeof recordAudit>[1]) => {
      await asSystem(db, 'test', (tx) => recordAudit(tx, actor, { action: 'test.act' }))
      const { actor_type, actor_id, actor_name, impersonator_id } = await last()
      return [actor_type, actor_id, actor_name, impersonator_id]
    }
    assert.deepEqual(await record({ ...scope, apiKeyId }), ['api_key', apiKeyId, null, null])
    assert.deepEqual(await record({ ...scope, impersonatorId }), ['user', scope.userId, null, impersonatorId])
    assert.deepEqual(await record({ kind: 'staff', tenantId, userId: staffId, request }), [
      'staff',
      staffId,
      null,
      null,
    ])
    assert.deepEqual(await record({ kind: 'system', tenantId, name: 'billing.reconcile' }), [
      'system',
      null,
      'billing.reconcile',
      null,
    ])
  })

  it('is undone with the change, and undoes the change when it fails', async () => {
    const renamed = async () =>
      (await owner.query('select name from tenants where id = $1', [scope.tenantId])).rows[0].name
    const rename = (tx: Tx, name: string) =>
      sql`update tenants set name = ${name} where id = ${scope.tenantId}`.execute(tx)
    const before = await last()
    await assert.rejects(
      inTenant(db, scope, async (tx) => {
        await recordAudit(tx, scope, { action: 'tenant.rename' })
        throw new Error('the change failed')
      }),
      /the change failed/,
    )
    assert.deepEqual(await last(), before)

    await owner.query('revoke insert on audit_events from plinth_tenant')
    await assert.rejects(
      inTenant(db, scope, async (tx) => {
        await rename(tx, 'Unrecorded')
        await recordAudit(tx, scope, { action: 'tenant.rename' })
      }),
      (error) => error instanceof Refusal && error.status === 503,
    )
    await owner.query('grant insert on audit_events to plinth_tenant')
    assert.equal(await renamed(), 'Acme')
  })

  it('leaves secrets out, wherever they stand', async () => {
    const token = 'plk_live_0123456789abcdef0123456789abcdef'
    await inTenant(db, scope, (tx) =>
      recordAudit(tx, scope, {
        action: 'test.secrets',
        details: {
          password: 'hunter2',
          nested: [{ refresh_token: 'rt', apiKey: 'k', name: 'kept' }],
          note: `used ${token}`,
        },
      }),
    )
    assert.deepEqual((await last()).details, {
      password: '[redacted]',
      nested: [{ refresh_token: '[redacted]', apiKey: '[redacted]', name: 'kept' }],
      note: 'used [redacted]',
    })
  })

  it('takes any text and any size without failing the change', async () => {
    await inTenant(db, { ...scope }, async (tx) => {
      await recordAudit(
        tx,
        { ...scope, request: { ...request, userAgent: `a\0b\ud800${'x'.repeat(5000)}` } },
        {
          action: 'test.text',
          details: { 'k\0ey': 'a\0b\udc00c', at: new Date(0), big: 1n, none: undefined },
        },
      )
    })
    const { details, user_agent } = await last()
    assert.deepEqual(details, { key: 'ab\ufffdc', at: '1970-01-01T00:00:00.000Z', big: '1' })
    assert.equal(user_agent.length, 400)
    await inTenant(db, scope, (tx) =>
      recordAudit(tx, scope, { action: 'test.size', details: { text: 'x'.repeat(100_000) } }),
    )
    assert.deepEqual((await last()).details, { truncated: true, keys: ['text'] })
  })

  it('takes the time from the database, except from the system', async () => {
    const at = new Date('2020-02-02T02:02:02.002Z')
    await inTenant(db, scope, (tx) => recordAudit(tx, scope, { action: 'test.backdated', at }))
    assert.notDeepEqual((await last()).at, at)
    await asSystem(db, 'test', (tx) => recordAudit(tx, scope, { action: 'test.backdated', at }))
    assert.deepEqual((await last()).at, at)
  })

  it('is refused for another tenant', async () => {
    const foreign = { ...scope, tenantId: newId() }
    await assert.rejects(
      inTenant(db, scope, (tx) => recordAudit(tx, foreign, { action: 'test.foreign' })),
      Refusal,
    )
  })
})

describe('recordAccountEvent', () => {
  const userId = newId()
  const mine = (id: string) =>
    inUser(db, { userId: id }, async (tx) => (await sql`select action from account_events`.execute(tx)).rows)

  it('is seen by the person it is about and by nobody else', async () => {
    await asSystem(db, 'test', (tx) => recordAccountEvent(tx, { userId, action: 'session.create', request }))
    await inUser(db, { userId }, (tx) => recordAccountEvent(tx, { userId, action: 'password.change', request }))
    assert.deepEqual(await mine(userId), [{ action: 'session.create' }, { action: 'password.change' }])
    assert.deepEqual(await mine(newId()), [])
    await assert.rejects(
      inTenant(db, scope, (tx) => sql`select * from account_events`.execute(tx)),
      refusedBy(INSUFFICIENT_PRIVILEGE),
    )
  })

  it('is recorded for oneself only', async () => {
    const forge = (tx: Tx) => recordAccountEvent(tx, { userId: newId(), action: 'session.create', request })
    await assert.rejects(inUser(db, { userId }, forge), Refusal)
    await assert.rejects(inTenant(db, scope, forge), Refusal)
    await inTenant(db, scope, (tx) =>
      recordAccountEvent(tx, { userId: scope.userId, action: 'step_up.confirm', request }),
    )
  })
})

describe('the log', () => {
  const changes = [
    'update audit_events set action = action',
    'delete from audit_events',
    'truncate audit_events',
    'update account_events set action = action',
    'delete from account_events',
    'truncate account_events',
    'delete from audit_heads',
    'truncate audit_heads',
    'update audit_heads set seq = seq - 1',
    "update audit_heads set seq = seq + 1, hash = sha256('forged')",
    'update audit_heads set seq = seq + 1',
    'update audit_heads set base_seq = seq, base_hash = hash',
  ]
  for (const change of changes) {
    it(`does not take "${change}" from the application, nor from the owner by mistake`, async () => {
      const statement = async (tx: Tx) => void (await sql.raw(change).execute(tx))
      const pretend = async (tx: Tx) => {
        await sql`select set_config('app.audit_retention', 'on', true)`.execute(tx)
        await statement(tx)
      }
      for (const attempt of [statement, pretend]) {
        await assert.rejects(inTenant(db, scope, attempt), refusedBy(INSUFFICIENT_PRIVILEGE))
        await assert.rejects(asSystem(db, 'test', attempt), refusedBy(INSUFFICIENT_PRIVILEGE))
      }
      await assert.rejects(owner.query(change), refusedBy(INSUFFICIENT_PRIVILEGE))
    })
  }

  it('begins at its beginning, whoever puts it there', async () => {
    const other = { ...scope, tenantId: newId() }
    const begin = (columns: string, values: string) =>
      inTenant(db, other, (tx) => sql.raw(`insert into audit_heads (${columns}) values (${values})`).execute(tx))
    const forged = `'${other.tenantId}', 41, sha256('forged'), 41, sha256('forged')`
    await assert.rejects(begin('tenant_id, seq, hash, base_seq, base_hash', forged), refusedBy(INSUFFICIENT_PRIVILEGE))
    await begin('tenant_id', `'${other.tenantId}'`)
    await inTenant(db, other, (tx) => recordAudit(tx, other, { action: 'project.create' }))
    const verified = await inTenant(db, other, (tx) => verifyChain(tx, other))
    assert.deepEqual([verified.valid, verified.checked], [true, 1])
  })
})
