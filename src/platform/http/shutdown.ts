/**
 * Ends the process without losing an answer: load balancers are told first, requests in flight finish, then what they
 * stood on is put away. A second signal, or half a minute, ends it the hard way.
 */
import type { Server as HttpServer } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from '../log.ts'
import { type Lifecycle, lifecycleOf } from './lifecycle.ts'

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
  exit = (code) => leave(log, code),
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
      const lifecycle = lifecycleOf(app)
      lifecycle.draining = true
      await pause(delaySeconds)
      await emptyConnections(app.server, lifecycle)
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

/** What is still to be logged has this long. */
const LAST_WORDS_MS = 1000

/**
 * The usual exit writes what is left of the log and waits for it, for ever when its reader stands still; those lines are
 * lost either way.
 */
function leave(log: Logger, code: number): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WORDS_MS)
  log.flush(() => process.exit(code))
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

/** A connection that has brought nothing for so long has nothing on its way. */
const QUIET_SECONDS = 1
const LOOK_EVERY_SECONDS = 0.02
/** More connections than can be accepted have to be refused at some time. */
const ACCEPT_SECONDS = 1

/**
 * Stops listening and lets every open connection have its last answer. Node's own `server.close()` counts a connection
 * whose request it has not read yet as idle and cuts it.
 */
async function emptyConnections(server: HttpServer, lifecycle: Lifecycle): Promise<void> {
  if (!server.listening) return
  await acceptWaiting(server)
  NetServer.prototype.close.call(server)
  // Not before: whoever is sent away comes back at once, and would still be let into the queue of a port that closes.
  lifecycle.hangUp()
  const count = () => new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open)))
  const stopped = performance.now()
  const quiet = () => performance.now() - Math.max(stopped, lifecycle.lastArrival) > QUIET_SECONDS * 1000
  while (!quiet() && (await count()) > 0) {
    await pause(LOOK_EVERY_SECONDS)
    await turn()
  }
  server.closeIdleConnections()
}

/** Connections that nobody has accepted when the port closes are reset, and one is accepted in a turn. */
async function acceptWaiting(server: HttpServer): Promise<void> {
  const limit = performance.now() + ACCEPT_SECONDS * 1000
  let accepted = false
  const accept = () => {
    accepted = true
  }
  server.on('connection', accept)
  do {
    accepted = false
    await turn()
  } while (accepted && performance.now() < limit)
  server.off('connection', accept)
}

/** Of the event loop: what has come while the process was busy is read before this returns. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
