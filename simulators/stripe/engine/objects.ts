/** The kinds of object of the engine: subscriptions, what they bill, and how it is paid. */
import type Stripe from 'stripe'
import type { Plain } from '../plain.ts'

export type Subscription = Plain<Stripe.Subscription>
export type SubscriptionItem = Plain<Stripe.SubscriptionItem>
export type SubscriptionSchedule = Plain<Stripe.SubscriptionSchedule>
export type Invoice = Plain<Stripe.Invoice>
/** A line of an invoice. */
export type LineItem = Plain<Stripe.InvoiceLineItem>
export type InvoiceItem = Plain<Stripe.InvoiceItem>
export type InvoicePayment = Plain<Stripe.InvoicePayment>
export type PaymentIntent = Plain<Stripe.PaymentIntent>
export type SetupIntent = Plain<Stripe.SetupIntent>
export type Charge = Plain<Stripe.Charge>
export type Refund = Plain<Stripe.Refund>
export type CreditNote = Plain<Stripe.CreditNote>
export type BalanceTransaction = Plain<Stripe.CustomerBalanceTransaction>
export type Discount = Plain<Stripe.Discount>
export type Customer = Plain<Stripe.Customer>
export type Price = Plain<Stripe.Price>
export type Coupon = Plain<Stripe.Coupon>
export type PaymentMethod = Plain<Stripe.PaymentMethod>

/** Never shown: this customer's next charge is declined, once. By the id of the customer. */
export interface NextFailure {
  id: string
  object: 'next_failure'
}

export interface EngineKinds {
  subscription: Subscription
  subscription_schedule: SubscriptionSchedule
  invoice: Invoice
  invoiceitem: InvoiceItem
  invoice_payment: InvoicePayment
  payment_intent: PaymentIntent
  setup_intent: SetupIntent
  charge: Charge
  refund: Refund
  credit_note: CreditNote
  customer_balance_transaction: BalanceTransaction
  discount: Discount
  next_failure: NextFailure
}
