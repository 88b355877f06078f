import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { hasPendingEvents } from './queries.ts'

/** The local Stripe's own switches, which the real one does not have. */
export interface LocalStripe {
  readonly url: string
  /** Runs what falls due up to then, in order; answers when its events were delivered. */
  advanceTo(now: Date): Promise<void>
  failNextPayment(customerId: string): Promise<void>
  /** Sets its clock back; false when something has happened there already. */
  beginAt(date: Date): Promise<boolean>
}

export function localStripeAt(url: string): LocalStripe {
  const ask = (path: string, body: object) =>
    fetch(`${url}/_sim/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const post = async (path: string, body: object) => {
    const answer = await ask(path, body)
    if (!answer.ok) throw new Error(`The local Stripe answered ${answer.status} to ${path}: ${await answer.text()}`)
  }
  return {
    url,
    async advanceTo(now) {
      await post('clock', { now: now.toISOString() })
      await post('settled', {})
    },
    failNextPayment: (customer) => post('fail-next-payment', { customer }),
    beginAt: async (date) => (await ask('begin', { now: date.toISOString() })).ok,
  }
}

const PATIENCE_MS = 5_000
const LOOK_EVERY_MS = 50

/** Moves Stripe's clock along, and waits until what it told of that has been worked on, if a worker runs. */
export async function moveAlong(db: Database, local: LocalStripe, now: Date): Promise<void> {
  await local.advanceTo(now)
  for (const begun = performance.now(); performance.now() - begun < PATIENCE_MS; await sleep(LOOK_EVERY_MS)) {
    if (!(await asSystem(db, 'see whether all that Stripe told is worked on', hasPendingEvents))) return
  }
}
