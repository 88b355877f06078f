/** What only a server in development answers: its clock, and the Stripe that stands beside it. */
import { session } from '../api/client.ts'
import { problemOf } from '../api/problem.ts'
import { hopsBetween } from './moves.ts'

async function ask<Body>(path: string, init?: RequestInit): Promise<Body> {
  const response = await fetch(path, { ...init, headers: { accept: 'application/json', ...init?.headers } })
  if (!response.ok) throw await problemOf(response)
  return response.status === 204 ? (undefined as Body) : ((await response.json()) as Body)
}

const json = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export const readClock = async (): Promise<string> => (await ask<{ now: string }>('/dev/clock')).now

export const localStripe = async (): Promise<string> => (await ask<{ url: string }>('/dev/stripe')).url

/** Hop by hop, with a renewed session after each: a week or more at once would end it. */
export async function moveClock(tenant: string, from: Date, to: Date): Promise<Date> {
  let now = from
  for (const hop of hopsBetween(from, to)) {
    now = new Date((await ask<{ now: string }>('/dev/clock', json({ to: hop.toISOString() }))).now)
    const { value } = await session.token(tenant)
    await session.renew(tenant, value)
  }
  return now
}

export async function failNextPayment(tenant: string): Promise<void> {
  const { value } = await session.token(tenant)
  await ask('/dev/stripe/fail-next-payment', { method: 'POST', headers: { authorization: `Bearer ${value}` } })
}
