/** Coupons and promotion codes as discounts of a subscription: redeemed, running, used up. */
import type { World } from '../world.ts'
import { invalid } from './faults.ts'
import type { Coupon, Discount, Invoice } from './objects.ts'
import { addMonths } from './time.ts'

/** A discount with the coupon behind it: all that is needed to work out what it takes off. */
export interface Applied {
  discount: Readonly<Discount>
  coupon: Readonly<Coupon>
}

interface Given {
  coupon?: string
  promotion_code?: string
  discount?: string
}

interface RedeemedFor {
  customer: string
  subscription: string | null
  at: number
}

function couponOfCode(world: World, id: string, { customer, at }: RedeemedFor): string {
  const code = world.need('promotion_code', id, 'discounts[0][promotion_code]')
  const { coupon } = code.promotion
  const spent = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions
  if (!code.active || spent || (code.expires_at !== null && code.expires_at <= at) || !coupon) {
    throw invalid(
      'This promotion code is inactive or has expired.',
      'discounts[0][promotion_code]',
      'promotion_code_inactive',
    )
  }
  if (code.customer !== null && code.customer !== customer) {
    throw invalid('This promotion code cannot be redeemed by this customer.', 'discounts[0][promotion_code]')
  }
  const hasPaid = (invoice: Readonly<Invoice>) => invoice.customer === customer && invoice.amount_paid > 0
  if (code.restrictions.first_time_transaction && world.table('invoice').find(hasPaid)) {
    throw invalid(
      'This promotion code cannot be redeemed because the associated customer has prior transactions.',
      'discounts[0][promotion_code]',
    )
  }
  return coupon
}

function redeem(world: World, given: Given, context: RedeemedFor): Applied {
  const { customer, subscription, at } = context
  const couponId = given.promotion_code ? couponOfCode(world, given.promotion_code, context) : (given.coupon ?? '')
  const coupon = world.need('coupon', couponId, 'discounts[0][coupon]')
  const spent = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions
  if (!coupon.valid || spent || (coupon.redeem_by !== null && coupon.redeem_by <= at)) {
    throw invalid(`Coupon expired: ${coupon.id}`, 'discounts[0][coupon]', 'coupon_expired')
  }
  const months = coupon.duration === 'repeating' ? coupon.duration_in_months : null
  const discount: Discount = {
    id: world.newId('di_'),
    object: 'discount',
    checkout_session: null,
    customer,
    customer_account: null,
    end: months === null ? null : addMonths(at, months),
    invoice: null,
    invoice_item: null,
    promotion_code: given.promotion_code ?? null,
    source: { coupon: coupon.id, type: 'coupon' },
    start: at,
    subscription,
    subscription_item: null,
  }
  return { discount, coupon }
}

/** The discounts that parameters ask for; none of them is kept yet. */
export const redeemAll = (
  world: World,
  given: readonly Given[] | '' | null | undefined,
  context: RedeemedFor,
): Applied[] =>
  (given || []).flatMap((each) =>
    each.discount ? runningDiscounts(world, [each.discount], context.at) : redeem(world, each, context),
  )

/** Keeps new discounts and counts their coupons and codes as redeemed. */
export function keepDiscounts(world: World, applied: readonly Applied[]): void {
  for (const { discount, coupon } of applied) {
    if (world.table('discount').get(discount.id)) continue
    world.save('discount', discount)
    const { times_redeemed } = world.need('coupon', coupon.id)
    world.update('coupon', coupon.id, { times_redeemed: times_redeemed + 1 })
    if (!discount.promotion_code) continue
    const code = world.need('promotion_code', discount.promotion_code)
    world.update('promotion_code', code.id, { times_redeemed: code.times_redeemed + 1 })
  }
}

/** Those of kept discounts that have not ended. */
export function runningDiscounts(world: World, ids: readonly string[], at: number): Applied[] {
  return ids.flatMap((id) => {
    const discount = world.table('discount').get(id)
    const coupon = world.table('coupon').get(discount?.source.coupon ?? '')
    return discount && coupon && (discount.end === null || discount.end > at) ? [{ discount, coupon }] : []
  })
}

/** What of a subscription's discounts is left after an invoice: `once` is used up by the first that it makes cheaper. */
export function discountsLeft(running: readonly Applied[], invoice: Readonly<Invoice>): string[] {
  const used = new Set(invoice.total_discount_amounts?.filter(({ amount }) => amount > 0).map((each) => each.discount))
  return running
    .filter(({ discount, coupon }) => coupon.duration !== 'once' || !used.has(discount.id))
    .map(({ discount }) => discount.id)
}
