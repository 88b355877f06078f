/** What the engine does when something is due. */
import type { DueWork, World } from '../world.ts'
import { setDelinquent } from './balance.ts'
import { endAtDate } from './cancel.ts'
import { attemptPayment } from './collect.ts'
import { isEnded } from './end.ts'
import { subscriptionIdOf, voidInvoice } from './invoices.ts'
import { upcomingInvoice } from './preview.ts'
import { advanceDraft, runCycle } from './renewal.ts'
import { phaseDue } from './schedules.ts'

function expireFirstPayment(world: World, id: string): void {
  const subscription = world.table('subscription').get(id)
  if (subscription?.status !== 'incomplete') return
  const now = world.now(subscription)
  const changes = { status: 'incomplete_expired', canceled_at: now, ended_at: now, cancel_at: null } as const
  world.update('subscription', id, changes, 'customer.subscription.updated')
  const invoice = world.table('invoice').get(subscription.latest_invoice ?? '')
  if (invoice?.status === 'open') voidInvoice(world, invoice.id)
}

function expirePendingUpdate(world: World, id: string): void {
  const subscription = world.table('subscription').get(id)
  if (!subscription?.pending_update) return
  const invoice = world.table('invoice').get(subscription.latest_invoice ?? '')
  world.update('subscription', id, { pending_update: null }, 'customer.subscription.pending_update_expired')
  if (invoice?.status === 'open') voidInvoice(world, invoice.id)
}

function overdue(world: World, id: string): void {
  const invoice = world.table('invoice').get(id)
  if (invoice?.status !== 'open') return
  world.emit('invoice.overdue', invoice)
  const subscription = world.table('subscription').get(subscriptionIdOf(invoice) ?? '')
  if (subscription?.status === 'active') {
    world.update('subscription', subscription.id, { status: 'past_due' }, 'customer.subscription.updated')
  }
  setDelinquent(world, invoice, true)
}

/** `work` with the subscription, while it still lives. */
const whileItLives =
  (work: (world: World, id: string) => void) =>
  (world: World, id: string): void => {
    const subscription = world.table('subscription').get(id)
    if (subscription && !isEnded(subscription)) work(world, id)
  }

export const engineDue: DueWork = {
  'subscription.cycle': runCycle,
  'subscription.cancel': endAtDate,
  'subscription.incomplete_expiry': expireFirstPayment,
  'subscription.pending_update_expiry': expirePendingUpdate,
  'subscription.trial_will_end': whileItLives((world, id) =>
    world.emit('customer.subscription.trial_will_end', world.need('subscription', id)),
  ),
  'subscription.upcoming': whileItLives((world, id) =>
    world.emit('invoice.upcoming', upcomingInvoice(world, world.need('subscription', id))),
  ),
  'subscription.resume_collection': whileItLives((world, id) => {
    world.update('subscription', id, { pause_collection: null }, 'customer.subscription.updated')
  }),
  'subscription_schedule.phase': phaseDue,
  'invoice.advance': advanceDraft,
  'invoice.overdue': overdue,
  'invoice.retry': (world, id) => {
    if (world.table('invoice').get(id)?.status === 'open') attemptPayment(world, id)
  },
}
