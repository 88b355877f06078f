/** The account's clock: the wall's time and an offset. It stands still while the work of one moment is done. */

export class AccountClock {
  offsetMs: number
  #held: number | undefined

  constructor(offsetMs: number) {
    this.offsetMs = offsetMs
  }

  now(): number {
    return this.#held ?? Math.floor((Date.now() + this.offsetMs) / 1000)
  }

  /** From here on it shows this moment, until it is released. */
  hold(seconds: number): void {
    this.#held = seconds
  }

  /** Ticks on as if it had not been held. */
  resume(): void {
    this.#held = undefined
  }

  /** Ticks on from the moment that it shows. */
  release(): void {
    this.offsetMs = this.shownOffsetMs
    this.#held = undefined
  }

  /** How far what it shows is ahead of the wall: what a process that ends in the middle of an advance leaves behind. */
  get shownOffsetMs(): number {
    return this.#held === undefined ? this.offsetMs : this.#held * 1000 - Date.now()
  }

  get isHeld(): boolean {
    return this.#held !== undefined
  }
}
