/** Parameters as an operation gets them: typed by the contract, and refused the way Stripe refuses them. */
import type { ErrorObject } from 'ajv/dist/2020.js'
import { StripeFault } from '../world.ts'
import { type ContractOperation, resolve, type Schema } from './spec.ts'
import { parameterFaults } from './validator.ts'

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const isIndexed = (value: Fields) =>
  Object.keys(value).length > 0 && Object.keys(value).every((key) => /^\d+$/.test(key))

function typedAlternative(alternatives: readonly Schema[], value: unknown): unknown {
  if (isFields(value)) {
    const hasType = (type: string) => alternatives.find((each) => resolve(each).type === type)
    const chosen = (isIndexed(value) && hasType('array')) || hasType('object')
    return chosen ? typed(chosen, value) : value
  }
  for (const each of alternatives) {
    const result = typed(each, value)
    if (result !== value) return result
  }
  return value
}

/** Everything in a form is text; what the contract calls a number becomes one. */
function typed(reference: Schema, value: unknown): unknown {
  const schema = resolve(reference)
  if (schema.anyOf) return typedAlternative(schema.anyOf, value)
  const types = [schema.type ?? []].flat()
  if (isFields(value)) {
    if (types.includes('array') && isIndexed(value)) {
      const keys = Object.keys(value).sort((a, b) => Number(a) - Number(b))
      return keys.map((key) => typed(schema.items ?? {}, value[key]))
    }
    const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {}
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, typed(schema.properties?.[key] ?? others, each)]),
    )
  }
  if (typeof value !== 'string' || types.includes('string')) return value
  if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** `/items/0/price` as Stripe names it: `items[0][price]`. */
function bracketed(path: string, key?: string): string {
  const [first = '', ...rest] = [...path.split('/').slice(1), ...(key === undefined ? [] : [key])]
  return first + rest.map((each) => `[${each}]`).join('')
}

interface ErrorDetails {
  additionalProperty?: string
  missingProperty?: string
  allowedValues?: readonly unknown[]
  type?: string
}

function refusal({ keyword, instancePath, params, data }: ErrorObject): StripeFault {
  const { additionalProperty, missingProperty, allowedValues, type } = params as ErrorDetails
  if (keyword === 'additionalProperties') {
    const param = bracketed(instancePath, additionalProperty)
    return new StripeFault(400, { code: 'parameter_unknown', message: `Received unknown parameter: ${param}`, param })
  }
  if (keyword === 'required') {
    const param = bracketed(instancePath, missingProperty)
    return new StripeFault(400, { code: 'parameter_missing', message: `Missing required param: ${param}.`, param })
  }
  const param = bracketed(instancePath)
  if (keyword === 'enum') {
    const message = `Invalid ${param}: must be one of ${allowedValues?.slice(0, 20).join(', ')}`
    return new StripeFault(400, { message, param })
  }
  const shown = typeof data === 'string' ? data : JSON.stringify(data)
  if (type === 'integer') {
    const message = `Invalid integer: ${shown}`
    return new StripeFault(400, { code: 'parameter_invalid_integer', message, param })
  }
  return new StripeFault(400, { message: `Invalid ${type ?? 'value'} for ${param}: ${shown}`, param })
}

/** The most telling fault of several: where `anyOf` tried every branch, the one that got furthest. */
const TELLING = ['additionalProperties', 'required', 'enum', 'type']
const rank = ({ keyword, instancePath }: ErrorObject) => {
  const place = TELLING.indexOf(keyword)
  return (place < 0 ? TELLING.length : place) * 100 - instancePath.split('/').length
}

export function readParameters({ parameters }: ContractOperation, given: object): Fields {
  const result = typed(parameters, given) as Fields
  const [worst] = parameterFaults(parameters, result).sort((a, b) => rank(a) - rank(b))
  if (worst) throw refusal(worst)
  return result
}
