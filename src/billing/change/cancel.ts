/** Ends a subscription with the period that is paid for, and takes back what was scheduled: its end or a change. */
import { authorize, type TenantScope } from '#access'
import { recordAudit } from '#audit'
import { countActiveMembers } from '#tenants'
import { setChosenSeats } from '../checkout/queries.ts'
import { type Billing, stripeOf } from '../context.ts'
import { operate } from '../operations/operations.ts'
import { interactively } from '../stripe/write.ts'
import { freshen, liveOr409, orDecidedAgain } from '../subscription/current.ts'
import { currentSubscription } from '../sync/queries.ts'
import { releaseSchedule } from './schedule.ts'

interface Step {
  subscription: string
  schedule: string | null
  quantity: number
  /** What is asked of the subscription itself. */
  end: 'set' | 'undo' | null
}

export function cancelSubscription(billing: Billing, scope: TenantScope): Promise<void> {
  return settleEnd(billing, scope, 'cancel')
}

export function resumeSubscription(billing: Billing, scope: TenantScope): Promise<void> {
  return settleEnd(billing, scope, 'resume')
}

async function settleEnd(billing: Billing, scope: TenantScope, action: 'cancel' | 'resume'): Promise<void> {
  authorize(scope, 'billing.manage')
  stripeOf(billing)
  const { tenantId } = scope
  const settled = async () => {
    await freshen(billing, tenantId)
    await operate<Step>(billing, tenantId, {
      request: { action },
      async decide(tx) {
        const current = liveOr409(await currentSubscription(tx, tenantId))
        const { stripe_subscription_id: subscription, schedule_id: schedule, quantity } = current
        if (action === 'cancel') return current.cancel_at ? undefined : { subscription, schedule, quantity, end: 'set' }
        if (current.cancel_at) return { subscription, schedule, quantity, end: 'undo' }
        return current.scheduled_at ? { subscription, schedule, quantity, end: null } : undefined
      },
      perform: (step, key) => perform(billing, step, key),
      async settle(tx, { subscription, schedule, quantity }) {
        // With the scheduled change goes the number of seats that was asked for with it.
        if (schedule) {
          const members = await countActiveMembers(tx, tenantId)
          await setChosenSeats(tx, tenantId, quantity > members ? quantity : null)
        }
        await recordAudit(tx, scope, {
          action: action === 'cancel' ? 'billing.cancellation_scheduled' : 'billing.resumed',
          target: { type: 'subscription', id: subscription },
        })
      },
    })
  }
  await interactively(billing, () => orDecidedAgain(billing, tenantId, settled))
}

async function perform(
  billing: Billing,
  { subscription, schedule, end }: Step,
  key: (part: string) => string,
): Promise<void> {
  const stripe = await stripeOf(billing).client()
  // Stripe lets nobody end a subscription past its schedule, or take an end back.
  if (schedule) await releaseSchedule(stripe, schedule, key)
  if (end === 'set') {
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true }, { idempotencyKey: key('cancel') })
  }
  if (end === 'undo') {
    // The API sets a flag, the portal a date; each is taken back where it was set, and both at once are refused.
    const { cancel_at_period_end: byFlag, cancel_at: date } = await stripe.subscriptions.retrieve(subscription)
    if (byFlag) {
      await stripe.subscriptions.update(subscription, { cancel_at_period_end: false }, { idempotencyKey: key('flag') })
    } else if (date) {
      await stripe.subscriptions.update(subscription, { cancel_at: '' }, { idempotencyKey: key('date') })
    }
  }
}
