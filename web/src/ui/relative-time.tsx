import { useSyncExternalStore } from 'react'
import { appNow, clockTicks, watchClock } from './clock.ts'
import { relativeWords } from './relative-words.ts'
import { Tooltip } from './tooltip.tsx'

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const numbers = new Intl.NumberFormat()

/** "5 minutes ago", kept current, with the exact time on hover. */
export function RelativeTime({ at }: { at: string }) {
  useSyncExternalStore(watchClock, clockTicks)
  const date = new Date(at)
  return (
    <Tooltip text={exact.format(date)}>
      <time dateTime={at} className="whitespace-nowrap">
        {relativeWords(date, appNow())}
      </time>
    </Tooltip>
  )
}

export function LocalDate({ at }: { at: string }) {
  const date = new Date(at)
  return (
    <Tooltip text={exact.format(date)}>
      <time dateTime={at} className="whitespace-nowrap">
        {day.format(date)}
      </time>
    </Tooltip>
  )
}

export function useLocaleNumber(): (value: number) => string {
  return (value) => numbers.format(value)
}
