/**
 * Telling Stripe's meters what was used. The identifier is that of the use, so that an event sent twice counts once, and
 * Stripe's "already exists" is as good as sent. Stripe forgets identifiers after a day and takes no event older than 35
 * days: attempts are an hour apart at most, and what is too old is dropped, loudly.
 */
import { asSystem } from '#platform/db/scoped.ts'
import type { Billing } from '../../context.ts'
import type { Stripe } from '../../stripe/client.ts'
import { metricKeys, metricOf } from '../metrics.ts'
import { type DueMeterEvent, dropMeterEventsBefore, settleMeterEvents, takeDueMeterEvents } from './queries.ts'

const OLDEST_MS = 35 * 86_400_000
const BATCH = 100
/** At once, well below what Stripe allows. */
const LANES = 10

type Outcome = 'sent' | 'refused' | 'unanswered'

/** Ends when nothing is due, when Stripe does not answer, or when it is told to. */
export async function sendMeterEvents({ db, clock, log, stripe }: Billing, signal?: AbortSignal): Promise<void> {
  const tooOld = new Date(clock.now().getTime() - OLDEST_MS)
  const dropped = await asSystem(db, 'tell Stripe what several tenants used', (tx) =>
    dropMeterEventsBefore(tx, tooOld, clock.now()),
  )
  if (dropped > 0 && stripe) {
    log.error({ count: dropped }, 'usage could not be told to Stripe within 35 days, and will not be charged')
  }
  if (!stripe) return
  const client = await stripe.patientClient()
  while (!signal?.aborted) {
    const due = await asSystem(db, 'tell Stripe what several tenants used', (tx) =>
      takeDueMeterEvents(tx, BATCH, clock.now()),
    )
    if (due.length === 0) return
    for (let at = 0; at < due.length; at += LANES) {
      const lane = due.slice(at, at + LANES)
      const outcomes = await Promise.all(lane.map((event) => send(client, event, log)))
      const sent = lane.filter((_, index) => outcomes[index] === 'sent')
      await asSystem(db, 'tell Stripe what several tenants used', (tx) => settleMeterEvents(tx, sent, clock.now()))
      // The rest of the batch comes again in its own time.
      if (outcomes.includes('unanswered')) return
    }
  }
}

export function identifierOf({ id }: Pick<DueMeterEvent, 'id'>): string {
  return `plinth:${id}`
}

async function send(client: Stripe, event: DueMeterEvent, log: Billing['log']): Promise<Outcome> {
  try {
    await client.billing.meterEvents.create({
      event_name: event.event_name,
      identifier: identifierOf(event),
      timestamp: Math.floor(event.at.getTime() / 1000),
      payload: { stripe_customer_id: event.stripe_customer_id, value: String(event.value) },
    })
    return 'sent'
  } catch (error) {
    const { type, message = '' } = error as { type?: string; message?: string }
    const wasRefused = type === 'StripeInvalidRequestError'
    if (wasRefused && message.includes('already exists with identifier')) return 'sent'
    const facts = { err: error, tenant_id: event.tenant_id, id: event.id, attempts: event.attempts }
    if (wasRefused) log.error(facts, 'Stripe refused what was used; it is tried again until it is too old')
    else log.warn(facts, 'Stripe did not take what was used; it is tried again')
    return wasRefused ? 'refused' : 'unanswered'
  }
}

/** Makes the meters that are missing, and says which. For the command that brings everything else to Stripe, too. */
export async function pushMeters(client: Stripe): Promise<string[]> {
  const known = new Set<string>()
  for await (const { event_name } of client.billing.meters.list({ status: 'active', limit: 100 })) known.add(event_name)
  const made: string[] = []
  for (const key of metricKeys) {
    const { name, meter } = metricOf(key)
    if (meter === undefined || known.has(meter)) continue
    await client.billing.meters.create({
      display_name: name,
      event_name: meter,
      default_aggregation: { formula: 'sum' },
      customer_mapping: { type: 'by_id', event_payload_key: 'stripe_customer_id' },
      value_settings: { event_payload_key: 'value' },
    })
    made.push(meter)
  }
  return made
}
