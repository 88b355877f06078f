/** What a kind of work is called, how it is retried, and how long a run may take. */

import type { Clock } from '#platform/clock.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import type { Logger } from '#platform/log.ts'

declare const payloadType: unique symbol

export interface Job<P> {
  readonly name: string
  /** Runs before the job is put among the dead letters. */
  readonly attempts: number
  /** Waits this long after the first failure and up to twice as long after each further one, with jitter. */
  readonly retryDelaySeconds: number
  readonly retryDelayMaxSeconds: number
  /** A run that takes longer is aborted and counts as failed. */
  readonly expireSeconds: number
  /** Runs at once in one process. */
  readonly concurrency: number
  /** Runs at once for one tenant, over all processes, so that one tenant's backlog leaves room for the others. */
  readonly perTenant: number | undefined
  /** Raised when the payload changes shape. Jobs of a newer version than the code knows are left for newer workers. */
  readonly version: number
  readonly upgrade: ((payload: unknown, version: number) => P) | undefined
  readonly [payloadType]?: P
}

export interface JobOptions<P> {
  attempts?: number
  retryDelaySeconds?: number
  retryDelayMaxSeconds?: number
  expireSeconds?: number
  concurrency?: number
  perTenant?: number
  version?: number
  /** Turns a payload of an older version into the present one; a deployment meets jobs that older code enqueued. */
  upgrade?: (payload: unknown, version: number) => P
}

/** What pg-boss takes for the name of a queue. */
const NAME = /^[\w.-]{1,100}$/

export function defineJob<P extends object>(name: string, options: JobOptions<P> = {}): Job<P> {
  if (!NAME.test(name))
    throw new TypeError(`"${name}" is not a job name: letters, digits, dot, dash and underscore only.`)
  const { version = 1, upgrade } = options
  if (version > 1 && !upgrade)
    throw new TypeError(`Job ${name} is at version ${version} and must say how older payloads are upgraded.`)
  return {
    name,
    attempts: options.attempts ?? 8,
    retryDelaySeconds: options.retryDelaySeconds ?? 1,
    retryDelayMaxSeconds: options.retryDelayMaxSeconds ?? 3600,
    expireSeconds: options.expireSeconds ?? 300,
    concurrency: options.concurrency ?? 4,
    perTenant: options.perTenant,
    version,
    upgrade,
  }
}

/** What a handler gets. Handlers run at least once: a run can be repeated after its effects, unless it uses `complete`. */
export interface JobRun<P> {
  readonly payload: P
  /** Stays the same over all attempts: the idempotency key of whatever the handler asks of others. */
  readonly jobId: string
  readonly tenantId: string | null
  /** 1 on the first run. */
  readonly attempt: number
  /** Aborted when the run takes too long, has lost its lease, or the process is about to end. */
  readonly signal: AbortSignal
  readonly db: Database
  readonly log: Logger
  readonly clock: Clock
  /**
   * Marks the job as done inside the caller's transaction, so that effect and completion commit together or not at
   * all. Throws `LeaseLost`, and so rolls the effect back, when the job has meanwhile been given to another worker.
   * Works under every role.
   */
  complete(tx: Tx): Promise<void>
}

export interface JobHandler {
  readonly job: Job<object>
  readonly run: (run: JobRun<never>) => Promise<void>
}

export function handle<P extends object>(job: Job<P>, run: (run: JobRun<P>) => Promise<void>): JobHandler {
  return { job: job as Job<object>, run: run as JobHandler['run'] }
}

/** Thrown by a handler when no retry can help: the job goes to the dead letters at once. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless'
}

/** The job was given to another worker, because this one seemed dead or took too long. Its effects must not commit. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}
