/** Days and months of UTC, written as in `2026-03-01`: figures are counted by them, wherever their reader is. */
const DAY_MS = 86_400_000

export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** The first day of its month. */
export function monthOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 7)}-01`
}

/** From the first to the last, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(dayOf(new Date(at)))
  return days
}

/** So many days, the last one being that of the moment. */
export function lastDays(count: number, moment: Date): string[] {
  return daysBetween(dayOf(new Date(moment.getTime() - (count - 1) * DAY_MS)), dayOf(moment))
}

/** So many months, by their first days, the last one being that of the moment. */
export function lastMonths(count: number, moment: Date): string[] {
  const [year, month] = [moment.getUTCFullYear(), moment.getUTCMonth()]
  return Array.from({ length: count }, (_, index) => monthOf(new Date(Date.UTC(year, month - count + 1 + index))))
}
