/** The kinds of object of the catalog: what is sold, to whom, how it is paid, and what the account has set up. */
import type Stripe from 'stripe'
import type { Plain } from '../plain.ts'

/** `data.object` is a copy as of the moment at which it happened. */
export interface StripeEvent {
  id: string
  object: 'event'
  api_version: string
  created: number
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> }
  livemode: false
  pending_webhooks: number
  request: { id: string | null; idempotency_key: string | null }
  type: string
}

export interface CatalogKinds {
  customer: Plain<Stripe.Customer>
  product: Plain<Stripe.Product>
  price: Plain<Stripe.Price>
  coupon: Plain<Stripe.Coupon>
  promotion_code: Plain<Stripe.PromotionCode>
  payment_method: Plain<Stripe.PaymentMethod>
  webhook_endpoint: Plain<Stripe.WebhookEndpoint>
  event: StripeEvent
  'billing.meter': Plain<Stripe.Billing.Meter>
  /** Kept by its `identifier`: it has no id. */
  'billing.meter_event': Plain<Stripe.Billing.MeterEvent>
  'billing_portal.configuration': Plain<Stripe.BillingPortal.Configuration>
  'test_helpers.test_clock': Plain<Stripe.TestHelpers.TestClock>
}
