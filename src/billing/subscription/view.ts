/** What a tenant has: its plan, what it may use and uses, what it pays and owes. */
import { authorize, permissionsOf, type TenantScope } from '#access'
import type { Tx } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { accessAt, findEntitlement, listLimits } from '#tenants'
import { type UsedOf, usedOfLimit } from '../change/impact.ts'
import type { Billing } from '../context.ts'
import { isPlanKey, type LimitKey, type PlanKey, paidPlanKeys, plans, startingGrant } from '../plans.ts'
import { isLive } from '../policy.ts'
import { currentSubscription, type Subscription } from '../sync/queries.ts'
import { findCustomerRow, findOpenInvoice } from './queries.ts'

export function readSubscription({ db, clock }: Billing, scope: TenantScope, usedOf: UsedOf) {
  authorize(scope, 'billing.read')
  return inTenant(db, scope, (tx) => viewOf(tx, scope, usedOf, clock.now()))
}

async function viewOf(tx: Tx, scope: TenantScope, usedOf: UsedOf, now: Date) {
  const { tenantId, role } = scope
  const [held, found, customer, limits] = await Promise.all([
    findEntitlement(tx, tenantId),
    currentSubscription(tx, tenantId),
    findCustomerRow(tx, tenantId),
    limitsOf(tx, tenantId, usedOf),
  ])
  const invoice = permissionsOf(role).includes('billing.invoices') ? await findOpenInvoice(tx, tenantId) : undefined
  // Whoever has none is refused what is paid for; the next comparison with Stripe makes it again.
  const entitlement = held ?? startingGrant
  const { plan, status, graceUntil } = entitlement
  const access = accessAt(entitlement, now)
  const current = found && isLive(found.status) ? found : undefined
  const seats = limits.find(({ key }) => key === 'seats')
  return {
    plan,
    plan_name: isPlanKey(plan) ? plans[plan].name : plan,
    status,
    access,
    interval: current?.interval ?? null,
    currency: current?.currency ?? null,
    unit_amount: current?.unit_amount ?? null,
    seats: { used: seats?.used ?? 0, limit: seats?.limit ?? null, quantity: current?.quantity ?? null },
    current_period_end: textOf(current?.current_period_end),
    trial_end: current?.status === 'trialing' ? textOf(current.trial_end) : null,
    cancel_at: textOf(current?.cancel_at),
    grace_until: access === 'grace' ? textOf(graceUntil) : null,
    scheduled_change: scheduledOf(current),
    open_invoice: invoice
      ? {
          id: invoice.stripe_invoice_id,
          number: invoice.number,
          amount_due: invoice.amount_due,
          currency: invoice.currency,
          hosted_invoice_url: invoice.hosted_invoice_url,
        }
      : null,
    limits,
    features: [...(access === 'none' ? plans.free.features : entitlement.features)],
    trial_available: !current && !customer?.trial_used_at && paidPlanKeys.some((key) => plans[key].trialDays > 0),
    synced_at: textOf(customer?.synced_at),
  }
}

export type SubscriptionView = Awaited<ReturnType<typeof viewOf>>

async function limitsOf(tx: Tx, tenantId: string, usedOf: UsedOf) {
  const limits = new Map((await listLimits(tx, tenantId)).map(({ key, value }) => [key, value]))
  return Promise.all(
    (Object.keys(plans.free.limits) as LimitKey[]).map(async (key) => ({
      key,
      used: await usedOfLimit(tx, tenantId, key, usedOf),
      limit: limits.get(key) ?? null,
    })),
  )
}

function scheduledOf(current: Subscription | undefined) {
  if (!current?.scheduled_at) return null
  const { scheduled_plan: plan, scheduled_interval: interval, scheduled_quantity: quantity, scheduled_at: at } = current
  return { plan: plan as PlanKey, interval: interval as 'month' | 'year', quantity, at: at.toISOString() }
}

const textOf = (date: Date | null | undefined): string | null => date?.toISOString() ?? null
