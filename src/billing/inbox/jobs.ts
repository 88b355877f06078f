import { defineJob } from '#jobs'

/** Failures that are the event's own; an outage of Stripe or of the database is not. */
export const POISON_AFTER = 8

/**
 * A day and more of attempts, the last ones two minutes apart: after an outage of Stripe everything is done within five.
 * One at a time for a tenant, because one reading settles all that its customer's inbox holds.
 */
export const stripeEvent = defineJob<{ event_id: string }>('stripe.event', {
  attempts: 900,
  retryDelayMaxSeconds: 120,
  expireSeconds: 180,
  concurrency: 4,
  perTenant: 1,
})

export const pruneEvents = defineJob('stripe.prune_events')
