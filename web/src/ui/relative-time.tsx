import { useSyncExternalStore } from 'react'
import { relativeWords } from './relative-words.ts'
import { Tooltip } from './tooltip.tsx'

const tickMs = 30_000
let ticks = 0
const watchers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  timer ??= setInterval(() => {
    ticks += 1
    for (const each of watchers) each()
  }, tickMs)
  return () => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const numbers = new Intl.NumberFormat()

/** "5 minutes ago", kept current, with the exact time on hover. */
export function RelativeTime({ at }: { at: string }) {
  useSyncExternalStore(watch, () => ticks)
  const date = new Date(at)
  return (
    <Tooltip text={exact.format(date)}>
      <time dateTime={at} className="whitespace-nowrap">
        {relativeWords(date, new Date())}
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
