/** One request of the API from its parameters to its answer, as one transaction. */
import { readParameters } from '../contract/parameters.ts'
import type { ContractOperation } from '../contract/spec.ts'
import { objectFaults } from '../contract/validator.ts'
import type { Includable, Operations } from '../world.ts'
import { StripeFault } from '../world.ts'
import { expand } from './expand.ts'
import { ContractFault } from './faults.ts'
import type { Form } from './form.ts'
import { type Page, pageOf } from './lists.ts'
import { present } from './present.ts'
import type { RequestOfEvents, Simulation } from './world.ts'

export interface Rooms {
  readonly operations: Operations
  readonly includable: Includable
}

export interface ApiRequest {
  readonly operation: ContractOperation
  readonly path: string
  /** What the braces of the path stand for. */
  readonly values: Readonly<Record<string, string>>
  readonly given: Form
}

/** The typed parameters, with what every operation takes alike set apart. */
export interface Parameters {
  readonly own: Record<string, unknown>
  readonly page: Page
  readonly expansions: readonly string[]
}

export function parametersOf({ operation, given }: ApiRequest): Parameters {
  const { expand: expansions = [], limit, starting_after, ending_before, ...own } = readParameters(operation, given)
  return { own, page: { limit, starting_after, ending_before } as Page, expansions: expansions as string[] }
}

export function answer(
  simulation: Simulation,
  { operations, includable }: Rooms,
  { operation, path, values }: ApiRequest,
  { own, page, expansions }: Parameters,
  request: RequestOfEvents,
): object {
  const operate = operations[operation.name]
  if (!operate) throw new StripeFault(400, { message: `The local Stripe does not know ${operation.name}.` })
  return simulation.transact((world) => {
    const result = operate({ world, params: own, path: values })
    const body = present(Array.isArray(result) ? pageOf(result, page, path) : result)
    expand(world, { includable, schema: operation.answer }, body, expansions)
    const faults = objectFaults(body)
    if (faults.length > 0) throw new ContractFault(`the answer to ${operation.name}`, faults)
    return body
  }, request)
}
