/** What a plot shows, as a sentence: how much there was, and whether it is more than before. */
import type { Series } from '../billing/contract.ts'

const numbers = new Intl.NumberFormat()
const month = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric', timeZone: 'UTC' })

const deeds: Record<string, { one: string; many: string }> = {
  projects_created: { one: 'project was created', many: 'projects were created' },
  members_joined: { one: 'person joined', many: 'people joined' },
  activity: { one: 'change was made', many: 'changes were made' },
}

export function findingOf({ key, name, unit, interval, points }: Series): string {
  const sum = points.reduce((total, { value }) => total + value, 0)
  const span = interval === 'month' ? `in ${points.length} months` : `in ${points.length} days`
  const deed = deeds[key]
  if (sum === 0) return `${name}: nothing ${span}`
  const count = deed
    ? `${numbers.format(sum)} ${sum === 1 ? deed.one : deed.many} ${span}`
    : `${name}: ${numbers.format(sum)} ${unit} ${span}`
  return `${count}, ${interval === 'month' ? peakOf(points) : trendOf(points)}`
}

/** The strongest month; with several, the last of them, and that there were others. */
function peakOf(points: Series['points']): string {
  const most = Math.max(...points.map(({ value }) => value))
  const peaks = points.filter(({ value }) => value === most)
  const last = month.format(new Date(peaks.at(-1)?.date as string))
  if (peaks.length === 1) return `most in ${last}`
  return `at most ${numbers.format(most)} in a month, last in ${last}`
}

/** The later half against the earlier one; a little more or less is called the same. */
function trendOf(points: Series['points']): string {
  const half = Math.floor(points.length / 2)
  const sumOf = (part: Series['points']) => part.reduce((total, { value }) => total + value, 0)
  const [before, after] = [sumOf(points.slice(0, half)), sumOf(points.slice(points.length - half))]
  const difference = after - before
  if (Math.abs(difference) <= before * 0.1) return 'about as many in the second half as in the first'
  return difference > 0 ? 'more in the second half than in the first' : 'fewer in the second half than in the first'
}
