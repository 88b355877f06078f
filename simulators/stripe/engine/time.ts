/** Billing periods: calendar arithmetic in UTC that counts from the anchor, so that a 31st comes back after February. */

export const DAY = 86_400

export interface Recurrence {
  interval: 'day' | 'week' | 'month' | 'year'
  interval_count: number
}

export interface Period {
  start: number
  end: number
}

/** In seconds; only to guess how many intervals lie between two moments. */
const ABOUT = { day: DAY, week: 7 * DAY, month: 30.44 * DAY, year: 365.25 * DAY }

/** The day of the month that a month does not have is its last day. */
export function addMonths(seconds: number, months: number): number {
  const date = new Date(seconds * 1000)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
  return date.getTime() / 1000
}

export function addIntervals(anchor: number, { interval, interval_count }: Recurrence, times: number): number {
  const count = interval_count * times
  if (interval === 'day') return anchor + count * DAY
  if (interval === 'week') return anchor + count * 7 * DAY
  return addMonths(anchor, interval === 'month' ? count : count * 12)
}

/** The period of a recurrence in which a moment lies; its start belongs to it, its end does not. */
export function periodAt(anchor: number, recurrence: Recurrence, at: number): Period {
  let times = Math.floor((at - anchor) / (ABOUT[recurrence.interval] * recurrence.interval_count))
  while (addIntervals(anchor, recurrence, times) > at) times -= 1
  while (addIntervals(anchor, recurrence, times + 1) <= at) times += 1
  return { start: addIntervals(anchor, recurrence, times), end: addIntervals(anchor, recurrence, times + 1) }
}
