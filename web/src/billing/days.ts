import { appNow } from '../ui/clock.ts'

const dayMs = 86_400_000
const sameYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' })
const otherYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })

/** "12 December", with the year when it is another one. */
export function dayOf(at: string, now = appNow()): string {
  const date = new Date(at)
  return (date.getFullYear() === now.getFullYear() ? sameYear : otherYear).format(date)
}

/** Begun days until then; 0 when it is past. */
export function daysUntil(at: string, now = appNow()): number {
  return Math.max(0, Math.ceil((new Date(at).getTime() - now.getTime()) / dayMs))
}

/** "today", "in 1 day", "in 9 days" */
export function inDays(at: string, now = appNow()): string {
  const days = daysUntil(at, now)
  if (days === 0) return 'today'
  return days === 1 ? 'in 1 day' : `in ${days} days`
}
