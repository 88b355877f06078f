/** The test cards: what becomes of a charge is decided by the number, of which a payment method keeps the last four. */
import { createHash } from 'node:crypto'
import type { Stored, World } from '../world.ts'
import { cardError, type Decline, invalid } from './faults.ts'
import type { PaymentMethod } from './objects.ts'

const DECLINES = {
  generic_decline: { code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.' },
  insufficient_funds: {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  expired_card: { code: 'expired_card', decline_code: 'expired_card', message: 'Your card has expired.' },
  incorrect_cvc: {
    code: 'incorrect_cvc',
    decline_code: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
  },
  processing_error: {
    code: 'processing_error',
    decline_code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
} as const satisfies Record<string, Decline>

type DeclinedAtOnce = keyof typeof DECLINES
type Outcome =
  | DeclinedAtOnce
  | 'succeeds'
  | 'fails_after_attach'
  | 'authenticates_always'
  | 'authenticates_on_setup'
  | 'disputed'

interface TestCard {
  number: string
  label: string
  outcome: Outcome
}

export const cardTable = [
  { number: '4242424242424242', label: 'Succeeds', outcome: 'succeeds' },
  { number: '5555555555554444', label: 'Succeeds (Mastercard)', outcome: 'succeeds' },
  { number: '378282246310005', label: 'Succeeds (American Express)', outcome: 'succeeds' },
  { number: '4000000000000341', label: 'Is saved, but every charge fails', outcome: 'fails_after_attach' },
  { number: '4000002760003184', label: 'Asks for 3D Secure on every payment', outcome: 'authenticates_always' },
  { number: '4000002500003155', label: 'Asks for 3D Secure when it is set up', outcome: 'authenticates_on_setup' },
  { number: '4000000000000002', label: 'Is declined', outcome: 'generic_decline' },
  { number: '4000000000009995', label: 'Has insufficient funds', outcome: 'insufficient_funds' },
  { number: '4000000000000069', label: 'Has expired', outcome: 'expired_card' },
  { number: '4000000000000127', label: 'Has a wrong security code', outcome: 'incorrect_cvc' },
  { number: '4000000000000119', label: 'Meets a processing error', outcome: 'processing_error' },
  { number: '4000000000000259', label: 'Succeeds and is disputed', outcome: 'disputed' },
] as const satisfies readonly TestCard[]

/** Ids and tokens that stand for a card wherever a payment method may be named. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  visa: '4242424242424242',
  mastercard: '5555555555554444',
  amex: '378282246310005',
  chargeCustomerFail: '4000000000000341',
  authenticationRequired: '4000002760003184',
  authenticationRequiredOnSetup: '4000002500003155',
  chargeDeclined: '4000000000000002',
  visa_chargeDeclined: '4000000000000002',
  chargeDeclinedInsufficientFunds: '4000000000009995',
  visa_chargeDeclinedInsufficientFunds: '4000000000009995',
  chargeDeclinedExpiredCard: '4000000000000069',
  visa_chargeDeclinedExpiredCard: '4000000000000069',
  chargeDeclinedIncorrectCvc: '4000000000000127',
  visa_chargeDeclinedIncorrectCvc: '4000000000000127',
  chargeDeclinedProcessingError: '4000000000000119',
  visa_chargeDeclinedProcessingError: '4000000000000119',
  createDispute: '4000000000000259',
}

/** The number behind `pm_card_visa`, `tok_visa` and the like. */
export const wellKnownNumber = (id: string): string | undefined =>
  /^(pm_card|tok)_/.test(id) ? WELL_KNOWN[id.replace(/^(pm_card|tok)_/, '')] : undefined

const BRANDS: Readonly<Record<string, string>> = { 3: 'amex', 4: 'visa', 5: 'mastercard' }

function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return number.length >= 13 && sum % 10 === 0
}

const NOT_A_NUMBER: Decline = { code: 'incorrect_number', message: 'Your card number is incorrect.' }
const NOT_A_TEST_CARD: Decline = {
  code: 'card_declined',
  decline_code: 'test_mode_live_card',
  message: 'Your card was declined. Your request was in test mode, but used a non test card.',
}
const PAST_YEAR: Decline = { code: 'invalid_expiry_year', message: "Your card's expiration year is invalid." }

function outcomeOfNumber(number: string): Outcome {
  const card = cardTable.find((card) => card.number === number)
  if (card) return card.outcome
  throw cardError(passesLuhn(number) ? NOT_A_TEST_CARD : NOT_A_NUMBER)
}

export interface CardDetails {
  exp_month?: number
  exp_year?: number
  name?: string | null
  email?: string | null
}

export function createCard(world: World, number: string, details: CardDetails = {}): Stored<'payment_method'> {
  const digits = number.replace(/\D/g, '')
  const outcome = outcomeOfNumber(digits)
  if (outcome in DECLINES) throw cardError(DECLINES[outcome as DeclinedAtOnce])
  const thisYear = new Date(world.now() * 1000).getUTCFullYear()
  const year = details.exp_year ?? thisYear + 3
  if (year < thisYear) throw cardError(PAST_YEAR)
  const brand = BRANDS[digits[0] as string] ?? 'visa'
  return world.save('payment_method', {
    id: world.newId('pm_'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: {
      address: null,
      email: details.email ?? null,
      name: details.name ?? null,
      phone: null,
      tax_id: null,
    },
    card: {
      brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: brand,
      exp_month: details.exp_month ?? 12,
      exp_year: year,
      fingerprint: createHash('sha256').update(digits).digest('hex').slice(0, 16),
      funding: 'credit',
      generated_from: null,
      last4: digits.slice(-4),
      networks: { available: [brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  })
}

/** A payment method by its id; a well-known id makes a fresh card. */
export function paymentMethodNamed(world: World, id: string, param = 'payment_method'): Stored<'payment_method'> {
  const number = wellKnownNumber(id)
  return number ? createCard(world, number) : world.need('payment_method', id, param)
}

export function attachPaymentMethod(world: World, id: string, customerId: string): Stored<'payment_method'> {
  const customer = world.need('customer', customerId, 'customer')
  const method = paymentMethodNamed(world, id)
  if (method.customer === customer.id) return method
  if (method.customer !== null) {
    throw invalid('The payment method you provided has already been attached to a customer.', 'payment_method')
  }
  return world.update('payment_method', method.id, { customer: customer.id }, 'payment_method.attached')
}

/** For the use by a subscription or an invoice: a card of this customer, or a well-known one, which becomes it. */
export function customersCard(world: World, id: string, customer: string, param: string): Stored<'payment_method'> {
  if (wellKnownNumber(id)) return attachPaymentMethod(world, id, customer)
  const method = world.need('payment_method', id, param)
  if (method.customer !== customer) {
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      param,
      'resource_missing',
    )
  }
  return method
}

const outcomeOf = (method: Readonly<PaymentMethod>): Outcome =>
  cardTable.find(({ number }) => number.endsWith(method.card?.last4 ?? ''))?.outcome ?? 'succeeds'

export function needsAuthentication(world: World, id: string, use: 'payment' | 'setup'): boolean {
  const method = world.need('payment_method', id, 'payment_method')
  const outcome = outcomeOf(method)
  if (outcome === 'authenticates_on_setup') return use === 'setup' || method.customer === null
  return outcome === 'authenticates_always'
}

export const isDisputed = (method: Readonly<PaymentMethod>): boolean => outcomeOf(method) === 'disputed'

/** The next charge of this customer is declined, once, whatever the card. */
export function failNextPayment(world: World, customer: string): void {
  world.need('customer', customer, 'customer')
  world.save('next_failure', { id: customer, object: 'next_failure' })
}

/** That failure has happened. */
export function forgetNextFailure(world: World, customer: string | null): void {
  if (customer && world.table('next_failure').get(customer)) world.remove('next_failure', customer)
}

export type Verdict = { kind: 'succeeds' } | { kind: 'needs_action' } | { kind: 'declined'; decline: Decline }

/** What would become of a charge now; nothing happens yet. */
export function verdictOn(
  world: World,
  method: Readonly<PaymentMethod>,
  { customer, authenticated = false }: { customer: string | null; authenticated?: boolean },
): Verdict {
  if (customer && world.table('next_failure').get(customer)) {
    return { kind: 'declined', decline: DECLINES.generic_decline }
  }
  if (outcomeOf(method) === 'fails_after_attach') return { kind: 'declined', decline: DECLINES.generic_decline }
  if (!authenticated && needsAuthentication(world, method.id, 'payment')) return { kind: 'needs_action' }
  return { kind: 'succeeds' }
}
