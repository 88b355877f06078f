/** Reads Stripe on somebody's word, but not more often than an impatient finger would make sense of. */
import { authorize, type TenantScope } from '#access'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import type { Limiter } from '#platform/http/rate-limit.ts'
import { type Billing, stripeOf } from '../context.ts'
import { interactively } from '../stripe/write.ts'
import { syncTenant } from '../sync/sync.ts'
import { findCustomerRow } from './queries.ts'

const ONE_READING = { points: 1, seconds: 2, strict: true }

/** Whoever comes too early has what was read a moment ago. */
export async function refresh(billing: Billing, scope: TenantScope, limiter: Limiter): Promise<void> {
  authorize(scope, 'billing.manage')
  stripeOf(billing)
  const { tenantId } = scope
  const customer = await inTenant(billing.db, scope, (tx) => findCustomerRow(tx, tenantId))
  if (!customer?.stripe_customer_id || !(await isTurn(limiter, tenantId))) return
  await interactively(billing, () => syncTenant(billing, tenantId))
}

async function isTurn(limiter: Limiter, tenantId: string): Promise<boolean> {
  try {
    await limiter.hit('billing_sync', tenantId, ONE_READING)
    return true
  } catch (error) {
    if (error instanceof Refusal && error.status === 429) return false
    throw error
  }
}
