/** The way to Stripe's own pages for cards, invoices and cancelling. */
import { authorize, type TenantScope } from '#access'
import { inTenant } from '#platform/db/scoped.ts'
import { billingPage } from '../addresses.ts'
import { type Billing, stripeOf } from '../context.ts'
import { ensureCustomer } from '../customers/customers.ts'
import type { Stripe, StripeAccount } from '../stripe/client.ts'
import { interactively, isMisfit } from '../stripe/write.ts'
import { freshen, liveOr409, orDecidedAgain } from '../subscription/current.ts'
import { currentSubscription, type Subscription } from '../sync/queries.ts'
import { findPortalConfiguration } from './configuration.ts'

export type PortalFlow = 'payment_method' | 'cancel'

type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData

export async function openPortal(
  billing: Billing,
  scope: TenantScope,
  flow: PortalFlow | undefined,
): Promise<{ url: string }> {
  authorize(scope, 'billing.manage')
  const account = stripeOf(billing)
  const { tenantId } = scope
  const open = async () => {
    // Stripe opens no page to end what has ended, or ends already.
    if (flow === 'cancel') await freshen(billing, tenantId)
    const { page, current } = await inTenant(billing.db, scope, async (tx) => {
      const current = await currentSubscription(tx, tenantId)
      if (flow === 'cancel') liveOr409(current)
      return { current, page: await billingPage(tx, billing.appUrl, tenantId) }
    })
    const [client, customer] = await Promise.all([account.client(), ensureCustomer(billing, tenantId)])
    const configuration = await configurationOf(account, client)
    const data = flow && flowOf(flow, current, page)
    try {
      const { url } = await client.billingPortal.sessions.create({
        customer,
        return_url: page,
        ...(configuration && { configuration }),
        ...(data && { flow_data: data }),
      })
      return { url }
    } catch (error) {
      // It may be the configuration that is no longer there: looked for anew the next time.
      if (isMisfit(error)) configurations.delete(account)
      throw error
    }
  }
  return interactively(billing, () => orDecidedAgain(billing, tenantId, open))
}

/** Pushing the plans changes it in place, so its id stays. */
const configurations = new WeakMap<StripeAccount, string>()

async function configurationOf(account: StripeAccount, client: Stripe): Promise<string | undefined> {
  const known = configurations.get(account)
  if (known) return known
  const id = (await findPortalConfiguration(client))?.id
  if (id) configurations.set(account, id)
  return id
}

function flowOf(flow: PortalFlow, current: Subscription | undefined, page: string): FlowData | undefined {
  const after_completion = { type: 'redirect', redirect: { return_url: page } } as const
  if (flow === 'payment_method') return { type: 'payment_method_update', after_completion }
  // What ends already cannot be ended again: the front page of the portal says so.
  if (!current || current.cancel_at) return undefined
  return {
    type: 'subscription_cancel',
    subscription_cancel: { subscription: current.stripe_subscription_id },
    after_completion,
  }
}
