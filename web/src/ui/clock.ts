/** What time it is for the app. In development its clock can be moved, and words such as "in 3 days" move with it. */

const tickMs = 30_000
let offsetMs = 0
let ticks = 0
let timer: ReturnType<typeof setInterval> | undefined
const watchers = new Set<() => void>()

function tick(): void {
  ticks += 1
  for (const watcher of watchers) watcher()
}

export function appNow(): Date {
  return new Date(Date.now() + offsetMs)
}

/** Called with what the server's clock says. A difference of a few seconds is only the way to it. */
export function setAppNow(now: Date): void {
  const difference = now.getTime() - Date.now()
  const next = Math.abs(difference) < tickMs ? 0 : difference
  if (Math.abs(next - offsetMs) < 1000) return
  offsetMs = next
  tick()
}

/** For `useSyncExternalStore`, with `clockTicks`: calls now and then, and when the clock was moved. */
export function watchClock(watcher: () => void): () => void {
  watchers.add(watcher)
  timer ??= setInterval(tick, tickMs)
  return () => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

export const clockTicks = (): number => ticks
