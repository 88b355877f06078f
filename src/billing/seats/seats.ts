/** As many seats are paid for as there are active members, and at least as many as an owner asked for. */
import { recordAudit } from '#audit'
import { handle, type JobHandler } from '#jobs'
import type { Tx } from '#platform/db/database.ts'
import { countActiveMembers, membersChanged } from '#tenants'
import { scheduleSeats } from '../change/schedule.ts'
import { type Billing, stripeOf } from '../context.ts'
import { operate } from '../operations/operations.ts'
import { isLive } from '../policy.ts'
import { findCustomerRow } from '../subscription/queries.ts'
import { currentSubscription } from '../sync/queries.ts'
import { seatsWanted, type WantedSeats } from './wanted.ts'

interface Step extends WantedSeats {
  subscription: string
  item: string
  from: number
}

/** Told once for all changes within a few seconds. Absolute numbers, so that it does not matter how often. */
export function seatsJob(billing: Billing): JobHandler {
  return handle(membersChanged, ({ payload }) => syncSeats(billing, payload.tenant_id))
}

export async function syncSeats(billing: Billing, tenantId: string): Promise<void> {
  if (!billing.stripe) return
  const operation = {
    request: { action: 'seats' },
    decide: (tx: Tx) => decide(tx, tenantId),
    perform: (step: Step, key: (part: string) => string) => perform(billing, step, key),
    async settle(tx: Tx, { subscription, from, now }: Step) {
      await recordAudit(
        tx,
        { kind: 'system', tenantId, name: 'billing' },
        {
          action: 'billing.seats_changed',
          target: { type: 'subscription', id: subscription },
          details: { from, to: now },
        },
      )
    },
  }
  // What was begun before a crash is finished first, with the number of then.
  while (await operate(billing, tenantId, operation));
}

async function decide(tx: Tx, tenantId: string): Promise<Step | undefined> {
  const current = await currentSubscription(tx, tenantId)
  if (!current || !isLive(current.status)) return undefined
  const members = await countActiveMembers(tx, tenantId)
  const customer = await findCustomerRow(tx, tenantId)
  const { now, next } = seatsWanted(current, customer?.chosen_seats ?? null, members)
  const { stripe_subscription_id: subscription, item_id: item, quantity: from, scheduled_quantity: later } = current
  if (now === from && (!next || next.quantity === later)) return undefined
  return { subscription, item, from, now, next }
}

/** The difference is part of the next invoice, so that a busy week is not a dozen of them. */
async function perform(billing: Billing, { subscription, item, now, next }: Step, key: (part: string) => string) {
  const stripe = await stripeOf(billing).patientClient()
  if (next) return scheduleSeats(stripe, next.schedule, { now, later: next.quantity }, key)
  await stripe.subscriptions.update(
    subscription,
    { items: [{ id: item, quantity: now }], proration_behavior: 'create_prorations' },
    { idempotencyKey: key('seats') },
  )
}
