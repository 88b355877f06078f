/** A migrated database of one's own, and workers on it that look for jobs more often than real ones. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import {
  type EnqueueOptions,
  enqueue,
  type Job,
  type JobHandler,
  startWorker,
  syncQueues,
  type Worker,
  type WorkerOptions,
} from '#jobs'
import { systemClock } from '#platform/clock.ts'
import { closeDatabase, type Database, openDatabase } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { createLogger } from '#platform/log.ts'
import { createTestDatabase } from './database.ts'

export const silent = createLogger({ env: 'test', logLevel: 'silent' })

export interface WorkingDatabase {
  readonly url: string
  readonly db: Database
  /** The login that migrates; it owns the tables. */
  readonly owner: pg.Client
  work(jobs: JobHandler[], options?: Partial<WorkerOptions>): Promise<Worker>
  stopWorkers(): Promise<void>
  /** Introduces the job and enqueues it. */
  add<P extends object>(job: Job<P>, payload: P, options?: EnqueueOptions): Promise<void>
  /** The state of the only job of its kind. */
  stateOf(job: Job<object>): Promise<JobState | undefined>
  inState(job: Job<object>, state: string): Promise<JobState>
  /** As if the pause before the next attempt were over. */
  hurry(job: Job<object>): Promise<void>
  /** Stops the workers and drops the database. */
  close(): Promise<void>
}

export interface JobState {
  state: string
  retry_count: number
  /** Until it may run. */
  delay: number
}

export async function openWorkingDatabase(): Promise<WorkingDatabase> {
  const { url, drop } = await createTestDatabase()
  const db = openDatabase({ url, poolMax: 5, log: silent })
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  const workers: Worker[] = []
  const stopWorkers = async () => void (await Promise.all(workers.splice(0).map((worker) => worker.stop())))
  const stateOf = async (job: Job<object>) => {
    const { rows } = await owner.query<JobState>(
      `select state, retry_count, extract(epoch from start_after - now())::float8 as delay from pgboss.job where name = $1`,
      [job.name],
    )
    return rows[0]
  }
  return {
    url,
    db,
    owner,
    stopWorkers,
    stateOf,
    async add(job, payload, options) {
      await syncQueues(db, [job])
      await asSystem(db, 'a test adds work', (tx) => enqueue(tx, job, payload, options))
    },
    inState: (job, state) =>
      until(async () => {
        const now = await stateOf(job)
        return now?.state === state && now
      }),
    async hurry(job) {
      await owner.query(`update pgboss.job set start_after = now() where name = $1 and state = 'retry'`, [job.name])
    },
    async work(jobs, options = {}) {
      const worker = await startWorker({
        databaseUrl: url,
        db,
        log: silent,
        clock: systemClock,
        jobs,
        pollSeconds: 0.05,
        graceSeconds: 0.1,
        ...options,
      })
      workers.push(worker)
      return worker
    },
    async close() {
      await stopWorkers()
      await owner.end()
      await closeDatabase(db)
      await drop()
    },
  }
}

type Falsy = false | 0 | '' | null | undefined

/** Asks how many jobs could be at work by now. */
export const DUE_JOBS = `select count(*) from pgboss.job where state < 'completed' and start_after < now()`

/** Resolves with the first value that is not falsy; rejects when there is none in time. */
export async function until<T>(probe: () => T | Promise<T>, seconds = 10): Promise<Exclude<T, Falsy>> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const value = await probe()
    if (value) return value as Exclude<T, Falsy>
    if (performance.now() > deadline) throw new Error(`Nothing happened within ${seconds} seconds.`)
    await sleep(20)
  }
}
