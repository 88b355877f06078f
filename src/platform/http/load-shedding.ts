/**
 * When the event loop falls behind, answering a few requests quickly beats answering all of them too late. The mean
 * delay decides; how busy the loop is does not, because a loop that is always busy and never late is what one pays for.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../errors.ts'

const RESOLUTION_MS = 20
/** How soon it is noticed that the loop is late, and that it is on time again. */
const SAMPLE_MS = 250

export function shedLoad(app: FastifyInstance, { maxDelayMs }: { maxDelayMs: number }): void {
  if (maxDelayMs === 0) return
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let overloaded = false

  // Differences instead of `reset()`, after which the histogram forgets the next delay: a loop that is late every time
  // would never be noticed.
  let seen = { count: 0, total: 0 }
  const sample = setInterval(() => {
    const { count } = delay
    const total = count === 0 ? 0 : delay.mean * count
    const meanMs = (total - seen.total) / (count - seen.count) / 1e6
    // The histogram counts from tick to tick, so a loop on time shows the resolution itself.
    if (count > seen.count) overloaded = meanMs - RESOLUTION_MS > maxDelayMs
    seen = { count, total }
  }, SAMPLE_MS).unref()

  app.addHook('onRequest', (request, _reply, done) => {
    if (overloaded && !request.routeOptions.config.vital) done(overload())
    else done()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(sample)
    delay.disable()
    done()
  })
}

function overload(): Refusal {
  return new Refusal(503, 'OVERLOADED', 'The server has more to do than it can. Try again shortly.', {
    headers: { 'retry-after': '1' },
  })
}
