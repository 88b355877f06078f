/** Development without a key speaks to the local Stripe, which is found or started here. */
import { join } from 'node:path'
import type { Config } from '#platform/config.ts'
import { deriveKey } from '#platform/secrets.ts'
import { meetingPlace } from './boot.ts'

export interface StripeLocation {
  /** The configuration, with the local Stripe as its Stripe. */
  config: Config
  /** Set when it is the local one. */
  localUrl: string | undefined
  release(): void
}

export async function locateStripe(config: Config, { offsetMs }: { offsetMs: number }): Promise<StripeLocation> {
  if (config.env !== 'development' || config.stripeSecretKey || config.stripeApiBase) {
    return { config, localUrl: undefined, release: () => {} }
  }
  // Loaded only here: the image for production does not contain it.
  const { joinLocalStripe } = await import('../../simulators/stripe/join.ts')
  const webhookSecret = `whsec_${deriveKey(config.secret, 'local-stripe-webhook:v1').toString('base64url')}`
  const { url, leave } = await joinLocalStripe({
    meeting: join(meetingPlace(config), 'stripe'),
    state: join(config.dataDir, 'stripe'),
    webhookSecret,
    offsetMs,
  })
  return {
    config: { ...config, stripeApiBase: url, stripeWebhookSecrets: [...config.stripeWebhookSecrets, webhookSecret] },
    localUrl: url,
    release: leave,
  }
}
