/** What a quantity costs by a price, in whole cents: per unit, in packages, or in tiers. */
import type { Price } from './objects.ts'

interface Unit {
  unit_amount: number | null
  unit_amount_decimal?: string | null
}

const cents = ({ unit_amount, unit_amount_decimal }: Unit, quantity: number) =>
  unit_amount === null ? Number(unit_amount_decimal ?? 0) * quantity : unit_amount * quantity

/** Every unit at the rate of its own tier, or all of them at the rate of the last one's. */
function tiered({ tiers = [], tiers_mode }: Readonly<Price>, quantity: number): number {
  let from = 0
  let total = 0
  for (const tier of tiers) {
    const to = tier.up_to ?? Infinity
    if (tiers_mode === 'volume' && quantity > to) continue
    const units = tiers_mode === 'volume' ? quantity : Math.max(0, Math.min(quantity, to) - from)
    if (units > 0 || (quantity === 0 && from === 0)) total += cents(tier, units) + (tier.flat_amount ?? 0)
    if (tiers_mode === 'volume' || quantity <= to) break
    from = to
  }
  return Math.round(total)
}

export function amountOf(price: Readonly<Price>, quantity: number): number {
  if (price.billing_scheme === 'tiered') return tiered(price, quantity)
  if (!price.transform_quantity) return Math.round(cents(price, quantity))
  const { divide_by, round } = price.transform_quantity
  const packages = quantity / divide_by
  return Math.round(cents(price, round === 'up' ? Math.ceil(packages) : Math.floor(packages)))
}
