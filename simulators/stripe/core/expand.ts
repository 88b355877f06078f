/** `expand`: ids in an answer replaced by what they name, along paths that the contract knows. */
import { nameOf, resolve, type Schema } from '../contract/spec.ts'
import type { Kind } from '../world.ts'
import { type Includable, StripeFault, type World } from '../world.ts'
import { present } from './present.ts'

const MAX_LEVELS = 4

type Fields = Record<string, unknown>

/** Every schema that a value may have, with arrays and "one of" looked into. */
function possibilities(schema: Schema): Schema[] {
  const own = resolve(schema)
  if (own.anyOf) return own.anyOf.flatMap(possibilities)
  if (own.items) return possibilities(own.items)
  return [schema]
}

const hasObject = (schema: Schema) => resolve(schema).properties?.object !== undefined

/** What a path may stand for, level by level; undefined when nothing along it can be expanded. */
function levelsOf(answer: Schema, path: readonly string[], includable: Includable): Schema[][] | undefined {
  const levels: Schema[][] = []
  let current = possibilities(answer)
  let included = false
  for (const key of path) {
    included = current.some((schema) => `${nameOf(schema)}.${key}` in includable)
    const next = current.map((schema) => resolve(schema).properties?.[key]).filter((schema) => schema !== undefined)
    if (next.length === 0) return undefined
    current = next.flatMap(possibilities)
    levels.push(current)
  }
  return included || current.some(hasObject) ? levels : undefined
}

interface Step {
  key: string
  schemas: readonly Schema[]
}

/** The object that an id names, among the kinds that may stand here. */
function lookUp(world: World, id: string, schemas: readonly Schema[]): object | undefined {
  const kinds = schemas.map(nameOf).filter((name) => name !== undefined)
  for (const kind of kinds) {
    const object = world.table(kind as Kind).get(id)
    if (object) return present(object)
    if (kinds.includes(`deleted_${kind}`) && world.wasRemoved(kind as Kind, id)) {
      return { id, object: kind, deleted: true }
    }
  }
  return undefined
}

function expandIn(world: World, includable: Includable, holder: unknown, [step, ...rest]: readonly Step[]): void {
  if (!step || holder === null || typeof holder !== 'object') return
  if (Array.isArray(holder)) {
    for (const each of holder) expandIn(world, includable, each, [step, ...rest])
    return
  }
  const fields = holder as Fields
  const include = includable[`${fields.object}.${step.key}`]
  if (include && fields[step.key] === undefined) {
    const value = include(world, holder as never)
    fields[step.key] = value !== null && typeof value === 'object' ? present(value) : value
  }
  const expanded = (value: unknown) =>
    typeof value === 'string' ? (lookUp(world, value, step.schemas) ?? value) : value
  const value = fields[step.key]
  fields[step.key] = Array.isArray(value) ? value.map(expanded) : expanded(value)
  expandIn(world, includable, fields[step.key], rest)
}

/** Changes the answer, which must be a copy. */
export function expand(
  world: World,
  { includable, schema }: { includable: Includable; schema: Schema },
  answer: object,
  paths: readonly string[],
): void {
  for (const [index, path] of paths.entries()) {
    const keys = path.split('.')
    const param = `expand[${index}]`
    if (keys.filter((key) => key !== 'data').length > MAX_LEVELS) {
      throw new StripeFault(400, {
        message: `You cannot expand more than ${MAX_LEVELS} levels of a property. You tried to expand: ${path}.`,
        param,
      })
    }
    const levels = levelsOf(schema, keys, includable)
    if (!levels) throw new StripeFault(400, { message: `This property cannot be expanded (${path}).`, param })
    expandIn(
      world,
      includable,
      answer,
      keys.map((key, at) => ({ key, schemas: levels[at] ?? [] })),
    )
  }
}
