/** What a person can change on the page of a checkout session before paying: quantities and the promotion code. */
import { StripeFault, type World } from '../../world.ts'
import { assertOpen } from './complete.ts'
import { saveCart } from './create.ts'
import { findPromotionCode } from './promotion.ts'

function openSession(world: World, id: string) {
  const session = world.need('checkout.session', id)
  assertOpen(world, session)
  return { session, cart: world.need('checkout.cart', id) }
}

/** A number outside of what the session allows becomes the nearest that it does. */
export function changeQuantity(world: World, id: string, item: string, quantity: number): void {
  const { session, cart } = openSession(world, id)
  const adjustable = cart.items.find((each) => each.id === item)?.adjustable_quantity
  if (!adjustable?.enabled || !Number.isSafeInteger(quantity))
    throw new StripeFault(400, { message: 'This quantity cannot be changed.' })
  const [least, most] = [Math.max(adjustable.minimum ?? 1, 1), adjustable.maximum ?? 999_999]
  const allowed = Math.min(Math.max(quantity, least), most)
  const items = cart.items.map((each) => (each.id === item ? { ...each, quantity: allowed } : each))
  saveCart(world, { ...cart, items }, session)
}

export function applyPromotionCode(world: World, id: string, typed: string): void {
  const { session, cart } = openSession(world, id)
  if (!session.allow_promotion_codes) throw new StripeFault(400, { message: 'This page takes no promotion codes.' })
  const code = findPromotionCode(world, typed, {
    customer: session.customer,
    currency: session.currency ?? '',
    subtotal: session.amount_subtotal ?? 0,
  })
  saveCart(world, cart, { ...session, discounts: [{ coupon: null, promotion_code: code.id }] })
}

export function removePromotionCode(world: World, id: string): void {
  const { session, cart } = openSession(world, id)
  if (session.allow_promotion_codes) saveCart(world, cart, { ...session, discounts: [] })
}
