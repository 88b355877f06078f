import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#platform/log.ts'

/** Repeats `work`, with a pause between the end of one run and the start of the next. */
export function every(seconds: number, log: Logger, work: () => Promise<void>): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await work().catch((error: unknown) => log.error({ err: error }, 'worker upkeep failed'))
      await sleep(seconds * 1000, undefined, { signal: stopping.signal }).catch(() => {})
    }
  })()
  return {
    stop() {
      stopping.abort()
      return running
    },
  }
}
