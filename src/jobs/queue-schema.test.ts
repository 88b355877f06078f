import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { getRollbackPlans, PgBoss } from 'pg-boss'
import { openWorkingDatabase, type WorkingDatabase } from '../../tests/support/jobs.ts'
import { defineJob, handle, installQueueSchema, syncQueues } from './index.ts'

let database: WorkingDatabase
let owner: pg.Client
before(async () => {
  database = await openWorkingDatabase()
  owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
})
after(async () => {
  await owner.end()
  await database.close()
})

const version = async () =>
  (await owner.query<{ version: number }>('select version from pgboss.version')).rows[0]?.version

const drift = () => new PgBoss({ db: { executeSql: (text, values) => owner.query(text, values) } }).detectSchemaDrift()

describe('installQueueSchema', () => {
  it('installs what this pg-boss expects, and repeating it changes nothing', async () => {
    const installed = await version()
    assert.equal((await drift()).ok, true)
    await installQueueSchema(owner)
    assert.equal(await version(), installed)
  })

  it('brings an older installation up to date', async () => {
    const installed = (await version()) as number
    await owner.query(getRollbackPlans('pgboss', installed))
    assert.equal(await version(), installed - 1)
    await installQueueSchema(owner)
    assert.equal(await version(), installed)
    assert.equal((await drift()).ok, true)
  })

  it('is undone with the transaction of its caller', async () => {
    await owner.query('begin')
    await owner.query('drop schema pgboss cascade')
    await installQueueSchema(owner)
    await owner.query('rollback')
    assert.equal((await drift()).ok, true)
  })
})

describe('syncQueues', () => {
  const settings = async (name: string) =>
    (await owner.query('select retry_limit, expire_seconds, updated_on from pgboss.queue where name = $1', [name]))
      .rows[0]

  it('introduces jobs with the rights of the application, and follows their settings', async () => {
    await syncQueues(database.db, [defineJob('test.synced')])
    assert.equal((await settings('test.synced')).retry_limit, 7)
    await syncQueues(database.db, [
      handle(defineJob('test.synced', { attempts: 3, expireSeconds: 60 }), async () => {}),
    ])
    const { retry_limit, expire_seconds } = await settings('test.synced')
    assert.deepEqual({ retry_limit, expire_seconds }, { retry_limit: 2, expire_seconds: 60 })
  })

  it('writes nothing when nothing changed', async () => {
    const before = await settings('test.synced')
    await syncQueues(database.db, [defineJob('test.synced', { attempts: 3, expireSeconds: 60 })])
    assert.deepEqual(await settings('test.synced'), before)
  })

  it('is safe when many processes start at once', async () => {
    const jobs = ['test.a', 'test.b', 'test.c'].map((name) => defineJob(name))
    await Promise.all(Array.from({ length: 5 }, () => syncQueues(database.db, jobs)))
    assert.ok(await settings('test.c'))
  })
})
