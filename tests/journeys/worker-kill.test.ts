/**
 * Workers are killed with SIGKILL in the midst of their work, again and again. Longer runs:
 * `PLINTH_KILL_JOBS=3000 PLINTH_KILL_SECONDS=60 node --test tests/journeys/worker-kill.test.ts`
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { enqueue, syncQueues } from '#jobs'
import { asSystem } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { openWorkingDatabase, until, type WorkingDatabase } from '../support/jobs.ts'
import { charge, LEASE_SECONDS } from '../support/kill-worker.ts'

const JOBS = Number(process.env.PLINTH_KILL_JOBS ?? 250)
const SECONDS = Number(process.env.PLINTH_KILL_SECONDS ?? 9)
const KILL_EVERY_MS = 600
const WORKERS = 3

let database: WorkingDatabase
before(async () => {
  database = await openWorkingDatabase()
  // Without a unique key, so that a second effect would be seen.
  await database.owner.query(`
    create table effects (n int not null);
    create table calls (key uuid not null, n int not null);
    grant select, insert on effects, calls to plinth_app, plinth_tenant`)
})
after(() => database.close())

const program = new URL('../support/kill-worker.ts', import.meta.url).pathname

function startProcess(): ChildProcess {
  return spawn(process.execPath, [program, database.url], { stdio: ['ignore', 'inherit', 'inherit'] })
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))

const one = async (query: string): Promise<number> =>
  (await database.owner.query<{ value: number }>(query)).rows[0]?.value ?? 0

describe('workers that are killed again and again', () => {
  it('lose no job and leave each effect exactly once', { timeout: (SECONDS + 60) * 1000 }, async (t) => {
    const tenantId = newId()
    await syncQueues(database.db, [charge])
    await asSystem(database.db, 'a test adds work', async (tx) => {
      for (let n = 0; n < JOBS; n++) await enqueue(tx, charge, { n }, { tenantId })
    })
    await database.owner.query('update pgboss.job set heartbeat_seconds = $1', [LEASE_SECONDS])

    const workers = Array.from({ length: WORKERS }, startProcess)
    await until(() => one('select count(*)::int as value from effects'))
    const deadline = performance.now() + SECONDS * 1000
    let kills = 0
    while (performance.now() < deadline) {
      await sleep(KILL_EVERY_MS)
      const victim = kills++ % WORKERS
      const killed = workers[victim] as ChildProcess
      killed.kill('SIGKILL')
      await ended(killed)
      workers[victim] = startProcess()
    }
    const finished = `select count(*)::int as value from pgboss.job where name = '${charge.name}' and state = 'completed'`
    await until(async () => (await one(finished)) === JOBS, 45)
    for (const worker of workers) worker.kill('SIGTERM')
    assert.deepEqual(await Promise.all(workers.map(ended)), [0, 0, 0])

    const repeated = await one('select (count(*) - count(distinct n))::int as value from calls')
    t.diagnostic(`${JOBS} jobs, ${kills} kills, ${repeated} repeated calls`)
    assert.ok(kills >= 10)
    assert.ok(repeated > 0, 'no worker was killed in the midst of a job, so nothing was shown')
    assert.equal(await one('select count(distinct n)::int as value from effects'), JOBS, 'lost')
    assert.equal(await one('select count(*)::int as value from effects'), JOBS, 'duplicated')
    assert.equal(
      await one('select count(*)::int as value from (select n from calls group by n having count(distinct key) > 1) x'),
      0,
    )
    assert.ok(repeated <= kills * charge.concurrency)
  })
})
