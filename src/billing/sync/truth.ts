/**
 * What Stripe says of a customer, as far as it may be believed. A key of another account, or of the other mode, makes all
 * customers look as if they had never been, and nobody's access may depend on such a mistake.
 */
import { type Billing, stripeOf } from '../context.ts'
import { ForeignCustomer } from '../stripe/foreign.ts'
import { type ReadOptions, readCustomer, type Truth, type Unfinished } from '../stripe/read.ts'
import type { Customer } from './queries.ts'

export interface TruthOptions extends ReadOptions {
  /** Somebody has made sure that the key is the right one: whom Stripe does not know is gone. */
  forgetsUnknown?: boolean
}

export async function readTruth(
  billing: Billing,
  { stripe_customer_id: customerId, tenant_id: tenantId, livemode }: Customer,
  unfinished: Unfinished,
  options: TruthOptions = {},
): Promise<Truth> {
  const account = stripeOf(billing)
  const foreign = (kind: ForeignCustomer['kind']) => {
    billing.log.error({ alarm: kind, tenant_id: tenantId, customer: customerId }, 'billing needs a look')
    return new ForeignCustomer(kind)
  }
  if (livemode !== null && livemode !== account.livemode) throw foreign('customer_of_other_mode')
  const truth = await readCustomer(billing, customerId, unfinished, options)
  // Stripe forgets nobody by itself, and the local one whenever a developer removes its state.
  const isBelieved = options.forgetsUnknown || account.mode === 'local'
  if (truth.standing === 'unknown' && !isBelieved) throw foreign('customer_unknown')
  return truth
}
