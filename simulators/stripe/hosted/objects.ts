/** The kinds of object of the hosted pages. The last two are never shown: what Stripe keeps behind a page. */
import type Stripe from 'stripe'
import type { Plain } from '../plain.ts'

export type CheckoutSession = Plain<Stripe.Checkout.Session>
export type PortalSession = Plain<Stripe.BillingPortal.Session>
export type PortalConfiguration = Plain<Stripe.BillingPortal.Configuration>
/** A line of a checkout session; the API calls it `item`. */
export type CheckoutItem = Plain<Stripe.LineItem>

/** What `subscription_data` may carry, as the contract has checked it. */
export type SubscriptionData = NonNullable<Stripe.Checkout.SessionCreateParams['subscription_data']>

/** What a checkout session was created with and does not show. By the id of the session. */
export interface CheckoutCart {
  id: string
  object: 'checkout.cart'
  items: CheckoutItem[]
  subscription_data: SubscriptionData | null
  payment_intent_data: { metadata?: Record<string, string>; description?: string } | null
  customer_update: { name: boolean }
}

/** Another price or quantity for a subscription, as its customer asks for it in the portal. */
export interface Change {
  subscription: string
  price: string
  quantity: number
  /** The moment that was previewed: the same is charged. */
  at: number
}

/** What happens when a cardholder has confirmed a card. */
export type Confirmed =
  | { kind: 'checkout'; session: string; payer: { name: string; email: string | null } }
  | { kind: 'card'; session: string; subscription: string | null }
  | ({ kind: 'change'; session: string } & Change)
  | { kind: 'invoice'; invoice: string }
  | { kind: 'payment_intent' | 'setup_intent'; intent: string }

/** A question of the cardholder's bank (3D Secure). Its id is the only way in, and it is answered once. */
export interface Challenge {
  id: string
  object: 'challenge'
  created: number
  payment_method: string
  /** Null where a card is only saved. */
  amount: number | null
  currency: string | null
  confirmed: Confirmed
  answered: boolean
}

export interface HostedKinds {
  'checkout.session': CheckoutSession
  'billing_portal.session': PortalSession
  'checkout.cart': CheckoutCart
  challenge: Challenge
}
