/** Where the clock of development can go, and in which hops, so that the session of whoever moves it lives on. */

const dayMs = 86_400_000
/** Below the life of a refresh token; each hop renews it. */
const hopMs = 5 * dayMs
const mostHops = 40

export const daysLater = (now: Date, days: number): Date => new Date(now.getTime() + days * dayMs)

/** The same day of the next month, or its last day. */
export function monthLater(now: Date): Date {
  const to = new Date(now)
  to.setUTCMonth(to.getUTCMonth() + 1)
  if (to.getUTCDate() !== now.getUTCDate()) to.setUTCDate(0)
  return to
}

/** Two hours later, because an invoice is charged about an hour after its period began. */
export const afterRenewal = (periodEnd: string): Date => new Date(new Date(periodEnd).getTime() + 2 * 3_600_000)

/** Every stop on the way, the target last. A way of more than half a year is gone in longer hops. */
export function hopsBetween(from: Date, to: Date): Date[] {
  const distance = to.getTime() - from.getTime()
  const count = Math.min(mostHops, Math.max(1, Math.ceil(distance / hopMs)))
  return Array.from({ length: count }, (_, at) => new Date(from.getTime() + (distance * (at + 1)) / count))
}
