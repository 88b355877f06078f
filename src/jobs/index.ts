/** Work that happens later: enqueued in the caller's transaction, run at least once, retried, scheduled, never lost. */
export { type DeadLetter, listDeadLetters, replay } from './dead-letters.ts'
export { type EnqueueOptions, enqueue } from './enqueue.ts'
export { type JobsHealth, jobsHealth } from './health.ts'
export {
  defineJob,
  Hopeless,
  handle,
  type Job,
  type JobHandler,
  type JobOptions,
  type JobRun,
  LeaseLost,
} from './job.ts'
export { installQueueSchema, QUEUE_SCHEMA, syncQueues } from './queue-schema.ts'
export { type Schedule, schedule } from './schedules.ts'
export { startWorker, type Worker, type WorkerOptions } from './worker.ts'
