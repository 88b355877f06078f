/** What a checkout session costs today: each line with its part of the discount, and the sum. */
import { amountOf } from '../../engine/pricing.ts'
import { distribute } from '../../engine/totals.ts'
import type { Stored, World } from '../../world.ts'
import type { CheckoutItem, CheckoutSession, SubscriptionData } from '../objects.ts'

type Price = Stored<'price'>
type Coupon = Stored<'coupon'>

export interface Quote {
  items: CheckoutItem[]
  subtotal: number
  discount: number
  total: number
}

export const hasTrial = (data: SubscriptionData | null): boolean =>
  data?.trial_period_days !== undefined || data?.trial_end !== undefined

/** Usage is billed afterwards and a trial costs nothing, so neither counts today. */
function dueToday(price: Price, quantity: number, trial: boolean): number {
  if (price.recurring && (trial || price.recurring.usage_type === 'metered')) return 0
  return amountOf(price, quantity)
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

export function quote(items: readonly CheckoutItem[], coupon: Coupon | undefined, trial: boolean): Quote {
  const amounts = items.map(({ price, quantity }) => (price ? dueToday(price, quantity ?? 0, trial) : 0))
  const discounts = discountsOf(items, amounts, coupon)
  const [subtotal, discount] = [sum(amounts), sum(discounts)]
  return {
    items: items.map((item, index) => {
      const [amount_subtotal, amount_discount] = [amounts[index] ?? 0, discounts[index] ?? 0]
      return { ...item, amount_subtotal, amount_discount, amount_total: amount_subtotal - amount_discount }
    }),
    subtotal,
    discount,
    total: subtotal - discount,
  }
}

function discountsOf(items: readonly CheckoutItem[], amounts: readonly number[], coupon: Coupon | undefined): number[] {
  if (!coupon) return amounts.map(() => 0)
  const products = coupon.applies_to?.products
  const eligible = amounts.map((amount, index) =>
    !products || products.includes(items[index]?.price?.product ?? '') ? amount : 0,
  )
  const base = sum(eligible)
  const whole = coupon.percent_off === null ? (coupon.amount_off ?? 0) : Math.round((base * coupon.percent_off) / 100)
  return distribute(Math.min(whole, base), eligible)
}

/** The coupon that a session's discount stands for, given or typed in as a promotion code. */
export function couponOf(world: World, discounts: CheckoutSession['discounts']): Coupon | undefined {
  const [discount] = discounts ?? []
  if (!discount) return undefined
  const code = discount.promotion_code ? world.table('promotion_code').get(discount.promotion_code) : undefined
  const coupon = discount.coupon ?? code?.promotion.coupon
  return coupon ? world.table('coupon').get(coupon) : undefined
}
