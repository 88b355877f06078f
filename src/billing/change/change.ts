/** Changes plan, interval or seats: now and paid for at once, or when what was paid for is over. */
import { authorize, type TenantScope } from '#access'
import { recordAudit } from '#audit'
import { setChosenSeats } from '../checkout/queries.ts'
import { type Billing, stripeOf } from '../context.ts'
import type { Asked } from '../operations/left-behind.ts'
import { operate } from '../operations/operations.ts'
import { assertForSale } from '../sale.ts'
import { interactively, presentPrices } from '../stripe/write.ts'
import { freshen, orDecidedAgain } from '../subscription/current.ts'
import { type ChangeInput, decideChange } from './decide.ts'
import { type Terms, updateOf } from './decision.ts'
import { releaseSchedule, scheduleChange } from './schedule.ts'

interface Step extends Asked {
  subscription: string
  schedule: string | null
  /** Null where a scheduled change is undone and nothing else. */
  terms: Terms | null
  waits: boolean
}

export async function changeSubscription(billing: Billing, scope: TenantScope, input: ChangeInput): Promise<void> {
  authorize(scope, 'billing.manage')
  if (input.plan) assertForSale(input.plan)
  stripeOf(billing)
  const { tenantId } = scope
  const { plan, interval, quantity, prorationDate } = input
  const change = async () => {
    const [priceOf] = await Promise.all([presentPrices(billing), freshen(billing, tenantId)])
    await operate<Step>(billing, tenantId, {
      request: { action: 'change', plan, interval, quantity, prorationDate },
      async decide(tx) {
        const { current, target, effective, terms } = await decideChange(
          tx,
          tenantId,
          input,
          priceOf,
          billing.clock.now(),
        )
        const { schedule_id: schedule, stripe_subscription_id: subscription } = current
        if (!terms && !schedule) return undefined
        const asksSeats = quantity !== undefined
        return { subscription, schedule, target, asksSeats, terms: terms ?? null, waits: effective === 'period_end' }
      },
      perform: (step, key) => perform(billing, step, key),
      async settle(tx, { subscription, target, asksSeats, waits }) {
        if (asksSeats) await setChosenSeats(tx, tenantId, target.quantity)
        await recordAudit(tx, scope, {
          action: 'billing.subscription_changed',
          target: { type: 'subscription', id: subscription },
          details: { ...target, effective: waits ? 'period_end' : 'now' },
        })
      },
    })
  }
  await interactively(billing, () => orDecidedAgain(billing, tenantId, change))
}

async function perform(
  billing: Billing,
  { subscription, schedule, terms, waits }: Step,
  key: (part: string) => string,
): Promise<void> {
  const stripe = await stripeOf(billing).client()
  if (terms && waits) return scheduleChange(stripe, { subscription, schedule, terms }, key)
  if (terms) {
    await stripe.subscriptions.update(
      subscription,
      // Of all behaviours the one under which a declined card leaves nothing behind: no unpaid invoice, no change that
      // waits for a payment, no access that was not paid for.
      { ...updateOf(terms), payment_behavior: 'error_if_incomplete' },
      { idempotencyKey: key('update') },
    )
  }
  // After the payment: whoever is declined keeps also what was scheduled.
  if (schedule) await releaseSchedule(stripe, schedule, key)
}
