/** The catalog: what is sold, to whom, with which cards, and who is told about it. */
import { hiddenFields } from '../core/present.ts'
import type { Includable, Kind, Operations } from '../world.ts'
import { couponOperations } from './coupons.ts'
import { customerOperations } from './customers.ts'
import { meterOperations } from './meters.ts'
import { paymentMethodOperations } from './payment-methods.ts'
import { portalConfigurationOperations } from './portal-configurations.ts'
import { priceOperations } from './prices.ts'
import { productOperations } from './products.ts'
import { testClockOperations } from './test-clocks.ts'
import { webhookOperations } from './webhook-endpoints.ts'

export { createCustomer } from './customers.ts'
export { defaultConfiguration } from './portal-configurations.ts'

export const catalogOperations: Operations = {
  ...customerOperations,
  ...productOperations,
  ...priceOperations,
  ...couponOperations,
  ...paymentMethodOperations,
  ...webhookOperations,
  ...meterOperations,
  ...testClockOperations,
  ...portalConfigurationOperations,
}

/** `price.tiers` and the like: kept with the object, shown when they are asked for. */
export const catalogIncludable: Includable = Object.fromEntries(
  hiddenFields.map(({ kind, field }) => [
    `${kind}.${field}`,
    (world, { id }: { id: string }) => {
      const object = world.table(kind as Kind).get(id) as Record<string, unknown> | undefined
      return object?.[field]
    },
  ]),
)
