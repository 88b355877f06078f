import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '#platform/clock.ts'
import { sql } from '#platform/db/kysely.ts'
import { openWorkingDatabase, silent, until, type WorkingDatabase } from '../../tests/support/jobs.ts'
import { defineJob, handle, type Job, schedule, syncQueues } from './index.ts'
import { openQueue, type Queue } from './queue.ts'
import { type Schedule, startSchedules } from './schedules.ts'

let database: WorkingDatabase
let queue: Queue
before(async () => {
  database = await openWorkingDatabase()
  queue = await openQueue({ databaseUrl: database.url, log: silent })
})
after(async () => {
  await queue.close()
  await database.close()
})

function clockAt(start: string): Clock & { move(ms: number): void } {
  let now = Date.parse(start)
  return {
    now: () => new Date(now),
    offsetMs: 0,
    move: (ms) => {
      now += ms
    },
  }
}

const schedulers = (count: number, schedules: Schedule[], clock: Clock) =>
  Array.from({ length: count }, () =>
    startSchedules({ db: database.db, queue, log: silent, clock, schedules, everySeconds: 0.01 }),
  )

async function slots(job: Job<object>): Promise<string[]> {
  const { rows } = await sql<{ slot: string }>`
    select to_char(singleton_on, 'YYYY-MM-DD"T"HH24:MI:SS') as slot from pgboss.job where name = ${job.name} order by singleton_on
  `.execute(database.db)
  return rows.map((row) => row.slot)
}

describe('a schedule', () => {
  it('over five workers runs each slot once', async () => {
    const job = defineJob('test.every_second')
    await syncQueues(database.db, [job])
    const clock = clockAt('2030-01-01T00:00:00.500Z')
    const five = schedulers(5, [schedule(job, { cron: '* * * * * *', payload: {} })], clock)
    await until(async () => (await slots(job)).length > 0)
    for (let second = 0; second < 100; second++) {
      clock.move(1000)
      await sleep(15)
    }
    await until(async () => (await slots(job)).at(-1) === '2030-01-01T00:01:40')
    await Promise.all(five.map((scheduler) => scheduler.stop()))
    const run = await slots(job)
    assert.deepEqual(run, [...new Set(run)])
    assert.equal(run.filter((slot) => slot > '2030-01-01T00:00:00').length, 100)
  })

  it('misses no slot of a short silence, and makes up for a long one once', async () => {
    const job = defineJob('test.every_minute')
    await syncQueues(database.db, [job])
    const clock = clockAt('2030-01-01T06:00:00Z')
    const [scheduler] = schedulers(1, [schedule(job, { cron: '*/10 * * * *', payload: {} })], clock)
    await until(async () => (await slots(job)).length === 1)
    clock.move(24 * 3_600_000)
    await until(async () => (await slots(job)).length > 1)
    await scheduler?.stop()
    assert.deepEqual(await slots(job), ['2030-01-01T06:00:00', '2030-01-02T06:00:00'])
  })

  it('is kept in its time zone', async () => {
    const job = defineJob('test.zoned')
    await syncQueues(database.db, [job])
    const clock = clockAt('2030-07-01T07:30:00Z')
    const [scheduler] = schedulers(
      1,
      [schedule(job, { cron: '0 9 * * *', timezone: 'Europe/Berlin', payload: {} })],
      clock,
    )
    await until(async () => (await slots(job)).length > 0)
    await scheduler?.stop()
    assert.deepEqual(await slots(job), ['2030-07-01T07:00:00'])
  })

  it('that cannot be read does not stop the others', async () => {
    const [broken, sound] = [defineJob('test.broken'), defineJob('test.sound')]
    await syncQueues(database.db, [broken, sound])
    const clock = clockAt('2030-01-01T00:00:00Z')
    const both = [
      schedule(broken, { cron: 'every now and then', payload: {} }),
      schedule(sound, { cron: '0 * * * *', payload: {} }),
    ]
    const [scheduler] = schedulers(1, both, clock)
    await until(async () => (await slots(sound)).length > 0)
    await scheduler?.stop()
    assert.deepEqual(await slots(broken), [])
  })

  it('brings its payload to the handler', async () => {
    const job = defineJob<{ kind: string }>('test.payload')
    const seen: object[] = []
    await database.work([handle(job, async ({ payload }) => void seen.push(payload))], {
      schedules: [schedule(job, { cron: '* * * * *', payload: { kind: 'nightly' } })],
    })
    await until(() => seen.length)
    assert.deepEqual(seen[0], { kind: 'nightly' })
  })
})
