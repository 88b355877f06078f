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

  const sample = setInterval(() => {
    // Nanoseconds; the histogram counts from the tick before, so an idle loop shows the resolution itself.
    overloaded = delay.mean / 1e6 - RESOLUTION_MS > maxDelayMs
    delay.reset()
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
