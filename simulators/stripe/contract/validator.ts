/** Holds answers, events and requests against the contract, strictly: a key that it does not name is a fault. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { SchemaValidateFunction } from 'ajv/dist/types/index.js'
import { eventTypes, nameOf, type Schema, schemas } from './spec.ts'

/** Open on purpose: what they hold is checked by the object it names. */
const OPEN = new Set(['Event.Data.Object', 'Event.Data.PreviousAttributes'])

const pointer = (name: string) => `stripe#/$defs/${encodeURIComponent(name)}`

/**
 * "An id or the object" is an `anyOf` in the contract, of which ajv reports every branch that failed. Told apart by
 * type, and by `deleted`, only the branch that was meant reports.
 */
function branchByType(alternatives: readonly Schema[], close: boolean): Schema | undefined {
  const references = alternatives.filter(({ $ref }) => $ref)
  const strings = alternatives.filter(({ type }) => type === 'string')
  const nothing = alternatives.some(({ type }) => type === 'null')
  const deleted = references.filter((schema) => nameOf(schema)?.startsWith('deleted_'))
  const live = references.filter((schema) => !deleted.includes(schema))
  const isOther = (schema: Schema) => !schema.$ref && schema.type !== 'null' && schema.type !== 'string'
  if (references.length === 0 || live.length > 1 || deleted.length > 1 || strings.length > 1) return undefined
  if (alternatives.some(isOther)) return undefined
  const [whole, remains] = [live[0] ?? deleted[0], deleted[0] ?? live[0]]
  const [string] = strings
  return {
    type: ['object', ...(string ? ['string'] : []), ...(nothing ? ['null'] : [])],
    if: { type: 'object' },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      if: { required: ['deleted'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: compilable(remains as Schema, close),
      else: compilable(whole as Schema, close),
    },
    ...(string?.enum ? { else: { enum: nothing ? [...string.enum, null] : string.enum } } : {}),
  }
}

/** The schema as ajv is to compile it; with `close`, objects admit no other keys than their own. */
function compilable(schema: Schema, close: boolean): Schema {
  const name = nameOf(schema)
  if (name !== undefined) return isObjectOfApi(name) ? { [LATER]: name } : { $ref: pointer(name) }
  const branched = schema.anyOf && branchByType(schema.anyOf, close)
  if (branched) return branched
  const result: Schema = { ...schema }
  if (schema.anyOf) result.anyOf = schema.anyOf.map((each) => compilable(each, close))
  if (schema.items) result.items = compilable(schema.items, close)
  if (typeof schema.additionalProperties === 'object') {
    result.additionalProperties = compilable(schema.additionalProperties, close)
  }
  if (schema.properties) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, each]) => [key, compilable(each, close)]),
    )
    if (close && schema.additionalProperties === undefined && !schema['x-shallow']) result.additionalProperties = false
  }
  return result
}

/**
 * Objects hold objects: whoever compiles a customer with all that it may lead to compiles half of the contract. So each is
 * compiled by itself, when the first of its kind comes by; most references are ids and never lead anywhere.
 */
const LATER = 'objectOfApi'

/** Named as the API names them; the parts of objects are named by their path. */
const isObjectOfApi = (name: string): boolean => /^[a-z]/.test(name)

const later: SchemaValidateFunction = (name: string, data: unknown, _schema, context) => {
  const validate = validatorOf(name, () => ({ $ref: pointer(name) }))
  if (validate(data)) return true
  later.errors = (validate.errors ?? []).map((error) => ({
    ...error,
    instancePath: `${context?.instancePath ?? ''}${error.instancePath}`,
  }))
  return false
}

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  validateFormats: false,
  verbose: true,
  // Most schemas are compiled for a few objects only, so what a process waits for is the compiling: half of it this way.
  code: { optimize: false },
  inlineRefs: false,
})
ajv.addKeyword({ keyword: LATER, schemaType: 'string', errors: 'full', validate: later })
ajv.addSchema({
  $id: 'stripe',
  $defs: Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, compilable(schema, !OPEN.has(name))]),
  ),
})

const compiled = new Map<Schema | string, ValidateFunction>()

function validatorOf(key: Schema | string, schema: () => Schema): ValidateFunction {
  const known = compiled.get(key)
  if (known) return known
  const validate = ajv.compile(schema())
  compiled.set(key, validate)
  return validate
}

function describe(error: ErrorObject, at: string): string {
  const { additionalProperty, allowedValues } = error.params as {
    additionalProperty?: string
    allowedValues?: readonly unknown[]
  }
  const detail = additionalProperty ?? allowedValues?.slice(0, 12).join('|')
  const got = error.keyword === 'required' ? '' : ` (got ${JSON.stringify(error.data)?.slice(0, 80)})`
  return `${at}${error.instancePath || '/'}: ${error.message}${detail ? ` [${detail}]` : ''}${got}`
}

/** What of parameters the contract refuses, as ajv says it. */
export function parameterFaults(parameters: Schema, given: unknown): ErrorObject[] {
  const validate = validatorOf(parameters, () => compilable(parameters, true))
  return validate(given) ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if')
}

function faultsAs(name: string, object: unknown, at: string): string[] {
  if (!schemas[name]) return [`${at}/: no object is named ${name}`]
  const validate = validatorOf(name, () => ({ $ref: pointer(name) }))
  if (validate(object)) return []
  return [...new Set((validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map((e) => describe(e, at)))]
}

function listFaults(list: Record<string, unknown>, at: string): string[] {
  const { data, has_more, url } = list
  return [
    ...(typeof has_more === 'boolean' ? [] : [`${at}/has_more: must be boolean`]),
    ...(list.object === 'search_result' || typeof url === 'string' ? [] : [`${at}/url: must be string`]),
    ...(Array.isArray(data)
      ? data.flatMap((each, index) => objectFaults(each, `${at}/data/${index}`))
      : [`${at}/data: must be array`]),
  ]
}

function eventFaults(event: Record<string, unknown>, at: string): string[] {
  const data = event.data as { object?: object } | undefined
  // The invoice that is coming has no id yet, the only object of which that is true.
  const object = event.type === 'invoice.upcoming' ? { id: '', ...data?.object } : data?.object
  return [
    ...faultsAs('event', event, at),
    ...(eventTypes.has(String(event.type)) ? [] : [`${at}/type: there is no event ${event.type}`]),
    ...objectFaults(object, `${at}/data/object`),
  ]
}

/** What is wrong with anything the API answers: an object, a list, an event or an error. Empty when it is right. */
export function objectFaults(answer: unknown, at = ''): string[] {
  if (answer === null || typeof answer !== 'object') return [`${at}/: not an object`]
  const object = answer as Record<string, unknown>
  if (object.error !== undefined && object.object === undefined) return faultsAs('error', object, at)
  if (object.object === 'list' || object.object === 'search_result') return listFaults(object, at)
  if (object.object === 'event') return eventFaults(object, at)
  const deleted = `deleted_${object.object}`
  return faultsAs(object.deleted === true && schemas[deleted] ? deleted : String(object.object), object, at)
}
