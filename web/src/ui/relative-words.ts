const words = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

const steps = [
  { unit: 'minute', seconds: 60, below: 3600 },
  { unit: 'hour', seconds: 3600, below: 86_400 },
  { unit: 'day', seconds: 86_400, below: 30 * 86_400 },
] as const

/** Relative up to a month, in both directions; the date beyond. */
export function relativeWords(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  const distance = Math.abs(seconds)
  if (distance < 45) return 'just now'
  for (const { unit, seconds: length, below } of steps) {
    if (distance < below) return words.format(Math.sign(seconds) * Math.max(1, Math.round(distance / length)), unit)
  }
  return day.format(at)
}
