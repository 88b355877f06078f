/** Faults that more than one room answers with, and the fault of breaking the contract ourselves. */
import { StripeFault } from '../world.ts'

export function resourceMissing(kind: string, id: string, param: string): StripeFault {
  const name = kind.split('.').at(-1)?.replaceAll('_', ' ')
  return new StripeFault(404, { code: 'resource_missing', message: `No such ${name}: '${id}'`, param })
}

/** The local Stripe was about to say something that the real one cannot say. */
export class ContractFault extends Error {
  readonly faults: readonly string[]

  constructor(what: string, faults: readonly string[]) {
    super(`${what} breaks the contract: ${faults.slice(0, 5).join('; ')}`)
    this.name = 'ContractFault'
    this.faults = faults
  }
}
