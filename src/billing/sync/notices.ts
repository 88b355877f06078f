/**
 * What owners are told, worked out from what changed and never from an event: told twice or in any order, events make
 * one mail. Each notice has a key that is claimed in the transaction of the change.
 */
import { type Message, sendLater } from '#email'
import type { Tx } from '#platform/db/database.ts'
import {
  type BillingEmail,
  canceledEmail,
  paymentFailedEmail,
  planChangedEmail,
  recoveredEmail,
  trialEndingEmail,
} from '../emails.ts'
import { isLive } from '../policy.ts'
import type { Outcome } from './outcome.ts'
import { claimNotice, listOwners, type Subscription } from './queries.ts'

/** Stripe tells three days before; half a day more, so that clocks need not agree. */
const TRIAL_NOTICE_MS = 3.5 * 86_400_000

interface Notice {
  key: string
  message: (to: BillingEmail) => Message
}

/** `before` is the subscription that decided until now. */
export function noticesOf(before: Subscription | undefined, outcome: Outcome, now: Date): Notice[] {
  return [
    ...trialEnding(outcome, now),
    ...paymentFailed(outcome),
    ...(before ? [...recovered(before, outcome), ...planChanged(before, outcome), ...canceled(before, outcome)] : []),
  ]
}

function trialEnding({ current }: Outcome, now: Date): Notice[] {
  const { trial_end: trialEnd } = current ?? {}
  if (current?.status !== 'trialing' || !(trialEnd instanceof Date) || current.cancel_at) return []
  const left = trialEnd.getTime() - now.getTime()
  if (left <= 0 || left > TRIAL_NOTICE_MS) return []
  return [
    {
      key: `trial_ending:${current.stripe_subscription_id}:${trialEnd.toISOString()}`,
      message: (to) => trialEndingEmail(to, { plan: current.plan, trialEnd }),
    },
  ]
}

/** Not while somebody still stands at the first payment: the page tells them. */
function paymentFailed({ current, invoices, grant }: Outcome): Notice[] {
  if (!current || (current.status !== 'past_due' && current.status !== 'unpaid')) return []
  return invoices
    .filter(({ subscription_id: id }) => id === current.stripe_subscription_id)
    .filter(({ status, attempt_count: attempts }) => status === 'open' && attempts > 0)
    .map((invoice) => ({
      key: `payment_failed:${invoice.stripe_invoice_id}:${invoice.attempt_count}`,
      message: (to) =>
        paymentFailedEmail(to, {
          amountDue: Number(invoice.amount_due),
          currency: invoice.currency,
          nextAttempt: (invoice.next_payment_attempt as Date | null) ?? null,
          graceUntil: grant.graceUntil,
        }),
    }))
}

function recovered(before: Subscription, { current }: Outcome): Notice[] {
  const isSame = current?.stripe_subscription_id === before.stripe_subscription_id
  const owed = before.status === 'past_due' || before.status === 'unpaid'
  if (!current || !isSame || !owed || current.status !== 'active') return []
  return [
    {
      key: `recovered:${current.stripe_subscription_id}:${before.latest_invoice_id}`,
      message: (to) => recoveredEmail(to, { plan: current.plan }),
    },
  ]
}

function planChanged(before: Subscription, { current }: Outcome): Notice[] {
  if (!current || !isLive(before.status) || !isLive(current.status)) return []
  if (before.plan === current.plan && before.interval === current.interval) return []
  const { plan, interval, stripe_subscription_id: id, latest_invoice_id: invoice } = current
  return [
    {
      // The same way back and forth makes another invoice each time.
      key: `plan_changed:${id}:${before.plan}_${before.interval}:${plan}_${interval}:${invoice}`,
      message: (to) => planChangedEmail(to, { from: before.plan, to: plan, interval }),
    },
  ]
}

function canceled(before: Subscription, { current }: Outcome): Notice[] {
  if (!isLive(before.status) || current) return []
  return [
    {
      key: `canceled:${before.stripe_subscription_id}`,
      message: (to) => canceledEmail(to, { plan: before.plan }),
    },
  ]
}

export async function sendNotices(
  tx: Tx,
  tenantId: string,
  notices: readonly Notice[],
  { appUrl, now }: { appUrl: string; now: Date },
): Promise<void> {
  for (const { key, message } of notices) {
    if (!(await claimNotice(tx, tenantId, key, now))) continue
    for (const owner of await listOwners(tx, tenantId)) {
      const to = {
        to: owner.email,
        name: owner.full_name,
        tenantName: owner.tenant_name,
        url: `${appUrl}/t/${owner.slug}/billing`,
      }
      await sendLater(tx, message(to))
    }
  }
}
