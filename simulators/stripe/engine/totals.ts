/** What an invoice comes to. Pure: the preview and the invoice itself are added up by the same functions. */
import type { Applied } from './discounts.ts'
import type { LineItem } from './objects.ts'
import { SMALLEST_CHARGE } from './quirks.ts'

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

/** Parts of a whole in proportion to weights, without a cent lost: the first parts get what rounding left over. */
export function distribute(whole: number, weights: readonly number[]): number[] {
  const weight = sum(weights)
  if (weight === 0) return weights.map(() => 0)
  const parts = weights.map((each) => Math.floor((whole * each) / weight))
  let left = whole - sum(parts)
  return parts.map((part, at) => {
    if (left === 0 || weights[at] === 0) return part
    left -= 1
    return part + 1
  })
}

interface Discounted {
  lines: LineItem[]
  total_discount_amounts: { amount: number; discount: string }[]
}

/** One discount after the other, each of what those before it have left. */
export function applyDiscounts(lines: readonly LineItem[], applied: readonly Applied[]): Discounted {
  let left = lines.map(({ amount, discountable }) => (discountable && amount > 0 ? amount : 0))
  const taken = applied.map(({ discount, coupon }) => {
    const eligible = left.map((amount, at) => {
      const product = lines[at]?.pricing?.price_details?.product ?? ''
      return coupon.applies_to && !coupon.applies_to.products.includes(product) ? 0 : amount
    })
    const base = sum(eligible)
    const whole = coupon.percent_off === null ? (coupon.amount_off ?? 0) : Math.round((base * coupon.percent_off) / 100)
    const amounts = distribute(Math.min(whole, base), eligible)
    left = left.map((amount, at) => amount - (amounts[at] as number))
    return { discount: discount.id, amounts }
  })
  return {
    lines: lines.map((line, at) => {
      const own = taken.map(({ discount, amounts }) => ({ amount: amounts[at] as number, discount }))
      return { ...line, discount_amounts: own.filter(({ amount }) => amount > 0) }
    }),
    total_discount_amounts: taken.map(({ discount, amounts }) => ({ amount: sum(amounts), discount })),
  }
}

export const netOf = (line: Pick<LineItem, 'amount' | 'discount_amounts'>): number =>
  line.amount - sum((line.discount_amounts ?? []).map(({ amount }) => amount))

/** A negative balance is credit. What is too little to be charged, and what is left over, stays on the balance. */
export function settle(total: number, balance: number): { amount_due: number; ending_balance: number } {
  const owed = total + balance
  const amount_due = owed >= SMALLEST_CHARGE ? owed : 0
  return { amount_due, ending_balance: owed - amount_due }
}

export function totalsOf(lines: readonly LineItem[], applied: readonly Applied[], balance: number) {
  const discounted = applyDiscounts(lines, applied)
  const subtotal = sum(lines.map(({ amount }) => amount))
  const total = subtotal - sum(discounted.total_discount_amounts.map(({ amount }) => amount))
  const { amount_due } = settle(total, balance)
  return { ...discounted, subtotal, total, amount_due }
}
