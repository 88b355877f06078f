/** What a transaction has changed, as the steps that take it back. */

export class Journal {
  #steps: (() => void)[] | undefined

  get isOpen(): boolean {
    return this.#steps !== undefined
  }

  /** Called before every change. A change outside of a transaction could not be taken back. */
  record(undo: () => void): void {
    if (!this.#steps) throw new Error('the world changes only inside transact()')
    this.#steps.push(undo)
  }

  begin(): void {
    this.#steps = []
  }

  commit(): void {
    this.#steps = undefined
  }

  undo(): void {
    const steps = this.#steps ?? []
    this.#steps = undefined
    for (const step of steps.reverse()) step()
  }
}
