/** What customers can do by themselves on Stripe's pages. */
import type { Stripe } from '../stripe/client.ts'

/** By this the configuration is ours among others of the account. */
export const PORTAL_MARK = { plinth: 'portal' } as const

export async function findPortalConfiguration(client: Stripe): Promise<Stripe.BillingPortal.Configuration | undefined> {
  for await (const configuration of client.billingPortal.configurations.list({ active: true, limit: 100 })) {
    if (configuration.metadata?.plinth === PORTAL_MARK.plinth) return configuration
  }
  return undefined
}

/**
 * Seats are not changed there: they follow from members. Plans are, for cards that ask their owner at every payment,
 * which our own page cannot; in the same way as here, upgrades at once and the rest with the end of the period.
 */
export function portalFeatures(
  sold: readonly { product: string; prices: string[] }[],
): Stripe.BillingPortal.ConfigurationCreateParams.Features {
  return {
    customer_update: { enabled: true, allowed_updates: ['name', 'email', 'address', 'tax_id'] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true, mode: 'at_period_end', proration_behavior: 'none' },
    subscription_update: {
      enabled: true,
      default_allowed_updates: ['price'],
      products: [...sold],
      proration_behavior: 'always_invoice',
      schedule_at_period_end: {
        conditions: [{ type: 'decreasing_item_amount' }, { type: 'shortening_interval' }],
      },
    },
  }
}
