/** The operations of the API as its own description lists them, and bodies that they accept. */
import { randomBytes } from 'node:crypto'
import type { RouteAccess } from '#platform/http/access.ts'
import { describeApi } from '#platform/http/openapi.ts'
import type { HttpServer } from '#platform/http/server.ts'
import { PASSWORD } from '../support/app.ts'

export interface Schema {
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minimum?: number
  maxLength?: number
  default?: unknown
}

export interface Parameter {
  in: 'path' | 'query' | 'header' | 'cookie'
  name: string
  required: boolean
  schema: Schema
}

export interface Operation {
  /** `PATCH /api/v1/projects/{id}` */
  key: string
  method: string
  path: string
  access: RouteAccess
  parameters: Parameter[]
  body: Schema | undefined
}

interface Described {
  'x-plinth-access'?: RouteAccess
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

export function operationsOf(app: HttpServer): Operation[] {
  const { paths } = describeApi(app as never) as { paths: Record<string, Record<string, Described>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, described]) => {
      const method = name.toUpperCase()
      const key = `${method} ${path}`
      const access = described['x-plinth-access']
      if (access === undefined) throw new Error(`${key} does not say who may call it.`)
      const { parameters = [], requestBody } = described
      return { key, method, path, access, parameters, body: requestBody?.content['application/json']?.schema }
    }),
  )
}

/**
 * What a subscription lets be done depends on what was done to it before, so these may be refused for that; whoever
 * gets so far has been let in.
 */
const BY_STATE = /^POST \/api\/v1\/billing\/(?:checkout|create-checkout-session|preview|change|cancel|resume)$/

export function isLetIn({ key }: Operation, status: number): boolean {
  return status < 300 || (BY_STATE.test(key) && (status === 409 || status === 422))
}

/** Gives the id that a field or a path segment of this name asks for; undefined when it does not know the name. */
export type IdOf = (resource: string) => string | undefined

export class Unknown extends Error {}

/** The address with an id in each place: `/projects/{id}` asks for `projects`, `/x/{project_id}` too. */
export function addressOf({ path }: Operation, idOf: IdOf): string {
  return path.replace(/([^/]+)\/\{(\w+)\}/g, (_, segment: string, name: string) => {
    const id = idOf(name === 'id' ? segment : pluralOf(name))
    if (id === undefined) throw new Unknown(`nobody knows an id for {${name}} after ${segment}`)
    return `${segment}/${id}`
  })
}

/** Whether a call names a row: in its path, its query or its body. */
export function namesRow({ parameters, body }: Operation): boolean {
  return parameters.some(({ in: place }) => place === 'path') || idFieldsOf(body).length > 0
}

function idFieldsOf(schema: Schema | undefined): string[] {
  if (!schema) return []
  const inside = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.items ? [schema.items] : [])]
  const own = Object.entries(schema.properties ?? {}).filter(([, { format }]) => format === 'uuid')
  return [...own.map(([name]) => name), ...[...inside, ...Object.values(schema.properties ?? {})].flatMap(idFieldsOf)]
}

const pluralOf = (name: string): string => `${name.replace(/_ids?$/, '').replaceAll('_', '-')}s`

const word = () => randomBytes(6).toString('hex')

/** By name, where a schema alone does not say what is meant. */
const SAMPLES: Record<string, (mark: string) => unknown> = {
  email: (mark) => `${mark}.${word()}@example.com`,
  password: () => PASSWORD,
  plan: () => 'starter',
  current_password: () => PASSWORD,
  new_password: () => PASSWORD,
  token: () => randomBytes(32).toString('base64url'),
  refresh_token: () => randomBytes(32).toString('base64url'),
  role: () => 'viewer',
  session: () => 'token',
  settings: () => ({}),
  slug: (mark) => `${mark}-${word()}`,
  tenant_slug: (mark) => `${mark}-${word()}`,
}

/** A body that the schema accepts, with every optional field in it, every text carrying `mark`. */
export function sampleOf(schema: Schema, mark: string, idOf: IdOf, name = ''): unknown {
  const sample = SAMPLES[name]
  if (sample) return sample(mark)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const choice = (schema.anyOf ?? schema.oneOf)?.find(({ type }) => type !== 'null')
  if (choice) return sampleOf(choice, mark, idOf, name)
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, sampleOf(inner, mark, idOf, key)]),
      )
    case 'array':
      return schema.items ? [sampleOf(schema.items, mark, idOf, name)] : []
    case 'integer':
    case 'number':
      return schema.default ?? schema.minimum ?? 1
    case 'boolean':
      return false
    case 'string':
      return textOf(schema, mark, idOf, name)
    default:
      throw new Unknown(`nobody knows a value for the field ${name}`)
  }
}

function textOf({ format, maxLength = 100 }: Schema, mark: string, idOf: IdOf, name: string): string {
  if (format === 'date-time') return '2026-01-02T03:04:05Z'
  if (format !== 'uuid') return `${mark} ${name} ${word()}`.slice(0, maxLength)
  const id = idOf(pluralOf(name))
  if (id === undefined) throw new Unknown(`nobody knows an id for the field ${name}`)
  return id
}
