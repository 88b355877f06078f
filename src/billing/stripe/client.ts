/**
 * The way to Stripe, or to the local one that stands in for it. Nothing outside of this folder knows the SDK.
 *
 * The SDK is loaded at its first use: most processes start without asking Stripe anything.
 */
import type { Stripe } from 'stripe'
import type { Config } from '#platform/config.ts'
import { Refusal, unavailable } from '#platform/errors.ts'

export type { Stripe } from 'stripe'

/** Accepted by the local Stripe alone. */
export const LOCAL_KEY = 'sk_test_simulated'

export interface StripeAccount {
  /** Which Stripe is asked. */
  readonly mode: 'local' | 'test' | 'live'
  /** Events of the other kind are not ours. */
  readonly livemode: boolean
  readonly webhookSecrets: readonly string[]
  /** Ids of prices that the environment names, by `<plan>_<interval>`. */
  readonly prices: Readonly<Record<string, string>>
  /** For requests that people wait for: gives up within ten seconds. */
  client(): Promise<Stripe>
  /** For jobs, which have time. */
  patientClient(): Promise<Stripe>
}

export type AccountSettings = Pick<
  Config,
  'env' | 'stripeSecretKey' | 'stripeWebhookSecrets' | 'stripeApiBase' | 'stripePrices'
>

/** Undefined where no Stripe is configured: then nothing can be bought. */
export function openStripe(settings: AccountSettings): StripeAccount | undefined {
  const { stripeSecretKey, stripeApiBase } = settings
  const key = stripeSecretKey ?? (stripeApiBase && LOCAL_KEY)
  if (key === undefined) return undefined
  const livemode = /^[sr]k_live_/.test(key)
  if (livemode && stripeApiBase) {
    throw new Error(
      'STRIPE_API_BASE is set, and a live key must only be sent to Stripe itself. Use a key of test mode.',
    )
  }
  const open = (limits: { timeout: number; maxNetworkRetries: number }) =>
    once(async () => {
      const { default: Stripe } = await import('stripe')
      return new Stripe(key, {
        ...limits,
        telemetry: false,
        appInfo: { name: 'plinth' },
        ...(stripeApiBase && addressOf(stripeApiBase)),
      })
    })
  return {
    mode: stripeApiBase ? 'local' : livemode ? 'live' : 'test',
    livemode,
    webhookSecrets: settings.stripeWebhookSecrets,
    prices: settings.stripePrices,
    client: open({ timeout: 4_000, maxNetworkRetries: 1 }),
    patientClient: open({ timeout: 20_000, maxNetworkRetries: 2 }),
  }
}

const REMEMBERED_MS = 30_000
const lastPings = new WeakMap<StripeAccount, { at: number; answer: Promise<unknown> }>()

/** Rejects when Stripe does not answer. Asks at most twice a minute, however often health is asked for. */
export async function pingStripe(account: StripeAccount): Promise<void> {
  const now = performance.now()
  let last = lastPings.get(account)
  if (!last || now - last.at > REMEMBERED_MS) {
    last = { at: now, answer: account.client().then((stripe) => stripe.products.list({ limit: 1 })) }
    lastPings.set(account, last)
  }
  await last.answer
}

function addressOf(base: string): { protocol: 'http' | 'https'; host: string; port: string } {
  const { protocol, hostname, port } = new URL(base)
  const secure = protocol === 'https:'
  return { protocol: secure ? 'https' : 'http', host: hostname, port: port || (secure ? '443' : '80') }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** What a caller can act on, of what went wrong at Stripe. Anything else is a fault of ours and stays one. */
export function refusalOf(error: unknown): unknown {
  const { type, message = '', code } = error as { type?: string; message?: string; code?: string }
  switch (type) {
    case 'StripeConnectionError':
    case 'StripeAPIError':
    case 'StripeRateLimitError':
    case 'StripeIdempotencyError':
      return unavailable('The payment provider does not answer. Try again shortly: nothing is done twice.', 5)
    case 'StripeAuthenticationError':
    case 'StripePermissionError':
      return unavailable('The payment provider refuses our key. An operator has to look at the configuration.', 60)
    case 'StripeCardError':
      return new Refusal(402, 'PAYMENT_FAILED', message, {
        extra: { upgrade_url: '/billing', ...(code && { reason: code }) },
      })
    default:
      return error
  }
}

/** Stripe keeps also a failure of its own under a key, for a day: only another key leads past it. */
export function isKeptFailure(error: unknown): boolean {
  const { type, headers } = error as { type?: string; headers?: Record<string, string> }
  return type === 'StripeAPIError' && headers?.['idempotent-replayed'] === 'true'
}

/** Runs something a person waits for, and turns what Stripe answers into words for them. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw refusalOf(error)
  }
}
