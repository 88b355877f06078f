/** Where Stripe's pages send people back to. Never taken from a request. */
import type { Tx } from '#platform/db/database.ts'
import { slugOf } from './subscription/queries.ts'

export async function billingPage(tx: Tx, appUrl: string, tenantId: string): Promise<string> {
  return `${appUrl}/t/${await slugOf(tx, tenantId)}/billing`
}
