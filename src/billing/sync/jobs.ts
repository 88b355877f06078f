/** Readings of Stripe that no event asks for. */
import { defineJob } from '#jobs'

/** When grace runs out, what the tenant may use has to be worked out again although nothing happens at Stripe. */
export const graceEnds = defineJob<{ tenant_id: string }>('billing.grace_ends', {
  attempts: 300,
  retryDelayMaxSeconds: 300,
})
