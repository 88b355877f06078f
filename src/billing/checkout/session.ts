/** What a checkout page of Stripe's is asked for. Everything comes from our own tables. */
import { plans } from '../plans.ts'
import type { Stripe } from '../stripe/client.ts'
import type { Checkout } from './queries.ts'

export interface SessionFacts {
  tenantId: string
  customerId: string
  priceId: string
  billingPage: string
}

export function sessionOf(
  checkout: Pick<Checkout, 'id' | 'plan' | 'quantity' | 'with_trial'>,
  { tenantId, customerId, priceId, billingPage }: SessionFacts,
): Stripe.Checkout.SessionCreateParams {
  // For people who look at it in Stripe's dashboard. Nothing here is decided by it.
  const metadata = { plinth_tenant: tenantId, plinth_checkout: checkout.id }
  const { trialDays } = plans[checkout.plan as keyof typeof plans]
  return {
    mode: 'subscription',
    customer: customerId,
    client_reference_id: tenantId,
    line_items: [{ price: priceId, quantity: checkout.quantity }],
    allow_promotion_codes: true,
    metadata,
    subscription_data: { metadata, ...(checkout.with_trial && { trial_period_days: trialDays }) },
    success_url: `${billingPage}?checkout=done`,
    cancel_url: `${billingPage}?checkout=canceled`,
  }
}
