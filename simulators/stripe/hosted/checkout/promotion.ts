/** Whether a promotion code may be used here, with the words Stripe's page finds for a refusal. */
import { type Stored, StripeFault, type World } from '../../world.ts'

interface Purchase {
  customer: string | null
  currency: string
  subtotal: number
}

export function findPromotionCode(world: World, typed: string, purchase: Purchase): Stored<'promotion_code'> {
  const wanted = typed.trim().toLowerCase()
  const code = world.table('promotion_code').find((each) => each.code.toLowerCase() === wanted && each.active)
  if (!code) throw refused('This code is invalid.', 'promotion_code_invalid')
  assertUsable(world, code, purchase)
  return code
}

export function assertUsable(world: World, code: Stored<'promotion_code'>, purchase: Purchase): void {
  const now = world.now()
  const coupon = code.promotion.coupon ? world.table('coupon').get(code.promotion.coupon) : undefined
  if (!coupon?.valid || !code.active) throw refused('This code is invalid.', 'promotion_code_invalid')
  if ((code.expires_at ?? now) < now || (coupon.redeem_by ?? now) < now)
    throw refused('This code has expired.', 'promotion_code_expired')
  if (code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions)
    throw refused('This code has been used up.', 'promotion_code_max_redemptions_reached')
  if (code.customer !== null && code.customer !== purchase.customer)
    throw refused('This code is for somebody else.', 'promotion_code_customer_mismatch')
  const { minimum_amount, minimum_amount_currency, first_time_transaction } = code.restrictions
  if (minimum_amount !== null && (minimum_amount_currency !== purchase.currency || purchase.subtotal < minimum_amount))
    throw refused('This order is too small for this code.', 'promotion_code_minimum_amount_not_met')
  if (coupon.amount_off !== null && coupon.currency !== purchase.currency)
    throw refused('This code is for another currency.', 'promotion_code_currency_mismatch')
  if (first_time_transaction && hasPaid(world, purchase.customer))
    throw refused('This code is for first purchases only.', 'promotion_code_not_first_time_transaction')
}

const hasPaid = (world: World, customer: string | null): boolean =>
  customer !== null &&
  world.table('invoice').find((invoice) => invoice.customer === customer && invoice.amount_paid > 0) !== undefined

const refused = (message: string, code: string) => new StripeFault(400, { message, code, param: 'promotion_code' })
