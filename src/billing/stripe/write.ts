/** What every write at Stripe needs: the price of a plan, patience that ends, and what an error says about the outcome. */
import { Refusal, unavailable } from '#platform/errors.ts'
import { type Billing, stripeOf } from '../context.ts'
import { type Interval, intervals, lookupKey, type PaidPlanKey, paidPlanKeys } from '../plans.ts'
import { asking, type Stripe, type StripeAccount } from './client.ts'
import { shared } from './share.ts'

/** Stripe understood and refused: nothing was done, and the same request would be refused again. */
const FINAL = new Set([
  'StripeCardError',
  'StripeInvalidRequestError',
  'StripeAuthenticationError',
  'StripePermissionError',
  'StripeIdempotencyError',
])

/** What is at Stripe by now is not what was decided on. Nothing was asked for. */
export class Outdated extends Error {}

export function isFinal(error: unknown): boolean {
  return error instanceof Outdated || FINAL.has((error as { type?: string } | null)?.type ?? '')
}

/** Refused because of what was asked for, and not of who asked or with which card. */
export function isMisfit(error: unknown): boolean {
  return error instanceof Outdated || (error as { type?: string } | null)?.type === 'StripeInvalidRequestError'
}

export type PriceOf = (plan: PaidPlanKey, interval: Interval) => string

const sharedList = shared<StripeAccount, Stripe.Price[]>()

/** The prices that are sold at present. Read each time: a price that was replaced a minute ago cannot be bought. */
export async function presentPrices(billing: Billing): Promise<PriceOf> {
  const account = stripeOf(billing)
  const found = await sharedList(account, () => listPrices(account))
  return (plan, interval) => {
    const key = lookupKey(plan, interval)
    const id = account.prices[`${plan}_${interval}`] ?? found.find(({ lookup_key }) => lookup_key === key)?.id
    if (id) return id
    billing.log.error({ price: key }, 'the payment provider does not know a price: run "npm run billing:push"')
    throw unavailable('This plan is not set up at the payment provider. An operator has to push the plans.', 60)
  }
}

async function listPrices(account: StripeAccount): Promise<Stripe.Price[]> {
  const keys = paidPlanKeys.flatMap((plan) =>
    intervals.filter((interval) => !account.prices[`${plan}_${interval}`]).map((interval) => lookupKey(plan, interval)),
  )
  if (keys.length === 0) return []
  const client = await account.client()
  return (await client.prices.list({ lookup_keys: keys, active: true, limit: 100 })).data
}

/** Several questions to Stripe in a row are given up together, before whoever waits gives up. */
const PATIENCE_MS = 9_000

/** Runs what a person waits for. What is still under way when patience ends goes on, and can be found by its key. */
export async function interactively<T>({ log }: Pick<Billing, 'log'>, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(unavailable('The payment provider takes too long. Try again shortly.', 5)),
      PATIENCE_MS,
    )
  })
  try {
    return await Promise.race([asking(work), end])
  } catch (error) {
    if (!isMisfit(error)) throw error
    // Decided on what Stripe itself said a moment ago: most likely a fault of ours, or of the account's settings.
    log.error({ err: error, alarm: 'refused_by_stripe' }, 'billing needs a look')
    throw refused()
  } finally {
    clearTimeout(timer)
  }
}

function refused(): Refusal {
  return new Refusal(
    409,
    'BILLING_REFUSED',
    'The payment provider refuses this as things stand. Nothing was changed. Look at the subscription, then try again.',
  )
}

export function busy(detail = 'Another change to the subscription is under way. Try again in a moment.'): Refusal {
  return new Refusal(409, 'BILLING_BUSY', detail, { headers: { 'retry-after': '2' } })
}
