import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { adjustableClock } from '#platform/clock.ts'
import { sql } from '#platform/db/kysely.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { openWorkingDatabase, until, type WorkingDatabase } from '../../tests/support/jobs.ts'
import { defineJob, enqueue, Hopeless, handle, jobsHealth, listDeadLetters, replay, syncQueues } from './index.ts'

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

describe('a worker', () => {
  it('runs a job within a second of its commit, with its payload and tenant', async () => {
    const job = defineJob<Numbered>('test.prompt')
    const tenantId = newId()
    const seen: unknown[] = []
    await database.work([handle(job, async (run) => void seen.push([run.payload, run.tenantId, run.attempt]))], {
      pollSeconds: 0.5,
    })
    const committed = performance.now()
    await inTenant(database.db, { tenantId }, (tx) => enqueue(tx, job, { n: 7 }))
    await until(() => seen.length)
    assert.ok(performance.now() - committed < 1000)
    assert.deepEqual(seen, [[{ n: 7 }, tenantId, 1]])
    await database.inState(job, 'completed')
  })

  it('tries a failed job again after growing pauses up to a limit, and keeps it among the dead letters', async () => {
    const job = defineJob<Numbered>('test.failing', { attempts: 5, retryDelayMaxSeconds: 6 })
    const attempts: number[] = []
    await database.add(job, { n: 1 })
    await database.work([
      handle(job, async ({ attempt }) => {
        attempts.push(attempt)
        throw new Error(`failure ${attempt}`)
      }),
    ])
    const pauses = [
      [1, 2],
      [2, 4],
      [4, 6],
      [6, 6],
    ] as const
    for (const [failures, [least, most]] of pauses.entries()) {
      const failed = await until(async () => {
        const now = await database.stateOf(job)
        return now?.state === 'retry' && now.retry_count === failures && now
      })
      assert.ok(
        failed.delay > least - 0.5 && failed.delay <= most,
        `${failed.delay} seconds after failure ${failures + 1}`,
      )
      await database.hurry(job)
    }
    await database.inState(job, 'failed')
    assert.deepEqual(attempts, [1, 2, 3, 4, 5])
    const [dead] = await listDeadLetters(database.db, { job: job.name })
    assert.deepEqual([dead?.attempts, dead?.payload, dead?.error?.message], [5, { n: 1 }, 'failure 5'])
    assert.ok((await jobsHealth(database.db)).dead >= 1)
  })

  it('replays a dead letter once, with all attempts', async () => {
    const job = defineJob<Numbered>('test.replayed', { attempts: 3 })
    let hopeless = true
    const seen: number[] = []
    await database.add(job, { n: 1 })
    await database.work([
      handle(job, async ({ attempt }) => {
        seen.push(attempt)
        if (hopeless) throw new Hopeless('no retry can help')
      }),
    ])
    const [dead] = await until(async () => {
      const letters = await listDeadLetters(database.db, { job: job.name })
      return letters.length > 0 && letters
    })
    assert.deepEqual(seen, [1], 'a hopeless job is not tried again')
    hopeless = false
    const replays = await Promise.all([1, 2].map(() => replay(database.db, dead?.id as string)))
    assert.deepEqual(replays.sort(), [false, true])
    await until(() => seen.length === 2)
    assert.deepEqual(seen, [1, 1])
    assert.deepEqual(await listDeadLetters(database.db, { job: job.name }), [])
  })

  it('leaves jobs it does not know, and jobs of a newer version', async () => {
    const unknown = defineJob<Numbered>('test.unknown')
    const newer = defineJob<Numbered>('test.versioned', { version: 2, upgrade: () => ({ n: 0 }) })
    const known = defineJob<Numbered>('test.versioned')
    await database.add(unknown, { n: 1 })
    await database.add(newer, { n: 1 })
    await database.work([handle(known, async () => assert.fail('ran a payload it cannot read'))])
    const left = await database.inState(newer, 'retry')
    assert.equal(left.retry_count, 0)
    assert.ok(left.delay > 30)
    assert.equal((await database.stateOf(unknown))?.state, 'created')
  })

  it('upgrades the payload of an older version', async () => {
    const older = defineJob<{ name: string }>('test.upgraded')
    const job = defineJob<{ names: string[] }>('test.upgraded', {
      version: 2,
      upgrade: (payload) => ({ names: [(payload as { name: string }).name] }),
    })
    await database.add(older, { name: 'Ada' })
    const seen: object[] = []
    await database.work([handle(job, async ({ payload }) => void seen.push(payload))])
    await until(() => seen.length)
    assert.deepEqual(seen, [{ names: ['Ada'] }])
  })

  it('runs at most so many jobs of one tenant at once, and lets others pass', async () => {
    const job = defineJob<Numbered>('test.fair', { concurrency: 4, perTenant: 1 })
    const [busy, quiet] = [newId(), newId()]
    await syncQueues(database.db, [job])
    for (let n = 0; n < 4; n++) await database.add(job, { n }, { tenantId: busy })
    await database.add(job, { n: 9 }, { tenantId: quiet })
    const running = new Map<string, number>()
    let most = 0
    const order: number[] = []
    const handler = handle(job, async ({ payload, tenantId }) => {
      const now = (running.get(tenantId as string) ?? 0) + 1
      running.set(tenantId as string, now)
      most = Math.max(most, now)
      await sleep(100)
      running.set(tenantId as string, now - 1)
      order.push(payload.n)
    })
    await database.work([handler])
    await database.work([handler])
    await until(() => order.length === 5)
    assert.equal(most, 1)
    assert.ok(order.indexOf(9) < 2, `the quiet tenant waited: ${order}`)
  })

  it('follows a clock that was moved ahead', async () => {
    const job = defineJob<Numbered>('test.travel')
    const clock = adjustableClock()
    await database.add(job, { n: 1 }, { startAfter: new Date(Date.now() + 3_600_000) })
    const seen: number[] = []
    await database.work([handle(job, async ({ payload }) => void seen.push(payload.n))], { clock })
    await sleep(200)
    assert.deepEqual(seen, [])
    clock.advance(3_700_000)
    await until(() => seen.length)
  })

  it('goes on when its connections are cut', async () => {
    const job = defineJob<Numbered>('test.reconnect')
    const seen: number[] = []
    await database.work([handle(job, async ({ payload }) => void seen.push(payload.n))])
    await database.owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plinth-worker' and datname = current_database()",
    )
    await database.add(job, { n: 1 })
    await until(() => seen.length)
  })
})

describe('stopping a worker', () => {
  it('waits for short jobs, and aborts and gives back long ones at once without counting an attempt', async () => {
    const short = defineJob<Numbered>('test.short')
    const long = defineJob<Numbered>('test.long')
    await database.add(short, { n: 300 })
    await database.add(long, { n: 1 })
    const started: string[] = []
    let aborted = false
    const handlers = [
      handle(short, async ({ db, payload }) => {
        started.push('short')
        await sleep(300)
        await sql`insert into effects values (${payload.n})`.execute(db)
      }),
      handle(long, async ({ signal, attempt }) => {
        started.push(`long ${attempt}`)
        if (started.includes('stopped')) return
        await sleep(60_000, undefined, { signal }).catch(() => {})
        aborted = true
      }),
    ]
    const worker = await database.work(handlers, { graceSeconds: 1 })
    await until(() => started.length === 2)
    const stopping = performance.now()
    await worker.stop()
    const seconds = (performance.now() - stopping) / 1000
    assert.ok(seconds < 2, `stopped after ${seconds} seconds`)
    assert.equal(await effects(300), 1)
    assert.equal((await database.stateOf(short))?.state, 'completed')
    assert.equal(aborted, true)
    started.push('stopped')
    await database.work(handlers)
    await until(() => started.at(-1) === 'long 1')
    await database.inState(long, 'completed')
  })

  it('starts nothing afterwards', async () => {
    const job = defineJob<Numbered>('test.stopped')
    const worker = await database.work([handle(job, async () => assert.fail('ran after stop'))])
    await worker.stop()
    await database.add(job, { n: 1 })
    await sleep(200)
    assert.equal((await database.stateOf(job))?.state, 'created')
  })
})
