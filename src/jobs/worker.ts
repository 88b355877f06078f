/**
 * Runs jobs: claims what is due, keeps the leases alive, and stops without losing anything.
 *
 * One question every half second finds work in any number of queues, so an idle worker costs next to nothing and a mail
 * leaves within a second; LISTEN/NOTIFY would take a lock at every commit that enqueues.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import type { Logger } from '#platform/log.ts'
import { LEASE_SECONDS } from './enqueue.ts'
import { type JobHandler, LeaseLost } from './job.ts'
import { syncQueues } from './queue-schema.ts'
import { every } from './repeat.ts'
import { Interrupted, type Run, startRun } from './run.ts'
import { type Schedule, startSchedules } from './schedules.ts'

export interface WorkerOptions {
  databaseUrl: string
  /** The application's pool; handlers work on it. */
  db: Database
  log: Logger
  clock: Clock
  jobs: readonly JobHandler[]
  schedules?: readonly Schedule[]
  pollSeconds?: number
  /** Leases are renewed, and ended ones looked for, three times in this time. */
  leaseSeconds?: number
  /** How long `stop` lets running jobs finish. The rest is aborted and given back at once. */
  graceSeconds?: number
}

export interface Worker {
  /** Ends within `graceSeconds` and a few more; repeating it waits for the same end. */
  stop(): Promise<void>
}

const SCHEDULE_EVERY_SECONDS = 1
/** For aborted handlers to close what they hold. */
const ABORTED_SECONDS = 2
const LONGEST_BACKOFF_SECONDS = 10

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { databaseUrl, db, log, clock, jobs, schedules = [] } = options
  const { pollSeconds = 0.5, leaseSeconds = LEASE_SECONDS, graceSeconds = 25 } = options
  const handlers = new Map(jobs.map((handler) => [handler.job.name, handler]))
  if (handlers.size !== jobs.length) throw new TypeError('Two handlers for one job.')

  await syncQueues(db, [...jobs, ...schedules])
  // pg-boss takes longer to load than the rest of a server; only what runs jobs waits for it.
  const { openQueue } = await import('./queue.ts')
  const queue = await openQueue({ databaseUrl, log })
  const runs = new Set<Run>()
  const stopping = new AbortController()
  let woken = false
  let sleeping = new AbortController()
  const wake = () => {
    woken = true
    sleeping.abort()
  }

  const free = ({ job }: JobHandler) => job.concurrency - [...runs].filter((run) => run.claim.name === job.name).length

  /** Answers whether there may be more to do right away. */
  async function poll(): Promise<boolean> {
    const names = jobs.filter((handler) => free(handler) > 0).map(({ job }) => job.name)
    if (names.length === 0) return false
    if (clock.offsetMs > 0) await queue.advanceWaiting(names, clock.offsetMs)
    let claimed = false
    for (const name of await queue.readyAmong(names)) {
      const handler = handlers.get(name) as JobHandler
      if (stopping.signal.aborted) break
      for (const claim of await queue.claim(handler.job, free(handler))) {
        claimed = true
        const run = startRun(handler, claim, { queue, db, log, clock })
        runs.add(run)
        void run.settled.then(() => {
          runs.delete(run)
          wake()
        })
      }
    }
    return claimed
  }

  async function pollForever(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      let pauseSeconds = pollSeconds
      woken = false
      sleeping = new AbortController()
      try {
        if (await poll()) continue
        failures = 0
      } catch (error) {
        failures++
        pauseSeconds = Math.min(LONGEST_BACKOFF_SECONDS, pollSeconds * 2 ** failures)
        log.error({ err: error, retry_in_seconds: pauseSeconds }, 'could not look for jobs')
      }
      // A place that became free while we looked; but an outage is not hammered at.
      if (woken && failures === 0) continue
      // Without the jitter, workers that were started together would ask together for ever.
      await pause(pauseSeconds * (0.8 + 0.4 * Math.random()), AbortSignal.any([stopping.signal, sleeping.signal]))
    }
  }

  async function renewLeases(): Promise<void> {
    const held = [...runs]
    if (held.length === 0) return
    const renewed = await queue
      .renew(held.map((run) => run.claim))
      .catch((error: unknown) => log.error({ err: error }, 'could not renew job leases'))
    for (const run of held) {
      if (renewed?.has(run.claim.id)) run.renewedAt = performance.now()
      else if (renewed || performance.now() - run.renewedAt > leaseSeconds * 1000) {
        run.abort(new LeaseLost(`Job ${run.claim.id} was given to another worker.`))
      }
    }
  }

  const polling = pollForever()
  const renewing = every(leaseSeconds / 3, log, renewLeases)
  const reclaiming = every(leaseSeconds / 3, log, async () => {
    const count = await queue.reclaimExpired()
    if (count > 0) log.warn({ count }, 'jobs of silent workers are tried again')
  })
  const scheduling = startSchedules({ db, queue, log, clock, schedules, everySeconds: SCHEDULE_EVERY_SECONDS })

  async function stop(): Promise<void> {
    stopping.abort()
    await Promise.all([polling, reclaiming.stop(), scheduling.stop()])
    const settled = Promise.all([...runs].map((run) => run.settled))
    await within(graceSeconds, settled)

    const unfinished = [...runs]
    if (unfinished.length > 0) log.warn({ count: unfinished.length }, 'giving back jobs that did not finish in time')
    for (const run of unfinished) run.abort(new Interrupted('The worker is shutting down.'))
    await Promise.all(
      unfinished.map(({ claim }) =>
        queue.release(claim).catch((error: unknown) => log.error({ err: error }, 'could not give a job back')),
      ),
    )
    const handled = Promise.all(unfinished.map((run) => run.handled))
    await within(ABORTED_SECONDS, handled)
    await renewing.stop()
    await queue.close()
  }

  log.info({ jobs: [...handlers.keys()], schedules: schedules.map(({ key }) => key) }, 'worker started')
  let stopped: Promise<void> | undefined
  return {
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

async function pause(seconds: number, interruption: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal: interruption }).catch(() => {})
}

/** Waits for it, but not longer than this. */
async function within(seconds: number, done: Promise<unknown>): Promise<void> {
  const limit = new AbortController()
  await Promise.race([done, pause(seconds, limit.signal)])
  limit.abort()
}
