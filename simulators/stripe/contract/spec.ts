/** The contract as a document: its schemas, and which operation a method and a path stand for. */
import { readFileSync } from 'node:fs'

/** As much of JSON Schema as the contract uses. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: readonly unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  'x-expandable'?: string[]
  'x-shallow'?: boolean
  [keyword: string]: unknown
}

interface OperationObject {
  operationId: string
  requestBody?: { content: { 'application/x-www-form-urlencoded': { schema: Schema } } }
  'x-query-schema'?: Schema
  responses: { '200': { content: { 'application/json': { schema: Schema } } } }
}

interface Document {
  info: { version: string }
  paths: Record<string, Record<string, OperationObject>>
  components: { schemas: Record<string, Schema> }
  'x-event-types': Record<string, { object: string; previous_attributes: boolean }>
}

export interface ContractOperation {
  /** `'POST /v1/customers/{id}'`, the name under which the rooms offer it. */
  readonly name: string
  readonly parameters: Schema
  readonly answer: Schema
}

interface Route {
  segments: readonly string[]
  operations: Map<string, ContractOperation>
}

const document = JSON.parse(readFileSync(new URL('./spec.json', import.meta.url), 'utf8')) as Document

export const API_VERSION = document.info.version
export const schemas: Readonly<Record<string, Schema>> = document.components.schemas
export const eventTypes: ReadonlySet<string> = new Set(Object.keys(document['x-event-types']))

const isPlaceholder = (segment: string) => segment.startsWith('{')
const placeholders = (segments: readonly string[]) => segments.filter(isPlaceholder).length

const routes: readonly Route[] = Object.entries(document.paths)
  .map(([path, methods]) => ({
    segments: path.split('/'),
    operations: new Map(
      Object.entries(methods).map(([method, operation]) => [
        method.toUpperCase(),
        {
          name: `${method.toUpperCase()} ${path}`,
          parameters:
            operation.requestBody?.content['application/x-www-form-urlencoded'].schema ??
            operation['x-query-schema'] ??
            {},
          answer: operation.responses['200'].content['application/json'].schema,
        },
      ]),
    ),
  }))
  // `/v1/invoices/create_preview` is not the invoice `create_preview`.
  .sort((a, b) => placeholders(a.segments) - placeholders(b.segments))

export function findOperation(
  method: string,
  path: string,
): { operation: ContractOperation; values: Record<string, string> } | undefined {
  const given = path.replace(/\/$/, '').split('/')
  for (const { segments, operations } of routes) {
    const operation = operations.get(method)
    if (!operation || segments.length !== given.length) continue
    if (!segments.every((segment, at) => isPlaceholder(segment) || segment === given[at])) continue
    const values: Record<string, string> = {}
    for (const [at, segment] of segments.entries()) {
      if (isPlaceholder(segment)) values[segment.slice(1, -1)] = decodeURIComponent(given[at] ?? '')
    }
    return { operation, values }
  }
  return undefined
}

export const operationNames: ReadonlySet<string> = new Set(
  routes.flatMap(({ operations }) => [...operations.values()].map(({ name }) => name)),
)

export const nameOf = (schema: Schema): string | undefined => schema.$ref?.slice('#/components/schemas/'.length)

/** The schema itself, or the one it refers to. */
export function resolve(schema: Schema): Schema {
  const name = nameOf(schema)
  return name === undefined ? schema : (schemas[name] ?? {})
}
