/** `/_sim`: what no Stripe offers: set the clock, make things go wrong, wait until all is delivered. */
import type { FastifyInstance } from 'fastify'
import { type ChaosChanges, setChaos } from './core/chaos.ts'
import type { LocalStripe } from './handle.ts'
import { StripeFault } from './world.ts'

export interface Admin extends LocalStripe {
  counts(): Record<string, number>
  /** Sets the clock of an account without a past, also backwards. */
  beginAt(date: Date): void
  /** How many endpoints an event is sent to once more. */
  redeliver(eventId: string): number
}

const refuse = (message: string, param?: string) => new StripeFault(400, { message, ...(param && { param }) })

export function admin(app: FastifyInstance, local: Admin): void {
  app.get('/_sim/state', async () => ({
    now: new Date(local.world.now() * 1000).toISOString(),
    counts: local.counts(),
    chaos: local.chaos,
    stats: local.stats(),
  }))

  app.post<{ Body: { now?: string } }>('/_sim/clock', async ({ body }) => {
    const date = new Date(String(body?.now))
    if (Number.isNaN(date.getTime())) throw refuse('now is to be a date of ISO 8601.', 'now')
    await local.advanceTo(date)
    return { now: new Date(local.world.now() * 1000).toISOString() }
  })

  app.post<{ Body: { now?: string } }>('/_sim/begin', async ({ body }) => {
    const date = new Date(String(body?.now))
    if (Number.isNaN(date.getTime())) throw refuse('now is to be a date of ISO 8601.', 'now')
    if (Object.values(local.counts()).some((count) => count > 0)) {
      throw refuse('Only an account in which nothing has happened can begin in the past.')
    }
    local.beginAt(date)
    return { now: new Date(local.world.now() * 1000).toISOString() }
  })

  app.post<{ Body: ChaosChanges | null }>('/_sim/chaos', async ({ body }) => {
    setChaos(local.chaos, body ?? {})
    return local.chaos
  })

  app.post<{ Body: { customer?: string } }>('/_sim/fail-next-payment', async ({ body }) => {
    const customer = local.world.need('customer', String(body?.customer), 'customer')
    local.failNextPayment(customer.id)
    return { customer: customer.id }
  })

  app.post('/_sim/settled', async () => {
    await local.settled()
    return { settled: true }
  })

  app.post<{ Params: { id: string } }>('/_sim/events/:id/redeliver', async ({ params }) => ({
    endpoints: local.redeliver(params.id),
  }))
}
