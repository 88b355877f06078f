import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { unavailable } from '#platform/errors.ts'
import type { Logger } from '#platform/log.ts'
import type { StripeAccount } from './stripe/client.ts'

/** What every part of billing works with. */
export interface Billing {
  db: Database
  clock: Clock
  log: Logger
  /** Without one nothing can be bought; what was bought before goes on. */
  stripe: StripeAccount | undefined
  appUrl: string
}

export function stripeOf({ stripe }: Pick<Billing, 'stripe'>): StripeAccount {
  if (!stripe) throw unavailable('Payments are not set up here. An operator has to configure Stripe.', 3600)
  return stripe
}
