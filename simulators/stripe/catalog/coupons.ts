/** Coupons, and the promotion codes that people type in to get them. */
import { randomText } from '../core/ids.ts'
import type { Operations, Stored, World } from '../world.ts'
import { inRange, matches, metadataOf, type Params, refuse, text } from './fields.ts'

type Coupon = Stored<'coupon'>

function assertDiscount({ percent_off, amount_off, currency, duration, duration_in_months }: Params): void {
  if ((percent_off === undefined) === (amount_off === undefined)) {
    throw refuse('Coupons need either percent_off or amount_off.', 'percent_off', 'parameter_missing')
  }
  if (percent_off !== undefined && (percent_off <= 0 || percent_off > 100)) {
    throw refuse('Invalid percent_off: must be above 0 and at most 100', 'percent_off')
  }
  if (amount_off !== undefined && (amount_off < 1 || !currency)) {
    throw refuse('amount_off must be above 0 and needs a currency.', 'currency')
  }
  if ((duration === 'repeating') !== (duration_in_months !== undefined)) {
    throw refuse('duration_in_months goes with the duration repeating, and only with it.', 'duration_in_months')
  }
}

function createCoupon(world: World, params: Params): Coupon {
  const id: string = params.id ?? randomText(8)
  if (world.table('coupon').get(id)) throw refuse('Coupon already exists.', 'id', 'resource_already_exists')
  assertDiscount(params)
  for (const product of params.applies_to?.products ?? []) world.need('product', product, 'applies_to[products]')
  const coupon = world.save('coupon', {
    id,
    object: 'coupon',
    amount_off: params.amount_off ?? null,
    ...(params.applies_to && { applies_to: params.applies_to }),
    created: world.now(),
    currency: params.amount_off === undefined ? null : params.currency.toLowerCase(),
    ...(params.currency_options && { currency_options: params.currency_options }),
    duration: params.duration ?? 'once',
    duration_in_months: params.duration_in_months ?? null,
    livemode: false,
    max_redemptions: params.max_redemptions ?? null,
    metadata: metadataOf(params.metadata),
    name: text(params.name),
    percent_off: params.percent_off ?? null,
    redeem_by: params.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  })
  world.emit('coupon.created', coupon)
  return coupon
}

function updateCoupon(world: World, id: string, params: Params): Coupon {
  const coupon = world.need('coupon', id)
  const changes = {
    metadata: metadataOf(params.metadata, coupon.metadata),
    name: params.name === undefined ? coupon.name : text(params.name),
    ...(params.currency_options && { currency_options: params.currency_options }),
  }
  return world.update('coupon', id, changes, 'coupon.updated')
}

/** Who has its discount keeps it. */
function deleteCoupon(world: World, id: string): object {
  world.emit('coupon.deleted', world.need('coupon', id))
  world.remove('coupon', id)
  return { id, object: 'coupon', deleted: true }
}

function createPromotionCode(world: World, params: Params): Stored<'promotion_code'> {
  const coupon = world.need('coupon', params.promotion.coupon ?? '', 'promotion[coupon]')
  if (params.customer) world.need('customer', params.customer, 'customer')
  const code: string = params.code ?? randomText(8).toUpperCase()
  const isSame = (other: Stored<'promotion_code'>) => other.active && other.code.toLowerCase() === code.toLowerCase()
  if (world.table('promotion_code').find(isSame)) {
    throw refuse('An active promotion code with this code already exists.', 'code')
  }
  const promotion = world.save('promotion_code', {
    id: world.newId('promo_'),
    object: 'promotion_code',
    active: params.active ?? true,
    code,
    created: world.now(),
    customer: params.customer ?? null,
    customer_account: null,
    expires_at: params.expires_at ?? null,
    livemode: false,
    max_redemptions: params.max_redemptions ?? null,
    metadata: metadataOf(params.metadata),
    promotion: { coupon: coupon.id, type: 'coupon' },
    restrictions: {
      first_time_transaction: params.restrictions?.first_time_transaction ?? false,
      minimum_amount: params.restrictions?.minimum_amount ?? null,
      minimum_amount_currency: params.restrictions?.minimum_amount_currency ?? null,
    },
    times_redeemed: 0,
  })
  world.emit('promotion_code.created', promotion)
  return promotion
}

function updatePromotionCode(world: World, id: string, params: Params): Stored<'promotion_code'> {
  const promotion = world.need('promotion_code', id)
  const changes = {
    active: params.active ?? promotion.active,
    metadata: metadataOf(params.metadata, promotion.metadata),
  }
  return world.update('promotion_code', id, changes, 'promotion_code.updated')
}

export const couponOperations: Operations = {
  'POST /v1/coupons': ({ world, params }) => createCoupon(world, params),
  'GET /v1/coupons/{id}': ({ world, path }) => world.need('coupon', path.id as string, 'coupon'),
  'POST /v1/coupons/{id}': ({ world, params, path }) => updateCoupon(world, path.id as string, params),
  'DELETE /v1/coupons/{id}': ({ world, path }) => deleteCoupon(world, path.id as string),
  'GET /v1/coupons': ({ world, params }) =>
    world
      .table('coupon')
      .filter(({ created }) => inRange(created, params.created))
      .reverse(),
  'POST /v1/promotion_codes': ({ world, params }) => createPromotionCode(world, params),
  'GET /v1/promotion_codes/{id}': ({ world, path }) => world.need('promotion_code', path.id as string),
  'POST /v1/promotion_codes/{id}': ({ world, params, path }) => updatePromotionCode(world, path.id as string, params),
  'GET /v1/promotion_codes': ({ world, params }) =>
    world
      .table('promotion_code')
      .filter(
        ({ active, code, promotion, customer, created }) =>
          matches(active, params.active) &&
          matches(code.toLowerCase(), params.code?.toLowerCase()) &&
          matches(promotion.coupon, params.coupon) &&
          matches(customer, params.customer) &&
          inRange(created, params.created),
      )
      .reverse(),
}
