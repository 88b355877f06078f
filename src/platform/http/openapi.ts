/**
 * The description of the API, generated from what the routes declare: schemas, access and the errors that follow.
 */
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type { RouteAccess } from './access.ts'
import { Problem } from './envelope.ts'
import { STATUS_CODES } from './status-codes.ts'
import { VERSION } from './version.ts'

const API_PREFIX = '/api/v1'

const TAGS = [{ name: 'system', description: 'Health and description of the service.' }]

/** Before the first route. Only where the document is asked for: the plugin costs a tenth of the start. */
export async function collectOpenApi(app: FastifyInstance): Promise<void> {
  const { default: swagger } = await import('@fastify/swagger')
  app.addSchema(Problem)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plinth API',
        version: VERSION,
        description:
          'Answers carry {"success":true,"data":…}; errors are problem documents (RFC 9457) with a stable `code`. ' +
          'Every call that needs a credential and changes something takes an optional `Idempotency-Key`.',
      },
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API key.' },
        },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: described(schema ?? {}, url, route), url }),
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `schema-${index}`) },
  })
}

/** The document as it is served and committed. Call it when the server is ready. */
export function describeApi(app: FastifyInstance): object {
  const document = structuredClone(app.swagger()) as unknown as Document
  for (const path of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(path)) describeParameters(method, operation)
  }
  return document
}

interface Document {
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  parameters?: { in: string; name: string; required?: boolean; schema: { default?: unknown; type?: string } }[]
  responses: Record<string, { description: string }>
  'x-plinth-access'?: RouteAccess
  'x-plinth-repeatable'?: false
}

const IDEMPOTENCY_KEY = {
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description: 'A request that is repeated under the same key has one effect, and gets the first answer again.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const IF_MATCH = {
  in: 'header',
  name: 'If-Match',
  required: false,
  description: 'The ETag of the version that is to be changed; 412 when there is another by now.',
  schema: { type: 'string' },
}

/** What the schemas of a route cannot say. */
function describeParameters(method: string, operation: Operation): void {
  // Whoever leaves a parameter with a default out gets the default.
  for (const parameter of operation.parameters ?? []) if ('default' in parameter.schema) parameter.required = false
  const isRepeatable = operation['x-plinth-access'] !== 'public' && operation['x-plinth-repeatable'] !== false
  if (method !== 'get' && isRepeatable) {
    operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY]
  }
  if ('412' in operation.responses) operation.parameters = [...(operation.parameters ?? []), IF_MATCH]
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? 'An answer'
  }
}

function described(schema: FastifySchema, url: string, route: RouteOptions): FastifySchema {
  const access = route.config?.access as RouteAccess
  const method = String(route.method).toLowerCase()
  return {
    ...schema,
    operationId: schema.operationId ?? operationId(method, url),
    tags: schema.tags ?? [url.slice(API_PREFIX.length + 1).split('/', 1)[0] || 'system'],
    ...(access !== 'public' && { security: [{ bearer: [] }] }),
    // Guards read it: which routes exist for whom.
    ...{ 'x-plinth-access': access },
    ...(route.config?.repeatable === false && { 'x-plinth-repeatable': false }),
    response: { ...(schema.response as object | undefined), ...problems(schema, access, route) },
  } as FastifySchema
}

/** `get` and `/api/v1/projects/:id/members` make `getProjectsIdMembers`: stable as long as the address is. */
function operationId(method: string, url: string): string {
  const path = url.startsWith(API_PREFIX) ? url.slice(API_PREFIX.length) : url
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean)
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

const WORDS: Record<number, string> = {
  400: 'Malformed, or not what the schema asks for',
  401: 'No valid credential',
  402: 'Not in the plan, or the plan is not paid for',
  403: 'Known, and not allowed',
  404: 'Missing, or not yours',
  409: 'The same Idempotency-Key is being worked on',
  413: 'Body too large',
  415: 'Not uncompressed JSON',
  422: 'The Idempotency-Key was used for another request',
  429: 'Too many requests',
  503: 'Temporarily unavailable',
}

const KEY_STATUSES = new Set(['409', '422'])

/** What the declaration implies, and what the route names itself. */
function problems(
  schema: FastifySchema,
  access: RouteAccess,
  { config, method }: RouteOptions,
): Record<string, object> {
  const declared = (schema.response ?? {}) as Record<string, unknown>
  // A body is looked at wherever one may come, asked for or not.
  const mayHaveBody = method !== 'GET' && method !== 'DELETE'
  const isRepeatable = method !== 'GET' && access !== 'public' && config?.repeatable !== false
  const implied = [
    ...(mayHaveBody || isRepeatable || schema.params || schema.querystring ? [400] : []),
    ...(access === 'public' ? [] : [401]),
    ...(typeof access === 'object' ? [403] : []),
    ...(typeof access === 'object' && access.feature ? [402] : []),
    ...(schema.params ? [404] : []),
    ...(mayHaveBody ? [413, 415] : []),
    ...(isRepeatable ? [409, 422] : []),
    ...(config?.vital ? [] : [429]),
    503,
  ]
  const words: Record<string, string | undefined> = Object.fromEntries(implied.map((status) => [status, WORDS[status]]))
  for (const [status, own] of Object.entries(config?.problems ?? {})) {
    // What a key may run into stays true beside the route's own reasons.
    words[status] = isRepeatable && KEY_STATUSES.has(status) ? `${own}; or: ${WORDS[Number(status)]}` : own
  }
  return Object.fromEntries(
    Object.entries(words)
      .filter(([status]) => !(status in declared))
      .map(([status, description]) => [status, problemResponse(String(description))]),
  )
}

function problemResponse(description: string): object {
  return { description, content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } } }
}
