/** The refusals of parameters that more than one operation has. */
import { StripeFault } from '../world.ts'

export const missing = (param: string) =>
  new StripeFault(400, { message: `Missing required param: ${param}.`, code: 'parameter_missing', param })

export const exclusive = (one: string, other: string) =>
  new StripeFault(400, { message: `You may only specify one of these parameters: ${one}, ${other}.`, param: one })
