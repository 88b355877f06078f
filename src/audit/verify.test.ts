import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { closeDatabase, type Database, openDatabase } from '#platform/db/database.ts'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { silent } from '../../tests/support/jobs.ts'
import { recordAudit, verifyChain } from './index.ts'

let test: TestDatabase
let db: Database
/** Somebody who has the database in their hands and is past the trigger. */
let intruder: pg.Client
before(async () => {
  test = await createTestDatabase()
  db = openDatabase({ url: test.url, poolMax: 20, log: silent })
  intruder = new pg.Client({ connectionString: test.url })
  await intruder.connect()
  for (const table of ['audit_events', 'audit_heads']) {
    await intruder.query(`alter table ${table} disable trigger append_only, no force row level security`)
  }
})
after(async () => {
  await intruder.end()
  await closeDatabase(db)
  await test.drop()
})

const record = (tenantId: string, n: number) =>
  inTenant(db, { tenantId }, (tx) =>
    recordAudit(tx, { kind: 'system', tenantId, name: 'test' }, { action: 'test.count', details: { n } }),
  )

async function tenantWithEvents(count: number): Promise<string> {
  const tenantId = newId()
  for (let n = 1; n <= count; n++) await record(tenantId, n)
  return tenantId
}

const verify = (tenantId: string) => inTenant(db, { tenantId }, (tx) => verifyChain(tx, { tenantId }))
const idOf = async (tenantId: string, seq: number): Promise<string> =>
  (await intruder.query('select id from audit_events where tenant_id = $1 and seq = $2', [tenantId, seq])).rows[0].id

describe('the chain', () => {
  it('is unbroken after 50 writers at once', async () => {
    const tenantId = newId()
    await Promise.all(Array.from({ length: 50 }, (_, n) => record(tenantId, n)))
    const verified = await verify(tenantId)
    assert.deepEqual({ ...verified, head: null }, { valid: true, checked: 50, head: null })
  })

  it('leaves no gap for an event that was rolled back', async () => {
    const tenantId = await tenantWithEvents(2)
    await assert.rejects(
      inTenant(db, { tenantId }, async (tx) => {
        await recordAudit(tx, { kind: 'system', tenantId, name: 'test' }, { action: 'test.lost' })
        throw new Error('rolled back')
      }),
    )
    await record(tenantId, 3)
    assert.equal((await verify(tenantId)).checked, 3)
  })

  it('can be computed without the database', async () => {
    const tenantId = await tenantWithEvents(1)
    const { rows } = await intruder.query(
      `select *, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as instant from audit_events where tenant_id = $1`,
      [tenantId],
    )
    const [event] = rows
    const genesis = createHash('sha256').update(`plinth.audit.v1:${tenantId}`).digest('hex')
    const canonical = `["plinth.audit.v1", "${genesis}", "${tenantId}", 1, "${event.id}", "${event.instant}", "test.count", "success", "system", null, "test", null, null, null, {"n": 1}, "", "", ""]`
    assert.equal(event.hash.toString('hex'), createHash('sha256').update(canonical).digest('hex'))
  })

  it('does not depend on the time zone or date style of the session', async () => {
    const tenantId = await tenantWithEvents(1)
    const hash = async () =>
      (await intruder.query('select audit_hash(e) = hash as same from audit_events e where tenant_id = $1', [tenantId]))
        .rows[0].same
    await intruder.query("set timezone = 'Asia/Kathmandu'; set datestyle = 'German'")
    assert.equal(await hash(), true)
    await intruder.query('reset timezone; reset datestyle')
  })

  it('of one tenant says nothing of another', async () => {
    const [broken, whole] = [await tenantWithEvents(3), await tenantWithEvents(3)]
    await intruder.query('delete from audit_events where tenant_id = $1 and seq = 2', [broken])
    assert.equal((await verify(broken)).valid, false)
    assert.equal((await verify(whole)).valid, true)
    assert.deepEqual(await inTenant(db, { tenantId: whole }, (tx) => verifyChain(tx, { tenantId: broken })), {
      valid: true,
      checked: 0,
      head: null,
    })
  })
})

describe('verifyChain', () => {
  /** What the intruder does to the third of five events, or to the place that is named. */
  const faults: { fault: string; steps: string[]; seq: number; reason: string; gone?: boolean }[] = [
    {
      fault: 'a changed action',
      steps: ["update audit_events set action = 'test.other' where tenant_id = $1 and seq = 3"],
      seq: 3,
      reason: 'changed',
    },
    {
      fault: 'a changed detail',
      steps: [`update audit_events set details = '{"n": 4}' where tenant_id = $1 and seq = 3`],
      seq: 3,
      reason: 'changed',
    },
    {
      fault: 'a time moved by a microsecond',
      steps: ["update audit_events set at = at + interval '1 microsecond' where tenant_id = $1 and seq = 1"],
      seq: 1,
      reason: 'changed',
    },
    {
      fault: 'one flipped bit of a hash',
      steps: ['update audit_events set hash = set_bit(hash, 7, 1 - get_bit(hash, 7)) where tenant_id = $1 and seq = 3'],
      seq: 3,
      reason: 'changed',
    },
    {
      fault: 'one flipped bit of a link',
      steps: [
        'update audit_events set prev_hash = set_bit(prev_hash, 7, 1 - get_bit(prev_hash, 7)) where tenant_id = $1 and seq = 3',
      ],
      seq: 3,
      reason: 'changed',
    },
    {
      fault: 'a change with its hash computed again',
      steps: [
        "update audit_events set action = 'test.other' where tenant_id = $1 and seq = 3",
        'update audit_events e set hash = audit_hash(e) where tenant_id = $1 and seq = 3',
      ],
      seq: 3,
      reason: 'changed',
    },
    {
      fault: 'a change of the last one with its hash computed again',
      steps: [
        "update audit_events set action = 'test.other' where tenant_id = $1 and seq = 5",
        'update audit_events e set hash = audit_hash(e) where tenant_id = $1 and seq = 5',
      ],
      seq: 5,
      reason: 'changed',
    },
    {
      fault: 'a deleted row',
      steps: ['delete from audit_events where tenant_id = $1 and seq = 3'],
      seq: 3,
      reason: 'missing',
      gone: true,
    },
    {
      fault: 'a deleted first row',
      steps: ['delete from audit_events where tenant_id = $1 and seq = 1'],
      seq: 1,
      reason: 'missing',
      gone: true,
    },
    {
      fault: 'two rows in the place of each other',
      steps: [
        'update audit_events set seq = 1003 where tenant_id = $1 and seq = 3',
        'update audit_events set seq = 3 where tenant_id = $1 and seq = 4',
        'update audit_events set seq = 4 where tenant_id = $1 and seq = 1003',
      ],
      seq: 3,
      reason: 'moved',
    },
    {
      fault: 'a cut-off tail',
      steps: ['delete from audit_events where tenant_id = $1 and seq >= 4'],
      seq: 4,
      reason: 'truncated',
      gone: true,
    },
    {
      fault: 'an emptied log',
      steps: ['delete from audit_events where tenant_id = $1'],
      seq: 1,
      reason: 'truncated',
      gone: true,
    },
    {
      fault: 'a head that is gone',
      steps: ['delete from audit_heads where tenant_id = $1'],
      seq: 1,
      reason: 'added',
    },
    {
      fault: 'a row put behind the head',
      steps: [
        `update audit_heads h set seq = 4, hash = e.hash from audit_events e
         where h.tenant_id = $1 and e.tenant_id = $1 and e.seq = 4`,
      ],
      seq: 5,
      reason: 'added',
    },
  ]

  for (const { fault, steps, seq, reason, gone } of faults) {
    it(`names the row of ${fault}`, async () => {
      const tenantId = await tenantWithEvents(5)
      for (const step of steps) await intruder.query(step, [tenantId])
      const id = gone ? null : await idOf(tenantId, seq)
      const verified = await verify(tenantId)
      assert.deepEqual(verified.valid || verified.broken, { seq, id, reason })
    })
  }

  it('accepts a beginning that was taken away on purpose, and only that', async () => {
    const tenantId = await tenantWithEvents(6)
    await intruder.query(
      'alter table audit_events enable trigger append_only; alter table audit_heads enable trigger append_only',
    )
    await assert.rejects(intruder.query('delete from audit_events where tenant_id = $1 and seq <= 3', [tenantId]))
    await intruder.query('begin')
    await intruder.query("select set_config('app.audit_retention', 'on', true)")
    await intruder.query(
      'update audit_heads h set base_seq = 3, base_hash = e.hash from audit_events e where h.tenant_id = $1 and e.tenant_id = $1 and e.seq = 3',
      [tenantId],
    )
    await intruder.query('delete from audit_events where tenant_id = $1 and seq <= 3', [tenantId])
    await intruder.query('commit')
    await intruder.query(
      'alter table audit_events disable trigger append_only; alter table audit_heads disable trigger append_only',
    )
    const verified = await verify(tenantId)
    assert.deepEqual([verified.valid, verified.checked], [true, 3])
    await intruder.query('delete from audit_events where tenant_id = $1 and seq = 4', [tenantId])
    const again = await verify(tenantId)
    assert.deepEqual(again.valid || again.broken, { seq: 4, id: null, reason: 'missing' })
  })

  it('is not misled by events that are recorded while it reads', async () => {
    const tenantId = await tenantWithEvents(1)
    let writing = true
    const writer = (async () => {
      for (let n = 0; writing; n++) await record(tenantId, n)
    })()
    for (let round = 0; round < 20; round++) assert.equal((await verify(tenantId)).valid, true)
    writing = false
    await writer
  })

  it('reads long chains in parts', async () => {
    const tenantId = newId()
    await asSystem(db, 'test', async (tx) => {
      const actor = { kind: 'system', tenantId, name: 'test' } as const
      for (let n = 0; n < 2_500; n++) await recordAudit(tx, actor, { action: 'test.count' })
    })
    assert.equal((await verify(tenantId)).checked, 2_500)
  })
})
