/** Brings what is sold to Stripe. Run as often as you like: what is there already stays as it is. */
import { type Billing, stripeOf } from '../context.ts'
import { paidPlanKeys } from '../plans.ts'
import { pushMeters } from '../usage/meters/meters.ts'
import { type PushedPlan, pushPlan, type Say } from './catalog.ts'
import { pushEndpoint } from './endpoint.ts'
import { pushPortal } from './portal.ts'

export async function push(billing: Pick<Billing, 'stripe' | 'appUrl'>, say: Say): Promise<void> {
  await pushOffer(billing, say)
  const account = stripeOf(billing)
  const client = await account.patientClient()
  await pushEndpoint(client, { appUrl: billing.appUrl, isLocal: account.mode === 'local' }, say)
}

/** All but the address at which we are told. */
export async function pushOffer(billing: Pick<Billing, 'stripe'>, say: Say): Promise<void> {
  const account = stripeOf(billing)
  const client = await account.patientClient()
  const pushed: PushedPlan[] = []
  for (const plan of paidPlanKeys) pushed.push(await pushPlan(client, account, plan, say))
  for (const meter of await pushMeters(client)) say(`meter ${meter}`)
  await pushPortal(client, pushed, say)
}
