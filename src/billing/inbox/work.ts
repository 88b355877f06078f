/**
 * What follows from an event: its customer is read again, and everything that this changes is written together with the
 * end of the event and of its job. One that fails by itself again and again is put aside, and the others go on.
 */
import { Hopeless, handle, type JobHandler, type JobRun, LeaseLost, type Schedule, schedule } from '#jobs'
import { asSystem } from '#platform/db/scoped.ts'
import { scrub } from '#platform/log.ts'
import type { Billing } from '../context.ts'
import { isOutage } from '../stripe/outage.ts'
import { syncCustomer } from '../sync/sync.ts'
import { POISON_AFTER, pruneEvents, stripeEvent } from './jobs.ts'
import { countFailure, deleteEventsBefore, findEvent, type KeptEvent, setState } from './queries.ts'

/** Longer than Stripe sends or lists an event, so that none is taken for new. */
const KEEP_DAYS = 90
const LONGEST_NOTE = 500

export function inboxJobs(billing: Billing): JobHandler[] {
  return [
    handle(stripeEvent, (run) => workOff(billing, run)),
    handle(pruneEvents, ({ db, clock }) => {
      const before = new Date(clock.now().getTime() - KEEP_DAYS * 86_400_000)
      return asSystem(db, 'forget old Stripe events of all tenants', (tx) => deleteEventsBefore(tx, before))
    }),
  ]
}

export const inboxSchedules: Schedule[] = [schedule(pruneEvents, { cron: '53 3 * * *', payload: {} })]

async function workOff(billing: Billing, run: JobRun<{ event_id: string }>): Promise<void> {
  const id = run.payload.event_id
  const event = await asSystem(billing.db, 'read the Stripe event of a job', async (tx) => {
    const event = await findEvent(tx, id)
    // Its job was replayed from the dead letters.
    if (event?.state === 'dead')
      await setState(tx, id, { state: 'pending', note: null, now: run.clock.now(), attempts: 0 })
    return event
  })
  if (!event?.customer_id || event.state === 'done' || event.state === 'ignored') return
  try {
    const synced = await syncCustomer(billing, event.customer_id, {
      isPatient: true,
      forEvent: id,
      within: (tx) => run.complete(tx),
    })
    if (synced === 'unknown') await loseCustomer(billing, event)
  } catch (error) {
    if (error instanceof LeaseLost) throw error
    await fail(billing, event, run, error)
  }
}

/** The customer was known when the event came: deleted meanwhile, and settled with that, or moved by hand. */
async function loseCustomer(
  { db, clock, log }: Billing,
  { id, type, customer_id: customer }: KeptEvent,
): Promise<void> {
  await asSystem(db, 'put an event aside whose customer is gone', (tx) =>
    setState(tx, id, { state: 'unmatched', note: 'No tenant has this customer any more.', now: clock.now() }),
  )
  log.error({ event: id, type, customer, alarm: 'unmatched_event' }, 'billing needs a look')
}

async function fail(
  { db, clock, log }: Billing,
  { id, type, customer_id: customer }: KeptEvent,
  run: JobRun<object>,
  error: unknown,
): Promise<never> {
  const isLast = run.attempt >= stripeEvent.attempts
  if (isOutage(error) && !isLast) throw error
  const note = scrub(error instanceof Error ? error.message : String(error)).slice(0, LONGEST_NOTE)
  const isDead = await asSystem(db, 'count a failure of a Stripe event', async (tx) => {
    const failures = await countFailure(tx, id, note)
    if (!isLast && (failures === undefined || failures < POISON_AFTER)) return false
    await setState(tx, id, { state: 'dead', note, now: clock.now() })
    return true
  })
  if (!isDead) throw error
  log.error({ err: error, event: id, type, customer, alarm: 'dead_event' }, 'billing needs a look')
  throw new Hopeless(note, { cause: error })
}
