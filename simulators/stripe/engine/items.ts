/** The items of a subscription, and how parameters change them. Nothing is kept here. */
import type { World } from '../world.ts'
import { invalid, missing, notSimulated } from './faults.ts'
import type { Price, Subscription, SubscriptionItem } from './objects.ts'
import { mergeMetadata } from './params.ts'
import type { Period, Recurrence } from './time.ts'

/** As much of an item's parameters as the local Stripe knows. */
export interface ItemParams {
  id?: string
  price?: string
  plan?: string
  price_data?: object
  quantity?: number
  deleted?: boolean
  clear_usage?: boolean
  metadata?: Record<string, string | number | null> | '' | null
  discounts?: readonly object[] | '' | null
}

export interface ItemChange {
  before: Readonly<SubscriptionItem> | null
  after: SubscriptionItem | null
}

export const isMetered = (price: Readonly<Price>): boolean => price.recurring?.usage_type === 'metered'

export const recurrenceOf = ({ recurring }: Readonly<Price>): Recurrence => ({
  interval: (recurring?.interval ?? 'month') as Recurrence['interval'],
  interval_count: recurring?.interval_count ?? 1,
})

/** The older name of a price, which items still show. */
function planOf(price: Readonly<Price>): SubscriptionItem['plan'] {
  const { id, active, billing_scheme, created, currency, metadata, nickname, product, recurring } = price
  return {
    id,
    object: 'plan',
    active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme,
    created,
    currency,
    interval: recurring?.interval ?? 'month',
    interval_count: recurring?.interval_count ?? 1,
    livemode: false,
    metadata,
    meter: recurring?.meter ?? null,
    nickname,
    product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: recurring?.trial_period_days ?? null,
    usage_type: recurring?.usage_type ?? 'licensed',
  }
}

export function priceFor(world: World, params: ItemParams, currency?: string): Price {
  if (params.price_data) throw notSimulated('prices made in place by price_data', 'items[0][price_data]')
  const id = params.price ?? params.plan
  if (!id) throw invalid('You must pass a price.', 'items[0][price]')
  const price = world.table('price').get(id)
  if (!price) throw missing('price', id, 'items[0][price]')
  if (!price.active) {
    const message = 'The price specified is inactive. This field only accepts active prices.'
    throw invalid(message, 'items[0][price]')
  }
  if (!price.recurring) {
    const message =
      'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.'
    throw invalid(message, 'items[0][price]')
  }
  if (currency && price.currency !== currency) {
    throw invalid(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
      'items[0][price]',
    )
  }
  return price
}

function quantityOf(params: ItemParams, price: Readonly<Price>, fallback = 1): { quantity?: number } {
  if (!isMetered(price)) return { quantity: params.quantity ?? fallback }
  if (params.quantity !== undefined) {
    throw invalid(
      'You cannot set the quantity for metered plans. It is measured by what is reported to its meter.',
      'items[0][quantity]',
    )
  }
  return {}
}

export function newItem(
  world: World,
  subscription: string,
  params: ItemParams,
  { price, period, at }: { price: Price; period: Period; at: number },
): SubscriptionItem {
  if (params.discounts?.length) throw notSimulated('discounts of one item', 'items[0][discounts]')
  return {
    id: world.newId('si_'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: at,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: mergeMetadata({}, params.metadata),
    plan: planOf(price),
    price,
    ...quantityOf(params, price),
    subscription,
    tax_rates: [],
  }
}

function changedItem(
  world: World,
  item: Readonly<SubscriptionItem>,
  params: ItemParams,
  { currency, periodOf }: { currency: string; periodOf: (price: Price) => Period },
): SubscriptionItem {
  const named = params.price ?? params.plan
  // An item keeps a price that has been archived since.
  const price = named && named !== item.price.id ? priceFor(world, params, currency) : item.price
  const { quantity: _, ...rest } = item
  const [rhythm, before] = [recurrenceOf(price), recurrenceOf(item.price)]
  const sameRhythm = rhythm.interval === before.interval && rhythm.interval_count === before.interval_count
  const period = sameRhythm ? { start: item.current_period_start, end: item.current_period_end } : periodOf(price)
  return {
    ...rest,
    current_period_start: period.start,
    current_period_end: period.end,
    metadata: mergeMetadata(item.metadata, params.metadata),
    plan: planOf(price),
    price,
    ...quantityOf(params, price, item.quantity),
  }
}

const costsTheSame = (a: Readonly<SubscriptionItem>, b: Readonly<SubscriptionItem>) =>
  a.price.id === b.price.id && a.quantity === b.quantity

/** The items as they will be, and which of them cost something else than before. */
export function changeItems(
  world: World,
  subscription: Readonly<Subscription>,
  given: readonly ItemParams[],
  { at, periodOf }: { at: number; periodOf: (price: Price) => Period },
): { items: SubscriptionItem[]; changes: ItemChange[] } {
  const { currency } = subscription
  let items: SubscriptionItem[] = [...subscription.items.data]
  const changes: ItemChange[] = []
  for (const params of given) {
    if (params.id === undefined) {
      const price = priceFor(world, params, currency)
      if (items.some((item) => item.price.id === price.id)) {
        throw invalid(`Cannot add multiple subscription items with the same price: ${price.id}.`, 'items[0][price]')
      }
      const after = newItem(world, subscription.id, params, { price, period: periodOf(price), at })
      items.push(after)
      changes.push({ before: null, after })
      continue
    }
    const before = items.find((item) => item.id === params.id)
    if (!before) throw missing('subscription item', params.id, 'items[0][id]')
    const after = params.deleted ? null : changedItem(world, before, params, { currency, periodOf })
    items = items.flatMap((item) => (item === before ? (after ?? []) : item))
    if (!after || !costsTheSame(before, after)) changes.push({ before, after })
  }
  if (items.length === 0) {
    const message =
      'A subscription must have at least one active plan. To cancel a subscription, please use the cancel API endpoint on the Subscription.'
    throw invalid(message, 'items')
  }
  return { items, changes }
}

export const itemList = (subscription: string, data: SubscriptionItem[]): Subscription['items'] => ({
  object: 'list',
  data,
  has_more: false,
  url: `/v1/subscription_items?subscription=${subscription}`,
})
