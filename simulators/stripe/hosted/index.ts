/** The hosted side of Stripe: Checkout, the customer portal, and the pages that a customer sees. */
import type { DueWork, Includable, Operations } from '../world.ts'
import { checkoutOperations, expireSession, lineItemsOf } from './checkout/sessions.ts'
import { portalOperations } from './portal/sessions.ts'

export { hostedPages } from './pages/routes.ts'
export { moneyText } from './pages/words.ts'

export const hostedOperations: Operations = { ...checkoutOperations, ...portalOperations }

export const hostedDue: DueWork = {
  'checkout.session.expiry': (world, id) => {
    if (world.table('checkout.session').get(id)?.status === 'open') expireSession(world, id)
  },
}

export const hostedIncludable: Includable = { 'checkout.session.line_items': lineItemsOf }
