/** The configuration of Stripe's customer pages, made once and changed in place. */
import { createHash } from 'node:crypto'
import { findPortalConfiguration, PORTAL_MARK, portalFeatures } from '../portal/configuration.ts'
import type { Stripe } from '../stripe/client.ts'
import type { PushedPlan, Say } from './catalog.ts'

export async function pushPortal(client: Stripe, pushed: readonly PushedPlan[], say: Say): Promise<void> {
  const features = portalFeatures(pushed.filter(({ prices }) => prices.length > 0))
  // Stripe answers more than was asked for, so what was asked for is remembered beside it.
  const digest = createHash('sha256').update(JSON.stringify(features)).digest('hex').slice(0, 32)
  const metadata = { ...PORTAL_MARK, plinth_features: digest }
  const found = await findPortalConfiguration(client)
  if (!found) {
    const { id } = await client.billingPortal.configurations.create({ features, metadata })
    say(`portal configuration ${id}: created`)
  } else if (found.metadata?.plinth_features !== digest) {
    await client.billingPortal.configurations.update(found.id, { features, metadata })
    say(`portal configuration ${found.id}: updated`)
  } else say(`portal configuration ${found.id}: unchanged`)
}
