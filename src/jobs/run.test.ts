import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from '#platform/db/kysely.ts'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { openWorkingDatabase, silent, until, type WorkingDatabase } from '../../tests/support/jobs.ts'
import { defineJob, handle, LeaseLost } from './index.ts'
import { openQueue } from './queue.ts'

interface Numbered {
  n: number
}

let database: WorkingDatabase
before(async () => {
  database = await openWorkingDatabase()
  await database.owner.query(
    'create table effects (n int not null); grant select, insert on effects to plinth_app, plinth_tenant, plinth_system',
  )
})
afterEach(() => database.stopWorkers())
after(() => database.close())

const effects = async (n: number) =>
  (await database.owner.query('select count(*)::int as count from effects where n = $1', [n])).rows[0].count

describe('a lease', () => {
  it('commits effect and completion together, under the role of the tenant', async () => {
    const job = defineJob<Numbered>('test.together')
    await database.add(job, { n: 100 }, { tenantId: newId() })
    let roles: string[] = []
    await database.work([
      handle(job, async ({ db, tenantId, payload, attempt, complete }) =>
        inTenant(db, { tenantId: tenantId as string }, async (tx) => {
          await sql`insert into effects values (${payload.n})`.execute(tx)
          await complete(tx)
          roles = (await sql<{ role: string }>`select current_user::text as role`.execute(tx)).rows.map(
            ({ role }) => role,
          )
          if (attempt === 1) throw new Error('after completion, before commit')
        }),
      ),
    ])
    await database.inState(job, 'retry')
    assert.equal(await effects(100), 0)
    await database.hurry(job)
    await database.inState(job, 'completed')
    assert.equal(await effects(100), 1)
    assert.deepEqual(roles, ['plinth_tenant'])
  })

  it('lost to another worker takes the effect with it, and leaves the other worker its claim', async () => {
    const job = defineJob<Numbered>('test.zombie')
    await database.add(job, { n: 200 })
    const outcome = Promise.withResolvers<unknown>()
    await database.work([
      handle(job, async ({ db, payload, complete }) => {
        await sql`update pgboss.job set started_on = now() + interval '1 second' where name = ${job.name}`.execute(db)
        try {
          await asSystem(db, 'test', async (tx) => {
            await sql`insert into effects values (${payload.n})`.execute(tx)
            await complete(tx)
          })
          outcome.resolve('committed')
        } catch (error) {
          outcome.resolve(error)
          throw error
        }
      }),
    ])
    assert.ok((await outcome.promise) instanceof LeaseLost)
    await sleep(100)
    assert.equal(await effects(200), 0)
    assert.equal((await database.stateOf(job))?.state, 'active')
  })

  it('lost to another worker cannot fail or release the job either', async () => {
    const job = defineJob<Numbered>('test.fenced')
    await database.add(job, { n: 1 })
    const queue = await openQueue({ databaseUrl: database.url, log: silent })
    const [claim] = await queue.claim(job, 1)
    assert.ok(claim)
    const stale = { ...claim, claimedAt: '2020-01-01 00:00:00.000001+00' }
    assert.deepEqual(
      [
        await queue.fail(stale, new Error('late')),
        await queue.release(stale),
        await queue.complete(stale),
        [...(await queue.renew([stale]))],
      ],
      [false, false, false, []],
    )
    assert.deepEqual([...(await queue.renew([claim]))], [claim.id])
    assert.equal(await queue.complete(claim), true)
    await queue.close()
  })

  it('of a worker that is silent for 30 seconds ends, and the job is tried again', async () => {
    const job = defineJob<Numbered>('test.silent')
    await database.add(job, { n: 1 })
    const queue = await openQueue({ databaseUrl: database.url, log: silent })
    await queue.claim(job, 1)
    assert.equal(await queue.reclaimExpired(), 0)
    await sql`update pgboss.job set heartbeat_on = now() - interval '29 seconds' where name = ${job.name}`.execute(
      database.db,
    )
    assert.equal(await queue.reclaimExpired(), 0)
    await sql`update pgboss.job set heartbeat_on = now() - interval '31 seconds' where name = ${job.name}`.execute(
      database.db,
    )
    assert.equal(await queue.reclaimExpired(), 1)
    assert.equal((await database.stateOf(job))?.state, 'retry')
    await database.hurry(job)
    const [again] = await queue.claim(job, 1)
    assert.equal(again?.attempt, 2)
    await queue.close()
  })

  it('ends a run that takes too long: it is aborted, counted as failed and no longer holds its place', async () => {
    const job = defineJob<Numbered>('test.hung', { expireSeconds: 1, concurrency: 1 })
    await database.add(job, { n: 1 })
    await database.add(job, { n: 2 })
    const seen: number[] = []
    let signal: AbortSignal | undefined
    await database.work([
      handle(job, async (run) => {
        seen.push(run.payload.n)
        if (run.payload.n > 1) return
        signal = run.signal
        await new Promise(() => {})
      }),
    ])
    await until(() => seen.includes(2))
    assert.equal(signal?.aborted, true)
    assert.equal(
      (await until(async () => ((await database.stateOf(job))?.state === 'active' ? undefined : database.stateOf(job))))
        .retry_count,
      0,
    )
  })
})
