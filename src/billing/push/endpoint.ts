/** Where Stripe tells us of changes, in the version of its API that this code was written for. */
import { stripeEventTypes } from '../inbox/event.ts'
import type { Stripe } from '../stripe/client.ts'
import type { Say } from './catalog.ts'

export interface EndpointOptions {
  appUrl: string
  isLocal: boolean
}

export async function pushEndpoint(client: Stripe, { appUrl, isLocal }: EndpointOptions, say: Say): Promise<void> {
  const url = `${appUrl}/api/v1/billing/webhook`
  if (!isLocal && !url.startsWith('https://')) {
    say(`webhook endpoint: none, Stripe cannot reach ${url}. Run: stripe listen --forward-to ${url}`)
    return
  }
  const { default: Stripe } = await import('stripe')
  const version = Stripe.API_VERSION
  const found = await endpointAt(client, url)
  if (!found) {
    const { id, secret } = await client.webhookEndpoints.create({
      url,
      enabled_events: [...stripeEventTypes],
      api_version: version as Stripe.WebhookEndpointCreateParams.ApiVersion,
      description: 'Plinth',
    })
    say(`webhook endpoint ${id}: created for ${url}`)
    say(`  shown only now: STRIPE_WEBHOOK_SECRET=${secret}`)
    return
  }
  if (found.api_version !== version) {
    say(
      `webhook endpoint ${found.id}: WARNING, it speaks ${found.api_version ?? "the account's version"}, not ${version}.`,
    )
    say('  Its version cannot be changed: delete it in the dashboard, push again, and set the new secret.')
  }
  const isComplete = found.status === 'enabled' && sameNames(found.enabled_events, stripeEventTypes)
  if (isComplete) {
    say(`webhook endpoint ${found.id}: unchanged`)
    return
  }
  await client.webhookEndpoints.update(found.id, { enabled_events: [...stripeEventTypes], disabled: false })
  say(`webhook endpoint ${found.id}: updated`)
}

async function endpointAt(client: Stripe, url: string): Promise<Stripe.WebhookEndpoint | undefined> {
  for await (const endpoint of client.webhookEndpoints.list({ limit: 100 })) {
    if (endpoint.url === url) return endpoint
  }
  return undefined
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join()
