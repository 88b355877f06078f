/**
 * Recurring jobs. Every worker computes the slots of every schedule and adds their jobs; a unique index over schedule
 * and slot lets exactly one of them succeed. There is no leader to lose.
 */
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import type { Logger } from '#platform/log.ts'
import { enqueueSlot } from './enqueue.ts'
import type { Job } from './job.ts'
import type { Queue } from './queue.ts'
import { every } from './repeat.ts'

export interface Schedule {
  /** Names the schedule in the database; two schedules of one job must differ. */
  readonly key: string
  readonly job: Job<object>
  readonly cron: string
  readonly timezone: string
  readonly payload: object
}

export interface ScheduleOptions<P> {
  /** Five fields, or six with seconds first. */
  cron: string
  payload: P
  timezone?: string
  key?: string
}

export function schedule<P extends object>(
  job: Job<P>,
  { cron, payload, timezone = 'UTC', key = job.name }: ScheduleOptions<P>,
): Schedule {
  return { key, job: job as Job<object>, cron, timezone, payload }
}

/** Slots younger than this all run. Of those missed in a longer silence, up to the second limit, only the last one does. */
const EVERY_SLOT_SECONDS = 120
const LAST_SLOT_SECONDS = 3600
const NEVER = new Date(8.64e15)

export interface SchedulesOptions {
  db: Database
  queue: Queue
  log: Logger
  clock: Clock
  schedules: readonly Schedule[]
  everySeconds: number
}

export function startSchedules({ db, queue, log, clock, schedules, everySeconds }: SchedulesOptions): {
  stop(): Promise<void>
} {
  /** Everything up to here is done, and nothing is due before `next`. */
  const progress = new Map<Schedule, { until: Date; next: Date }>()

  async function nextSlot(schedule: Schedule, from: Date): Promise<Date> {
    const [slot = NEVER] = await queue.boss.previewSchedule(schedule.cron, { tz: schedule.timezone, from, count: 1 })
    return slot
  }

  async function slotsBetween(schedule: Schedule, from: Date, to: Date): Promise<Date[]> {
    const slots: Date[] = []
    for (let slot = await nextSlot(schedule, from); slot <= to; slot = await nextSlot(schedule, slot)) slots.push(slot)
    return slots
  }

  async function dueSlots(schedule: Schedule, now: Date): Promise<Date[]> {
    const earlier = (seconds: number) => new Date(now.getTime() - seconds * 1000)
    const since = progress.get(schedule)?.until ?? earlier(LAST_SLOT_SECONDS)
    const recent = earlier(EVERY_SLOT_SECONDS)
    if (since >= recent) return slotsBetween(schedule, since, now)
    const slots = await slotsBetween(schedule, recent, now)
    return slots.length > 0 ? slots : (await slotsBetween(schedule, earlier(LAST_SLOT_SECONDS), now)).slice(-1)
  }

  async function runDue(schedule: Schedule): Promise<void> {
    const now = clock.now()
    const last = progress.get(schedule)
    if (last && now < last.next && now >= last.until) return
    for (const slot of await dueSlots(schedule, now)) {
      const added = await enqueueSlot(db, schedule.job, schedule.payload, schedule.key, slot)
      if (added) log.debug({ schedule: schedule.key, slot }, 'scheduled job added')
    }
    progress.set(schedule, { until: now, next: await nextSlot(schedule, now) })
  }

  return every(everySeconds, log, async () => {
    for (const schedule of schedules) {
      await runDue(schedule).catch((error: unknown) =>
        log.error({ err: error, schedule: schedule.key }, 'schedule could not run'),
      )
    }
  })
}
