/** A price, a card and a discount in words. */
import type { Stored, World } from '../../world.ts'
import { everyText, moneyText, plural, unitText } from './words.ts'

export function priceText(price: Stored<'price'>): string {
  const { recurring, currency } = price
  if (price.billing_scheme === 'tiered') return `Priced by volume${recurring ? `, ${everyText(recurring)}` : ''}`
  const unit = unitText(price.unit_amount_decimal ?? '0', currency)
  if (!recurring) return `${unit}, once`
  return recurring.usage_type === 'metered'
    ? `${unit} each, billed by usage ${everyText(recurring)}`
    : `${unit} ${everyText(recurring)}`
}

export const productName = (world: World, price: Stored<'price'>): string =>
  world.table('product').get(price.product as string)?.name ?? price.nickname ?? 'Product'

const BRANDS: Readonly<Record<string, string>> = { amex: 'American Express', mastercard: 'Mastercard', visa: 'Visa' }

export const cardText = ({ card }: Stored<'payment_method'>): string =>
  card ? `${BRANDS[card.brand] ?? 'Card'} ending in ${card.last4}` : 'Card'

export function couponText(coupon: Stored<'coupon'>): string {
  const off =
    coupon.percent_off !== null
      ? `${coupon.percent_off}% off`
      : `${moneyText(coupon.amount_off ?? 0, coupon.currency ?? 'usd')} off`
  if (coupon.duration === 'once') return `${off} the first invoice`
  return coupon.duration === 'repeating' ? `${off} for ${plural(coupon.duration_in_months ?? 1, 'month')}` : off
}
