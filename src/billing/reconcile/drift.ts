/** Where our copy of a customer differs from what it should be. Pure. */
import type { Entitlement, listLimits } from '#tenants'
import { isLive } from '../policy.ts'
import { seatsWanted } from '../seats/wanted.ts'
import type { Outcome } from '../sync/outcome.ts'
import type { Customer, InvoiceRow, Subscription } from '../sync/queries.ts'

export interface Drift {
  kind: string
  tenant_id: string | null
  /** An id at Stripe, or the name of a limit. */
  subject: string
  detail: string
  /** What is not healed needs somebody to look. */
  healed: boolean
}

export type Difference = Pick<Drift, 'kind' | 'subject' | 'detail'>

export interface Stored {
  customer: Customer
  subscriptions: readonly Subscription[]
  invoices: readonly InvoiceRow[]
  entitlement: Entitlement | undefined
  limits: Awaited<ReturnType<typeof listLimits>>
  activeMembers: number
}

export const MISSING = 'It is missing here.'

/** What a sync sets right. */
export function differencesOf(outcome: Outcome, stored: Stored): Difference[] {
  const { customer } = stored
  return [
    ...rowsThatDiffer('subscription', 'stripe_subscription_id', outcome.subscriptions, stored.subscriptions),
    ...rowsThatDiffer('invoice', 'stripe_invoice_id', outcome.invoices, stored.invoices),
    ...entitlementThatDiffers(outcome, stored),
    ...fieldsThatDiffer(
      'limits',
      customer.stripe_customer_id,
      outcome.grant.limits,
      Object.fromEntries(stored.limits.map(({ key, value }) => [key, value])),
    ),
    ...fieldsThatDiffer(
      'customer',
      customer.stripe_customer_id,
      { past_due_since: outcome.pastDueSince, trial_used_at: outcome.trialUsedAt },
      customer,
    ),
  ]
}

/** Set right by the job that counts members. */
export function seatsThatDiffer({ current }: Outcome, { customer, activeMembers }: Stored): Difference[] {
  if (!current || !isLive(current.status)) return []
  const wanted = seatsWanted(current, customer.chosen_seats, activeMembers)
  const later = wanted.next && wanted.next.quantity !== current.scheduled_quantity
  if (current.quantity === wanted.now && !later) return []
  const detail = later
    ? `${current.scheduled_quantity} are to be paid for from the next period on, and ${wanted.next?.quantity} are wanted.`
    : `${current.quantity} are paid for, and ${wanted.now} are wanted.`
  return [{ kind: 'seats', subject: current.stripe_subscription_id, detail }]
}

/** They stay payable after the end of their subscription, and whether they should is for people to decide. */
export function openAfterEnd({ current, invoices }: Outcome): Difference[] {
  return invoices
    .filter(({ status, subscription_id: id }) => status === 'open' && id && id !== current?.stripe_subscription_id)
    .map((invoice) => ({
      kind: 'open_invoice_after_end',
      subject: invoice.stripe_invoice_id,
      detail: `${invoice.amount_due} ${invoice.currency} can still be paid for a subscription that has ended.`,
    }))
}

function entitlementThatDiffers(outcome: Outcome, { customer, entitlement }: Stored): Difference[] {
  const subject = customer.stripe_customer_id
  if (!entitlement) return [{ kind: 'entitlement', subject, detail: MISSING }]
  const features = [...entitlement.features].sort()
  return fieldsThatDiffer('entitlement', subject, entitlementOf(outcome), { ...entitlement, features })
}

function entitlementOf({ grant }: Outcome): object {
  const { plan, status, access, graceUntil, features } = grant
  return { plan, status, access, graceUntil, features: [...features].sort() }
}

function rowsThatDiffer<Key extends string>(
  kind: string,
  key: Key,
  wanted: readonly Record<Key, unknown>[],
  present: readonly Record<Key, unknown>[],
): Difference[] {
  const byKey = new Map(present.map((row) => [row[key], row]))
  return wanted.flatMap((row) => {
    const stored = byKey.get(row[key])
    if (!stored) return [{ kind, subject: String(row[key]), detail: MISSING }]
    return fieldsThatDiffer(kind, String(row[key]), row, stored)
  })
}

function fieldsThatDiffer(kind: string, subject: string, wanted: object, present: object): Difference[] {
  const stored = present as Record<string, unknown>
  const fields = Object.entries(wanted).filter(([name, value]) => textOf(value) !== textOf(stored[name]))
  if (fields.length === 0) return []
  const detail = fields.map(([name, value]) => `${name} is ${textOf(stored[name])}, should be ${textOf(value)}`)
  return [{ kind, subject, detail: `${detail.join('; ')}.` }]
}

const textOf = (value: unknown): string => (value instanceof Date ? value.toISOString() : JSON.stringify(value ?? null))
