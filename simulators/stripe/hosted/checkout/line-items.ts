/** The lines that a checkout session is created with. */
import type Stripe from 'stripe'
import { mergeMetadata } from '../../engine/params.ts'
import { StripeFault, type World } from '../../world.ts'
import type { CheckoutItem } from '../objects.ts'
import { missing } from '../refusals.ts'

type Params = Stripe.Checkout.SessionCreateParams

export function itemsOf(world: World, given: Params): CheckoutItem[] {
  if (!given.line_items?.length) throw missing('line_items')
  const items = given.line_items.map((line, index) => itemOf(world, line, `line_items[${index}]`))
  const currency = items[0]?.currency
  const other = items.findIndex((item) => item.currency !== currency)
  if (other >= 0)
    throw new StripeFault(400, {
      message: 'All line items must be in one currency.',
      param: `line_items[${other}]`,
    })
  const recurring = items.filter(({ price }) => price?.recurring)
  if (given.mode === 'subscription' && recurring.length === 0)
    throw new StripeFault(400, {
      message: 'You must provide at least one recurring price in `subscription` mode when using prices.',
      param: 'line_items',
    })
  if (given.mode === 'payment' && recurring.length > 0)
    throw new StripeFault(400, {
      message: 'You specified `payment` mode but passed a recurring price. Switch to `subscription` mode.',
      param: 'line_items',
    })
  return items
}

function itemOf(world: World, line: NonNullable<Params['line_items']>[number], at: string): CheckoutItem {
  if (line.price_data)
    throw new StripeFault(400, {
      message: 'The local Stripe sells only prices that exist: pass `price` instead of `price_data`.',
      param: `${at}[price_data]`,
    })
  if (!line.price) throw missing(`${at}[price]`)
  const price = world.need('price', line.price, `${at}[price]`)
  if (!price.active)
    throw new StripeFault(400, {
      message: `The price specified is inactive. This field only accepts active prices.`,
      param: `${at}[price]`,
    })
  const metered = price.recurring?.usage_type === 'metered'
  if (metered && line.quantity !== undefined)
    throw new StripeFault(400, {
      message: 'Quantity should not be specified where usage_type is `metered`.',
      param: `${at}[quantity]`,
    })
  if (!metered && !line.quantity)
    throw new StripeFault(400, { message: `Quantity is required. Add \`quantity\` to \`${at}\``, param: at })
  const adjustable = line.adjustable_quantity
  return {
    id: world.newId('li_'),
    object: 'item',
    adjustable_quantity: adjustable?.enabled
      ? { enabled: true, maximum: adjustable.maximum ?? 99, minimum: adjustable.minimum ?? 0 }
      : null,
    amount_discount: 0,
    amount_subtotal: 0,
    amount_tax: 0,
    amount_total: 0,
    currency: price.currency,
    description: world.table('product').get(price.product as string)?.name ?? null,
    metadata: mergeMetadata({}, line.metadata),
    price,
    quantity: metered ? null : (line.quantity ?? 1),
  } as CheckoutItem
}
