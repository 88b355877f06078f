/** Idempotency keys: a request that comes again gets the answer of the first. */
import { createHash } from 'node:crypto'
import { StripeFault } from '../world.ts'

export interface KeptAnswer {
  fingerprint: string
  status: number
  body: object
  /** Unix milliseconds of the wall. */
  at: number
}

const KEPT_MS = 24 * 60 * 60 * 1000

export class IdempotencyKeys {
  readonly #answers = new Map<string, KeptAnswer>()
  readonly #running = new Map<string, string>()

  /** The answer of the first request, or undefined when this is the first: then `finish` must follow. */
  begin(key: string, request: readonly string[]): KeptAnswer | undefined {
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('base64')
    const first = this.#running.get(key) ?? this.#kept(key)?.fingerprint
    if (first !== undefined && first !== fingerprint) {
      throw new StripeFault(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      })
    }
    if (this.#running.has(key)) {
      throw new StripeFault(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this key: ${key}.`,
      })
    }
    const kept = this.#kept(key)
    if (!kept) this.#running.set(key, fingerprint)
    return kept
  }

  #kept(key: string): KeptAnswer | undefined {
    const kept = this.#answers.get(key)
    if (kept && kept.at < Date.now() - KEPT_MS) this.#answers.delete(key)
    return this.#answers.get(key)
  }

  /** The request has run; from now on its answer is the one. */
  keep(key: string, { status, body }: { status: number; body: object }): void {
    const fingerprint = this.#running.get(key) ?? ''
    this.#answers.set(key, { fingerprint, status, body, at: Date.now() })
  }

  finish(key: string): void {
    this.#running.delete(key)
  }

  content = (): [string, KeptAnswer][] => [...this.#answers]

  restore(answers: readonly [string, KeptAnswer][]): void {
    for (const [key, answer] of answers) this.#answers.set(key, answer)
  }
}
