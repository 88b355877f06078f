/**
 * Products and prices at Stripe, as plans.ts says. Amounts cannot be changed there: a new price takes the lookup key, by
 * which prices are sold. The old one stays active, because a schedule must be able to name what its subscriber pays now.
 */
import { currency, type Interval, intervals, lookupKey, type PaidPlanKey, plans } from '../plans.ts'
import type { Stripe, StripeAccount } from '../stripe/client.ts'
import { isMissing } from '../stripe/read.ts'
import { idOf } from '../stripe/view.ts'

export interface PushedPlan {
  product: string
  prices: string[]
}

export type Say = (line: string) => void

export async function pushPlan(
  client: Stripe,
  { prices: named }: Pick<StripeAccount, 'prices'>,
  plan: PaidPlanKey,
  say: Say,
): Promise<PushedPlan> {
  const product = await pushProduct(client, plan, say)
  const prices: string[] = []
  for (const interval of intervals) {
    const id = named[`${plan}_${interval}`]
    prices.push(
      id ? await checkNamed(client, id, plan, interval, say) : await pushPrice(client, product, plan, interval, say),
    )
  }
  // The portal offers prices of one product; those named by the environment may be of another.
  return { product, prices: await pricesOf(client, product, prices) }
}

async function pushProduct(client: Stripe, plan: PaidPlanKey, say: Say): Promise<string> {
  const id = `plinth_${plan}`
  const { name, description } = plans[plan]
  const wanted = { name, description, metadata: { plinth_plan: plan } }
  const found = await orMissing(client.products.retrieve(id))
  if (!found) {
    await client.products.create({ id, ...wanted })
    say(`product ${id}: created`)
  } else if (!found.active || found.name !== name || found.description !== description) {
    await client.products.update(id, { ...wanted, active: true })
    say(`product ${id}: updated`)
  } else say(`product ${id}: unchanged`)
  return id
}

async function pushPrice(
  client: Stripe,
  product: string,
  plan: PaidPlanKey,
  interval: Interval,
  say: Say,
): Promise<string> {
  const key = lookupKey(plan, interval)
  const amount = amountOf(plan, interval)
  const [old] = (await client.prices.list({ lookup_keys: [key], limit: 1 })).data
  if (old?.active && isAsWanted(old, plan, interval) && idOf(old.product) === product) {
    say(`price ${key}: unchanged (${old.id})`)
    return old.id
  }
  const price = await client.prices.create(
    {
      product,
      currency,
      unit_amount: amount,
      recurring: { interval },
      lookup_key: key,
      transfer_lookup_key: true,
      // A price that was replaced has lost its lookup key and is known by this.
      metadata: { plinth_plan: plan, plinth_interval: interval },
    },
    // Names what it replaces, so that going back to an earlier amount is not taken for the earlier request.
    { idempotencyKey: `plinth:price:${product}:${key}:${amount}:${currency}:${old?.id ?? 'none'}` },
  )
  say(`price ${key}: created ${price.id}, ${amount} ${currency} per seat and ${interval}`)
  return price.id
}

/** A price of the operator's own is sold as it is. */
async function checkNamed(
  client: Stripe,
  id: string,
  plan: PaidPlanKey,
  interval: Interval,
  say: Say,
): Promise<string> {
  const price = await client.prices.retrieve(id)
  const variable = `STRIPE_PRICE_${plan.toUpperCase()}${interval === 'year' ? '_YEAR' : ''}`
  if (!price.active) say(`price ${id}: WARNING, ${variable} names an archived price, which nobody can buy`)
  else if (!isAsWanted(price, plan, interval)) {
    say(
      `price ${id}: WARNING, ${variable} costs something else than plans.ts shows (${price.unit_amount} ${price.currency})`,
    )
  } else say(`price ${id}: named by ${variable}`)
  return id
}

async function pricesOf(client: Stripe, product: string, ids: readonly string[]): Promise<string[]> {
  const prices = await Promise.all(ids.map((id) => client.prices.retrieve(id)))
  return prices.filter((price) => price.active && idOf(price.product) === product).map(({ id }) => id)
}

const amountOf = (plan: PaidPlanKey, interval: Interval): number =>
  (plans[plan].prices as Record<Interval, number>)[interval]

function isAsWanted(price: Stripe.Price, plan: PaidPlanKey, interval: Interval): boolean {
  return (
    price.unit_amount === amountOf(plan, interval) &&
    price.currency === currency &&
    price.recurring?.interval === interval &&
    price.recurring.interval_count === 1
  )
}

async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
