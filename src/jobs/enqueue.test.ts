import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { asSystem, inTenant, inUser } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { openWorkingDatabase, type WorkingDatabase } from '../../tests/support/jobs.ts'
import { defineJob, enqueue } from './index.ts'

const greet = defineJob<{ name: string }>('test.greet')
const tenantId = newId()
const userId = newId()

let database: WorkingDatabase
before(async () => {
  database = await openWorkingDatabase()
})
after(() => database.close())

async function waiting(name: string) {
  const { rows } = await sql<{ tenant_id: string | null; start_after: Date }>`
    select data ->> 'tenant_id' as tenant_id, start_after from pgboss.job where data -> 'payload' ->> 'name' = ${name}
  `.execute(database.db)
  return rows
}

const refusedBy = (code: string) => (error: unknown) => (error as { code?: string }).code === code
const INSUFFICIENT_PRIVILEGE = '42501'

describe('enqueue', () => {
  it('adds the job with the transaction that asks for it, and not without', async () => {
    await inTenant(database.db, { tenantId }, (tx) => enqueue(tx, greet, { name: 'committed' }))
    await assert.rejects(
      inTenant(database.db, { tenantId }, async (tx) => {
        await enqueue(tx, greet, { name: 'rolled back' })
        throw new Error('the change failed')
      }),
      /the change failed/,
    )
    assert.equal((await waiting('committed')).length, 1)
    assert.equal((await waiting('rolled back')).length, 0)
  })

  it('takes the tenant from the transaction', async () => {
    await inTenant(database.db, { tenantId }, (tx) => enqueue(tx, greet, { name: 'of a tenant' }))
    await inUser(database.db, { userId }, (tx) => enqueue(tx, greet, { name: 'of a person' }))
    await asSystem(database.db, 'test', (tx) => enqueue(tx, greet, { name: 'of the system' }, { tenantId }))
    assert.deepEqual([(await waiting('of a tenant'))[0]?.tenant_id], [tenantId])
    assert.deepEqual([(await waiting('of a person'))[0]?.tenant_id], [null])
    assert.deepEqual([(await waiting('of the system'))[0]?.tenant_id], [tenantId])
  })

  it('lets nobody but the system enqueue for another tenant', async () => {
    const other = (tx: Tx) => enqueue(tx, greet, { name: 'foreign' }, { tenantId: newId() })
    await assert.rejects(inTenant(database.db, { tenantId }, other), refusedBy(INSUFFICIENT_PRIVILEGE))
    await assert.rejects(inUser(database.db, { userId }, other), refusedBy(INSUFFICIENT_PRIVILEGE))
    assert.equal((await waiting('foreign')).length, 0)
  })

  it('does not add a second job while one with its singleton key waits', async () => {
    const twice = (tx: Tx) => enqueue(tx, greet, { name: 'once' }, { singletonKey: 'key' })
    await inTenant(database.db, { tenantId }, twice)
    await inTenant(database.db, { tenantId }, twice)
    assert.equal((await waiting('once')).length, 1)
  })

  it('keeps a job back until its time', async () => {
    const startAfter = new Date('2100-01-01T00:00:00Z')
    await inTenant(database.db, { tenantId }, (tx) => enqueue(tx, greet, { name: 'later' }, { startAfter }))
    assert.deepEqual((await waiting('later'))[0]?.start_after, startAfter)
  })

  it('introduces a job that nobody knew', async () => {
    for (const role of ['tenant', 'person'] as const) {
      const unknown = defineJob<{ name: string }>(`test.unknown_${role}`)
      const add = (tx: Tx) => enqueue(tx, unknown, { name: unknown.name })
      await (role === 'tenant' ? inTenant(database.db, { tenantId }, add) : inUser(database.db, { userId }, add))
      assert.equal((await waiting(unknown.name)).length, 1)
    }
  })
})

function introduce(tx: Tx, { name, table }: { name: string; table: string }) {
  return sql`
    insert into pgboss.queue (
      name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, dead_letter, partition, table_name
    ) values (${name}, 'standard', 0, 0, true, 1, 1, 1, 'dead-letters', false, ${table})
  `.execute(tx)
}

describe('the rights on the queue', () => {
  const attempts: Record<string, (tx: Tx) => Promise<unknown>> = {
    'read jobs': (tx) => sql`select data from pgboss.job`.execute(tx),
    'read jobs by their partition': (tx) => sql`select data from pgboss.job_common`.execute(tx),
    'read a job it adds': (tx) => sql`insert into pgboss.job (name) values ('test.greet') returning data`.execute(tx),
    'change jobs': (tx) => sql`update pgboss.job set state = 'completed'`.execute(tx),
    'delete jobs': (tx) => sql`delete from pgboss.job`.execute(tx),
    'empty the queue': (tx) => sql`truncate pgboss.job`.execute(tx),
    'add jobs past the check of the tenant': (tx) =>
      sql`insert into pgboss.job_common (name) values ('test.greet')`.execute(tx),
    'read queues': (tx) => sql`select name from pgboss.queue`.execute(tx),
    'change queues': (tx) => sql`update pgboss.queue set retry_limit = 0`.execute(tx),
    'introduce a queue in a table of their choice': (tx) =>
      introduce(tx, { name: 'test.table', table: 'job_common; select 1' }),
    'introduce a queue whose name is a statement': (tx) => introduce(tx, { name: "' or true --", table: 'job_common' }),
  }

  for (const [attempt, statement] of Object.entries(attempts)) {
    it(`a tenant's and a person's transaction cannot ${attempt}`, async () => {
      await assert.rejects(inTenant(database.db, { tenantId }, statement), refusedBy(INSUFFICIENT_PRIVILEGE))
      await assert.rejects(inUser(database.db, { userId }, statement), refusedBy(INSUFFICIENT_PRIVILEGE))
    })
  }

  it('nobody at run time can change the tables', async () => {
    const statement = (tx: Tx) => sql`alter table pgboss.job disable row level security`.execute(tx)
    await assert.rejects(database.db.transaction().execute(statement), refusedBy(INSUFFICIENT_PRIVILEGE))
    await assert.rejects(asSystem(database.db, 'test', statement), refusedBy(INSUFFICIENT_PRIVILEGE))
  })
})
