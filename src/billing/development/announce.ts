/**
 * Development only: tells the local Stripe what is sold and where this process listens, and takes away the endpoints of
 * processes that are gone. Each replica has an endpoint of its own; the inbox keeps an event once, whoever it came to.
 */

import { type Billing, stripeOf } from '../context.ts'
import { push } from '../push/push.ts'
import type { Stripe } from '../stripe/client.ts'

export async function announce(billing: Billing, address: string): Promise<void> {
  await push({ stripe: billing.stripe, appUrl: address }, (line) => billing.log.debug(line))
  const stripe = await stripeOf(billing).client()
  for await (const endpoint of stripe.webhookEndpoints.list({ limit: 100 })) {
    if (!endpoint.url.startsWith(address) && !(await answers(endpoint))) await stripe.webhookEndpoints.del(endpoint.id)
  }
}

async function answers({ url }: Stripe.WebhookEndpoint): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/livez', url), { signal: AbortSignal.timeout(2_000) })
    await answer.body?.cancel()
    return true
  } catch {
    return false
  }
}
