/** Prices. Their amount and interval never change: another price takes over the lookup key. */
import type { Operations, Stored, World } from '../world.ts'
import { inRange, matches, metadataOf, notSimulated, refuse, text } from './fields.ts'

type Price = Stored<'price'>
type Recurring = NonNullable<Price['recurring']>
type Tier = NonNullable<Price['tiers']>[number]

export interface PriceParams {
  active?: boolean
  billing_scheme?: Price['billing_scheme']
  currency: string
  lookup_key?: string
  metadata?: Record<string, string>
  nickname?: string
  product: string
  recurring?: Partial<Recurring> & { interval: Recurring['interval'] }
  tax_behavior?: NonNullable<Price['tax_behavior']>
  tiers?: (Partial<Omit<Tier, 'up_to'>> & { up_to: number | 'inf' })[]
  tiers_mode?: NonNullable<Price['tiers_mode']>
  transfer_lookup_key?: boolean
  transform_quantity?: NonNullable<Price['transform_quantity']>
  unit_amount?: number
  unit_amount_decimal?: string
}

/** Whole cents as a number too, parts of a cent only as text. */
function amountOf(amount: number | null | undefined, decimal: string | null | undefined) {
  if (decimal === undefined || decimal === null) {
    return {
      unit_amount: amount ?? null,
      unit_amount_decimal: amount === undefined || amount === null ? null : String(amount),
    }
  }
  const value = Number(decimal)
  return { unit_amount: Number.isInteger(value) ? value : null, unit_amount_decimal: String(value) }
}

function tierOf({ up_to, ...given }: NonNullable<PriceParams['tiers']>[number]): Tier {
  const flat = amountOf(given.flat_amount, given.flat_amount_decimal)
  return {
    flat_amount: flat.unit_amount,
    flat_amount_decimal: flat.unit_amount_decimal,
    ...amountOf(given.unit_amount, given.unit_amount_decimal),
    up_to: up_to === 'inf' ? null : up_to,
  }
}

function recurringOf(world: World, given: PriceParams['recurring']): Recurring | null {
  if (!given) return null
  const { interval, interval_count = 1, meter, trial_period_days = null, usage_type } = given
  if (meter) world.need('billing.meter', meter, 'recurring[meter]')
  if (usage_type === 'metered' && !meter) {
    throw refuse('Metered prices must be backed by meters.', 'recurring[meter]')
  }
  if (interval_count < 1) throw refuse('Invalid interval_count: must be at least 1', 'recurring[interval_count]')
  return {
    interval,
    interval_count,
    meter: meter ?? null,
    trial_period_days,
    usage_type: meter ? 'metered' : 'licensed',
  }
}

function assertAmount(params: PriceParams): void {
  if (params.billing_scheme === 'tiered') {
    if (!params.tiers?.length || !params.tiers_mode) throw refuse('A tiered price needs tiers and tiers_mode.', 'tiers')
    if (params.tiers.at(-1)?.up_to !== 'inf') throw refuse('The last tier must be up to inf.', 'tiers')
    return
  }
  if (params.tiers) throw refuse('tiers need the billing_scheme tiered.', 'tiers')
  if (params.unit_amount === undefined && params.unit_amount_decimal === undefined) {
    throw refuse(
      'Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.',
      'unit_amount',
      'parameter_missing',
    )
  }
  if (Number(params.unit_amount ?? params.unit_amount_decimal) < 0) {
    throw refuse('Invalid non-negative integer', 'unit_amount', 'parameter_invalid_integer')
  }
}

/** A lookup key is of one price only; it is handed on when that is asked for. */
function takeLookupKey(world: World, key: string | null, transfer: boolean | undefined, by?: string): void {
  if (key === null) return
  const holder = world.table('price').find((price) => price.lookup_key === key && price.id !== by)
  if (!holder) return
  if (!transfer) throw refuse(`A price (\`${holder.id}\`) already uses that lookup key.`, 'lookup_key')
  world.update('price', holder.id, { lookup_key: null }, 'price.updated')
}

export function createPrice(world: World, params: PriceParams): Price {
  notSimulated({ ...params }, ['currency_options', 'custom_unit_amount'])
  assertAmount(params)
  world.need('product', params.product, 'product')
  const lookup_key = text(params.lookup_key)
  takeLookupKey(world, lookup_key, params.transfer_lookup_key)
  const recurring = recurringOf(world, params.recurring)
  const price = world.save('price', {
    id: world.newId('price_'),
    object: 'price',
    active: params.active ?? true,
    billing_scheme: params.billing_scheme ?? 'per_unit',
    created: world.now(),
    currency: params.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key,
    metadata: metadataOf(params.metadata),
    nickname: text(params.nickname),
    product: params.product,
    recurring,
    tax_behavior: params.tax_behavior ?? 'unspecified',
    ...(params.tiers && { tiers: params.tiers.map(tierOf) }),
    tiers_mode: params.tiers_mode ?? null,
    transform_quantity: params.transform_quantity ?? null,
    type: recurring ? 'recurring' : 'one_time',
    ...amountOf(params.unit_amount, params.unit_amount_decimal),
  })
  world.emit('price.created', price)
  return price
}

export function updatePrice(world: World, id: string, params: Partial<PriceParams>): Price {
  notSimulated({ ...params }, ['currency_options'])
  const price = world.need('price', id)
  const lookup_key = params.lookup_key === undefined ? price.lookup_key : text(params.lookup_key)
  if (params.lookup_key !== undefined) takeLookupKey(world, lookup_key, params.transfer_lookup_key, id)
  const changes = {
    active: params.active ?? price.active,
    lookup_key,
    metadata: metadataOf(params.metadata, price.metadata),
    nickname: params.nickname === undefined ? price.nickname : text(params.nickname),
    tax_behavior: params.tax_behavior ?? price.tax_behavior,
  }
  return world.update('price', id, changes, 'price.updated')
}

export const priceOperations: Operations = {
  'GET /v1/prices/{id}': ({ world, path }) => world.need('price', path.id as string),
  'POST /v1/prices/{id}': ({ world, params, path }) => updatePrice(world, path.id as string, params),
  'GET /v1/prices': ({ world, params }) =>
    world
      .table('price')
      .filter(
        (price) =>
          matches(price.active, params.active) &&
          matches(price.currency, params.currency) &&
          matches(price.product, params.product) &&
          matches(price.type, params.type) &&
          matches(price.recurring?.interval, params.recurring?.interval) &&
          matches(price.recurring?.usage_type, params.recurring?.usage_type) &&
          matches(price.recurring?.meter, params.recurring?.meter) &&
          (params.lookup_keys === undefined || params.lookup_keys.includes(price.lookup_key)) &&
          inRange(price.created, params.created),
      )
      .reverse(),
}
