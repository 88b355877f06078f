/**
 * Schemas are closed and literal: a body key nobody declared is refused, nothing is converted and nothing dropped
 * silently. Only what arrives as text by nature, the query, is turned into the numbers its schema names.
 */
import type { FastifyInstance, FastifySchemaValidationError, preValidationHookHandler, RouteOptions } from 'fastify'
import { type FieldFault, Refusal } from '../errors.ts'

export const ajvOptions = {
  customOptions: {
    coerceTypes: false as const,
    removeAdditional: false as const,
    useDefaults: true,
    // All faults of a form at once; the size of the body bounds their number.
    allErrors: true,
  },
  onCreate(ajv: { addFormat(name: string, format: unknown): unknown }) {
    // The stock format also accepts urn:uuid:…, which PostgreSQL does not.
    ajv.addFormat('uuid', /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i)
  },
}

const MOST_DETAILS = 20
const LONGEST_FIELD = 100

export function validationRefusal(errors: FastifySchemaValidationError[], part: string): Refusal {
  const faults = new Map<string, string>()
  for (const error of errors) {
    const fault = fieldFault(error)
    // One line for each field; a union ends with the sentence that covers its branches.
    if (!faults.has(fault.field) || error.keyword === 'anyOf') faults.set(fault.field, fault.message)
    if (faults.size === MOST_DETAILS) break
  }
  const details = [...faults].map(([field, message]) => ({ field, message }))
  const where = part === 'querystring' ? 'query' : part === 'params' ? 'address' : part
  return new Refusal(400, 'VALIDATION_ERROR', `The ${where} is not valid.`, { details })
}

/** Words come from the schema alone: a value that was sent could be a password. */
function fieldFault({ instancePath, keyword, params, message }: FastifySchemaValidationError): FieldFault {
  const path = instancePath.split('/').slice(1).map(unescaped)
  switch (keyword) {
    case 'required':
      return { field: named([...path, String(params.missingProperty)]), message: 'is required' }
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return { field: named([...path, String(params[keyword.replace('ties', 'ty')])]), message: 'is not known' }
    case 'enum':
      return { field: named(path), message: `must be one of ${(params.allowedValues as unknown[]).join(', ')}` }
    case 'anyOf':
      return { field: named(path), message: 'has none of the allowed forms' }
    case 'pattern':
      // The expression itself is nothing that people could read.
      return { field: named(path), message: 'has characters or a form that is not accepted' }
    case 'format':
      return { field: named(path), message: `must be a valid ${params.format}` }
    default:
      return { field: named(path), message: message ?? 'is not valid' }
  }
}

function named(path: string[]): string {
  return path.join('.').slice(0, LONGEST_FIELD)
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

interface JsonSchema {
  type?: string
  properties?: Record<string, JsonSchema>
  additionalProperties?: unknown
  unevaluatedProperties?: unknown
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
}

const NO_QUERY: JsonSchema = { type: 'object', properties: {}, additionalProperties: false }

/** Closes every schema of what a caller sends, so that forgetting `additionalProperties` cannot open one. */
export function closeSchemas(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const schema = (route.schema ?? {}) as Record<'body' | 'querystring' | 'params', JsonSchema | undefined>
    const querystring = schema.querystring ?? (route.url.startsWith('/api/') ? NO_QUERY : undefined)
    route.schema = {
      ...route.schema,
      ...(schema.body && { body: closed(schema.body) }),
      ...(schema.params && { params: closed(schema.params) }),
      ...(querystring && { querystring: closed(querystring) }),
    }
    readNumbers(route, querystring)
  })
}

function closed(schema: JsonSchema): JsonSchema {
  const open = schema.additionalProperties === undefined && schema.unevaluatedProperties === undefined
  return {
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties, closed) }),
    ...(schema.properties && open && { additionalProperties: false }),
    ...(schema.items && { items: closed(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(closed) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(closed) }),
  }
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

const WHOLE_NUMBER = /^-?(?:0|[1-9]\d{0,15})$/
const NUMBER = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/

/** Only plain decimal notation: `1e2`, ` 5` and `0x10` are texts, and so is a parameter that was given twice. */
function readNumbers(route: RouteOptions, querystring: JsonSchema | undefined): void {
  const readers = Object.entries(querystring?.properties ?? {}).flatMap(([name, { type }]) => {
    const reader = type === undefined ? undefined : READERS[type]
    return reader ? [{ name, reader }] : []
  })
  if (readers.length === 0) return
  const read: preValidationHookHandler = (request, _reply, done) => {
    const query = request.query as Record<string, unknown>
    for (const { name, reader } of readers) {
      const text = query[name]
      if (typeof text === 'string') query[name] = reader(text)
    }
    done()
  }
  const others = route.preValidation ?? []
  route.preValidation = [read, ...(Array.isArray(others) ? others : [others])]
}

const READERS: Record<string, (text: string) => unknown> = {
  integer: (text) => (WHOLE_NUMBER.test(text) ? Number(text) : text),
  number: (text) => (NUMBER.test(text) ? Number(text) : text),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : text),
}
