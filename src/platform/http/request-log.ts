/**
 * The logger of one request. Most requests write nothing but their access line, so the child that carries the request
 * id is made when it is first used. Methods rather than getters, because Fastify looks at each of them for every request.
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Bindings } from 'pino'
import type { Logger } from '../log.ts'

type Line = Parameters<Logger['info']>

class RequestLog {
  readonly #parent: Logger
  readonly #id: string
  #child: Logger | undefined

  constructor(parent: Logger, id: string) {
    this.#parent = parent
    this.#id = id
  }

  get level(): string {
    return this.#parent.level
  }

  fatal(...line: Line): void {
    this.#own().fatal(...line)
  }

  error(...line: Line): void {
    this.#own().error(...line)
  }

  warn(...line: Line): void {
    this.#own().warn(...line)
  }

  info(...line: Line): void {
    this.#own().info(...line)
  }

  debug(...line: Line): void {
    this.#own().debug(...line)
  }

  trace(...line: Line): void {
    this.#own().trace(...line)
  }

  silent(): void {}

  child(bindings: Bindings): Logger {
    return this.#own().child(bindings)
  }

  #own(): Logger {
    this.#child ??= this.#parent.child({ request_id: this.#id })
    return this.#child
  }
}

export function requestLog(parent: Logger, id: string): FastifyBaseLogger {
  return new RequestLog(parent, id) as unknown as FastifyBaseLogger
}
