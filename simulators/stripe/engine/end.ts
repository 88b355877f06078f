/** The end of a subscription, whatever the reason, once nothing is left to be invoiced. */
import type { Stored, World } from '../world.ts'
import { forget } from './due.ts'
import { leaveToCustomer, subscriptionIdOf, voidInvoice } from './invoices.ts'
import type { Subscription } from './objects.ts'
import { CANCELLED_INCOMPLETE_EVENT } from './quirks.ts'

type CancellationDetails = NonNullable<Subscription['cancellation_details']>

export const isEnded = ({ status }: { status: string | object }): boolean =>
  status === 'canceled' || status === 'incomplete_expired'

function endSchedule(world: World, id: string, aborted: boolean): void {
  const schedule = world.table('subscription_schedule').get(id)
  if (schedule?.status !== 'active' && schedule?.status !== 'not_started') return
  world.unschedule('subscription_schedule.phase', id)
  const event = aborted ? 'subscription_schedule.aborted' : 'subscription_schedule.canceled'
  world.update(
    'subscription_schedule',
    id,
    { status: 'canceled', canceled_at: world.now(schedule), current_phase: null },
    event,
  )
}

/** Its open invoices stay open, but nothing collects them by itself any more; the one of a first payment is void. */
export function endSubscription(
  world: World,
  id: string,
  details: Partial<CancellationDetails> = {},
): Stored<'subscription'> {
  const before = world.need('subscription', id)
  const now = world.now(before)
  const neverPaid = before.status === 'incomplete'
  forget(world, id)
  const isCollected = (status: unknown) => status === 'open' || status === 'draft'
  const collected = world.table('invoice').filter((each) => subscriptionIdOf(each) === id && isCollected(each.status))
  const current = before.cancellation_details ?? { comment: null, feedback: null, feedback_option: null, reason: null }
  const ended = world.update(
    'subscription',
    id,
    {
      status: neverPaid ? 'incomplete_expired' : 'canceled',
      canceled_at: before.canceled_at ?? now,
      ended_at: now,
      pending_update: null,
      schedule: null,
      cancellation_details: { ...current, ...details },
    },
    neverPaid ? CANCELLED_INCOMPLETE_EVENT : 'customer.subscription.deleted',
  )
  if (before.schedule) endSchedule(world, before.schedule, details.reason === 'payment_failed')
  for (const invoice of collected) {
    if (neverPaid && invoice.status === 'open') voidInvoice(world, invoice.id)
    else leaveToCustomer(world, invoice.id)
  }
  return ended
}
