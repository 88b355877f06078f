/** A checkout session with every key that the API shows. */
import type Stripe from 'stripe'
import { mergeMetadata } from '../../engine/params.ts'
import type { CheckoutSession } from '../objects.ts'

type Params = Stripe.Checkout.SessionCreateParams

const message = (text: Stripe.Emptyable<{ message: string }> | undefined) => (text ? { message: text.message } : null)

export function blankSession(id: string, given: Params, now: number, baseUrl: string): CheckoutSession {
  const subscription = given.mode === 'subscription'
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: given.allow_promotion_codes ?? null,
    allowed_payment_method_types: given.allowed_payment_method_types ?? null,
    amount_subtotal: null,
    amount_total: null,
    // Without a registration for tax, which an account here has not, Stripe works out none.
    automatic_tax: {
      enabled: given.automatic_tax?.enabled ?? false,
      liability: given.automatic_tax?.enabled ? { type: 'self' } : null,
      provider: given.automatic_tax?.enabled ? 'stripe' : null,
      status: given.automatic_tax?.enabled ? 'complete' : null,
    },
    billing_address_collection: given.billing_address_collection ?? null,
    cancel_url: given.cancel_url ?? null,
    client_reference_id: given.client_reference_id ?? null,
    client_secret: null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    consent_collection: null,
    created: now,
    currency: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: message(given.custom_text?.after_submit),
      shipping_address: message(given.custom_text?.shipping_address),
      submit: message(given.custom_text?.submit),
      terms_of_service_acceptance: message(given.custom_text?.terms_of_service_acceptance),
    },
    customer: null,
    customer_account: null,
    customer_creation: subscription ? null : (given.customer_creation ?? (given.customer ? null : 'if_required')),
    customer_details: null,
    customer_email: given.customer_email ?? null,
    discounts: null,
    expires_at: now,
    integration_identifier: given.integration_identifier ?? null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: given.locale ?? null,
    managed_payments: { enabled: false },
    metadata: mergeMetadata({}, given.metadata),
    mode: given.mode as CheckoutSession['mode'],
    origin_context: given.origin_context ?? null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: subscription ? (given.payment_method_collection ?? 'always') : null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: given.mode === 'setup' ? 'no_payment_required' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: given.submit_type ?? null,
    subscription: null,
    success_url: given.success_url ?? null,
    total_details: null,
    ui_mode: 'hosted_page',
    url: `${baseUrl}/c/pay/${id}`,
    wallet_options: null,
  } as CheckoutSession
}
