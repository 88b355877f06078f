/**
 * Writes the types of the web app's client from openapi.json, in the shape that openapi-fetch reads. The generators that
 * exist want the JavaScript API of TypeScript 5, which TypeScript 7 does not have.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OPENAPI } from './generate-openapi.ts'
import { ROOT, read } from './source.ts'

export const CLIENT = 'web/src/api/generated/paths.ts'

const PREFIX = '/api/v1'
const HEAD = `/** The HTTP contract. Generated from ${OPENAPI} by \`npm run generate\`; do not edit. */\n`

type Schema = Record<string, unknown> & {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  additionalProperties?: boolean | Schema
  description?: string
}

interface Content {
  content?: Record<string, { schema: Schema }>
}

interface Operation {
  summary?: string
  parameters?: { in: string; name: string; required?: boolean; schema: Schema; description?: string }[]
  requestBody?: Content
  responses: Record<string, Content>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas?: Record<string, Schema> }
}

interface Member {
  name: string
  type: string
  optional?: boolean
  comment?: string | undefined
}

export function generateClient(text: string): string {
  const { paths, components } = JSON.parse(text) as Document
  const schemas = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema)}\n`,
  )
  const members = Object.entries(paths)
    .filter(([path]) => path.startsWith(`${PREFIX}/`))
    .map(([path, operations]) => ({
      name: path.slice(PREFIX.length),
      type: block(
        Object.entries(operations).map(([method, operation]) => ({
          name: method,
          type: operationType(operation),
          comment: operation.summary,
        })),
      ),
    }))
  return [HEAD, ...schemas, `export interface paths ${block(members)}\n`].join('\n')
}

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return block([
    { name: 'parameters', type: parametersType(parameters) },
    ...bodyMember(requestBody),
    {
      name: 'responses',
      type: block([
        ...answers.map(([status, { content }]) => ({ name: status, type: contentType(content) })),
        { name: 'default', type: block([{ name: 'content', type: "{ 'application/problem+json': Problem }" }]) },
      ]),
    },
  ])
}

function parametersType(parameters: NonNullable<Operation['parameters']>): string {
  const groups = Map.groupBy(parameters, (parameter) => parameter.in)
  return block(
    ['query', 'header', 'path', 'cookie'].map((place) => {
      const members = (groups.get(place) ?? []).map(({ name, required, schema, description }) => ({
        name,
        type: typeOf(schema),
        // Whatever has a default may be left out.
        optional: !required || 'default' in schema,
        comment: description,
      }))
      if (members.length === 0) return { name: place, type: 'never', optional: true }
      return { name: place, type: block(members), optional: members.every(({ optional }) => optional) }
    }),
  )
}

function bodyMember(body: Content | undefined): Member[] {
  const schema = body?.content?.['application/json']?.schema
  if (!schema) return [{ name: 'requestBody', type: 'never', optional: true }]
  const whole = typeOf(schema)
  const given = whole.replace(/ \| null$/, '')
  const type = block([{ name: 'content', type: block([{ name: 'application/json', type: given }]) }])
  return [{ name: 'requestBody', type, optional: given !== whole }]
}

function contentType(content: Content['content']): string {
  const members = Object.entries(content ?? {}).map(([media, { schema }]) => ({ name: media, type: typeOf(schema) }))
  return block([
    members.length > 0 ? { name: 'content', type: block(members) } : { name: 'content', type: 'never', optional: true },
  ])
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) as string
  if ('const' in schema) return literal(schema.const)
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return union(choices.map(typeOf))
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ')
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })))
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `Array<${schema.items ? typeOf(schema.items) : 'unknown'}>`
    case 'object':
      return objectType(schema)
    case undefined:
      return 'unknown'
    default:
      throw new Error(`${OPENAPI} has a type that nobody knows: ${JSON.stringify(schema)}`)
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  if (Object.keys(properties).length === 0) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'
    return additionalProperties === false ? 'Record<string, never>' : `Record<string, ${values}>`
  }
  return block(
    Object.entries(properties).map(([name, schema]) => ({
      name,
      type: typeOf(schema),
      optional: !required.includes(name),
      comment: schema.description,
    })),
  )
}

/** Null last, and each choice once. */
function union(types: string[]): string {
  return [...new Set(types)].sort((a, b) => Number(a === 'null') - Number(b === 'null')).join(' | ')
}

const literal = (value: unknown): string => (typeof value === 'string' ? quoted(value) : JSON.stringify(value))

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function block(members: Member[]): string {
  if (members.length === 0) return '{}'
  const lines = members.flatMap(({ name, type, optional, comment }) => [
    ...(comment ? [`/** ${comment.replaceAll('*/', '*\\/')} */`] : []),
    `${/^[A-Za-z_]\w*$|^\d+$/.test(name) ? name : quoted(name)}${optional ? '?' : ''}: ${type}`,
  ])
  return `{\n${lines.join('\n').replace(/^/gm, '  ')}\n}`
}

if (import.meta.main) {
  const text = generateClient(read(ROOT, OPENAPI))
  mkdirSync(dirname(join(ROOT, CLIENT)), { recursive: true })
  writeFileSync(join(ROOT, CLIENT), text)
  console.log(`Wrote: ${CLIENT}`)
}
