/** One run of one job: the handler, its deadline, and how it is settled. */
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import type { Logger } from '#platform/log.ts'
import { completeWithin } from './complete.ts'
import { Hopeless, type Job, type JobHandler, type JobRun, LeaseLost } from './job.ts'
import type { Claim, Queue } from './queue.ts'

export interface Run {
  readonly claim: Claim
  /** On the process's steady clock, in milliseconds. */
  renewedAt: number
  /** Settles when the job is settled. */
  readonly settled: Promise<void>
  /** Settles when the handler has ended, which may be later when it was aborted. */
  readonly handled: Promise<unknown>
  abort(reason: Error): void
}

export interface RunContext {
  queue: Queue
  db: Database
  log: Logger
  clock: Clock
}

/** Why a run ends that is given back to the queue. */
export class Interrupted extends Error {}

/** A job made by newer code waits this long for a newer worker. */
const NEWER_VERSION_SECONDS = 60

export function startRun({ job, run: handler }: JobHandler, claim: Claim, context: RunContext): Run {
  const { queue, db, clock } = context
  const { version, tenant_id: tenantId, payload } = claim.data
  const log = context.log.child({ job: job.name, job_id: claim.id, tenant_id: tenantId, attempt: claim.attempt })
  const abort = new AbortController()
  const aborted = Promise.withResolvers<never>()
  abort.signal.addEventListener('abort', () => aborted.reject(abort.signal.reason), { once: true })
  let completed = false

  const given: JobRun<never> = {
    payload: undefined as never,
    jobId: claim.id,
    tenantId,
    attempt: claim.attempt,
    signal: abort.signal,
    db,
    log,
    clock,
    async complete(tx) {
      if (!(await completeWithin(tx, claim))) throw new LeaseLost(`Job ${claim.id} was given to another worker.`)
      completed = true
    },
  }

  async function handle(): Promise<void> {
    await handler({ ...given, payload: readPayload(job, payload, version) })
  }

  async function settle(handled: Promise<void>): Promise<void> {
    const startedAt = performance.now()
    const late = new Error(`The run took longer than ${job.expireSeconds} seconds.`)
    const deadline = setTimeout(() => abort.abort(late), job.expireSeconds * 1000)
    try {
      // A handler that ignores its signal is not waited for; whatever it still does, it cannot settle the job.
      await Promise.race([handled, aborted.promise])
      // Also after `complete`: the transaction it was part of may have been rolled back by a handler that went on.
      if (!(await queue.complete(claim)) && !completed) return log.warn('job finished after its lease was lost')
      log.info({ ms: Math.round(performance.now() - startedAt) }, 'job done')
    } catch (error) {
      await settleFailure(error)
    } finally {
      clearTimeout(deadline)
    }
  }

  async function settleFailure(error: unknown): Promise<void> {
    if (error instanceof LeaseLost) return log.warn('job lease lost')
    if (error instanceof Interrupted) return
    const hopeless = error instanceof Hopeless
    try {
      const held = await queue.fail(claim, error, { hopeless })
      if (!held) log.warn({ err: error }, 'job failed after its lease was lost')
      else if (hopeless || claim.attempt >= claim.attempts) log.error({ err: error }, 'job is dead')
      else log.warn({ err: error }, 'job failed, will be tried again')
    } catch (settling) {
      // The lease runs out and the job is tried again; nothing is lost.
      log.error({ err: settling }, 'could not record that a job failed')
    }
  }

  async function leaveForNewer(): Promise<void> {
    log.warn({ version }, 'job left for a newer worker')
    await queue
      .release(claim, NEWER_VERSION_SECONDS)
      .catch((error: unknown) => log.error({ err: error }, 'could not give a job back'))
  }

  const readable = version <= job.version
  const handled = readable ? handle() : Promise.resolve()
  return {
    claim,
    renewedAt: performance.now(),
    settled: readable ? settle(handled) : leaveForNewer(),
    handled: handled.catch(() => {}),
    abort: (reason) => abort.abort(reason),
  }
}

function readPayload(job: Job<object>, payload: object, version: number): never {
  return (version < job.version && job.upgrade ? job.upgrade(payload, version) : payload) as never
}
