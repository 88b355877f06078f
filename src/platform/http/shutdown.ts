/**
 * Ends the process without losing an answer: load balancers are told first, requests in flight finish, then what they
 * stood on is put away. A second signal, or half a minute, ends it the hard way.
 */
import type { FastifyInstance } from 'fastify'
import type { Logger } from '../log.ts'
import { lifecycleOf } from './lifecycle.ts'

export interface ShutdownOptions {
  app?: FastifyInstance
  log: Logger
  /** How long `/readyz` fails before new connections are refused. */
  delaySeconds: number
  /** In this order, after the last request: worker, pool, Redis. A failing one does not keep the others. */
  steps: { name: string; run(): Promise<unknown> }[]
  limitSeconds?: number
  exit?: (code: number) => void
}

const LIMIT_SECONDS = 30

/** Returns the shutdown itself, for whoever ends the process for another reason than a signal. */
export function onShutdown({
  app,
  log,
  delaySeconds,
  steps,
  limitSeconds = LIMIT_SECONDS,
  exit = process.exit,
}: ShutdownOptions): (reason: string) => Promise<void> {
  let begun = false

  async function shutDown(reason: string): Promise<void> {
    if (begun) {
      log.error({ reason }, 'stopped the hard way: asked a second time')
      exit(1)
      return
    }
    begun = true
    log.info({ reason }, 'stopping')
    const limit = setTimeout(() => {
      log.error({ limit_seconds: limitSeconds }, 'stopped the hard way: something did not end')
      exit(1)
    }, limitSeconds * 1000)

    if (app) {
      lifecycleOf(app).draining = true
      await pause(delaySeconds)
    }
    const all = app ? [{ name: 'http', run: () => app.close() }, ...steps] : steps
    let failed = false
    for (const { name, run } of all) {
      try {
        await run()
      } catch (error) {
        failed = true
        log.error({ err: error, step: name }, 'could not be stopped')
      }
    }
    clearTimeout(limit)
    log.info('stopped')
    exit(failed ? 1 : 0)
  }

  process.on('SIGTERM', () => void shutDown('SIGTERM'))
  process.on('SIGINT', () => void shutDown('SIGINT'))
  return shutDown
}

/** After a fault nobody caught the state of the process is unknown: say so and let the supervisor start a new one. */
export function exitOnUncaught(log: Logger, exit: (code: number) => void = process.exit): void {
  const last = (kind: string) => (error: unknown) => {
    log.fatal({ err: error }, kind)
    log.flush()
    exit(1)
  }
  process.on('uncaughtException', last('uncaught exception'))
  process.on('unhandledRejection', last('unhandled rejection'))
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
