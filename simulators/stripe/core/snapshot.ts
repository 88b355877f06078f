/** The state in a file, so that it outlives the process. Written as a whole, never half. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const FORMAT = 1
/** A process that is killed loses no more than this, while the state is small. */
const WRITE_AFTER_MS = 100
/** A large state must not keep the process busy with writing it. */
const SHARE_OF_TIME = 10

export class Snapshot<T extends object> {
  readonly #file: string | undefined
  readonly #content: () => T
  #timer: NodeJS.Timeout | undefined
  #lastTookMs = 0

  /** Without a file nothing is kept. */
  constructor(file: string | undefined, content: () => T) {
    this.#file = file
    this.#content = content
  }

  read(): T | undefined {
    if (this.#file === undefined || !existsSync(this.#file)) return undefined
    const { format, ...content } = JSON.parse(readFileSync(this.#file, 'utf8'))
    if (format !== FORMAT) throw new Error(`${this.#file} is of another version of the local Stripe: delete it`)
    return content
  }

  /** Something has changed: it will be written in a moment, together with what changes until then. */
  touch(): void {
    if (this.#file === undefined) return
    this.#timer ??= setTimeout(() => this.write(), Math.max(WRITE_AFTER_MS, this.#lastTookMs * SHARE_OF_TIME))
  }

  write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#file === undefined) return
    const started = performance.now()
    mkdirSync(dirname(this.#file), { recursive: true })
    const unfinished = `${this.#file}.${process.pid}.tmp`
    writeFileSync(unfinished, JSON.stringify({ format: FORMAT, ...this.#content() }), { mode: 0o600 })
    renameSync(unfinished, this.#file)
    this.#lastTookMs = performance.now() - started
  }
}
