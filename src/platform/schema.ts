/**
 * The words of TypeBox that schemas are written in. The types are TypeBox's own; the functions are not, because loading
 * its 373 files takes an eighth of the start and 20 MiB, to make plain objects. A test compares each word with the
 * original.
 */
import type { TSchema, Type as TypeBox } from 'typebox'

export type { Static, TObject, TSchema } from 'typebox'

type Words =
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'

/** TypeBox's own mark, hidden likewise, so that its schemas and ours may contain each other. */
const OPTIONAL = '~optional'

const plain =
  (type: string) =>
  (options: object = {}) => ({ type, ...options })

const words: Record<Words, (...given: never[]) => object> = {
  Array: (items: TSchema, options = {}) => ({ type: 'array', items, ...options }),
  Boolean: plain('boolean'),
  Enum: (values: readonly unknown[], options = {}) => ({ enum: values, ...options }),
  Integer: plain('integer'),
  Literal: (value: string | number | boolean, options = {}) => ({ type: typeof value, const: value, ...options }),
  Null: plain('null'),
  Number: plain('number'),
  Object: (properties: Record<string, TSchema>, options = {}) => {
    const required = Object.keys(properties).filter((name) => !(OPTIONAL in (properties[name] as object)))
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options }
  },
  Optional: (schema: TSchema) => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
  Record: (_key: TSchema, value: TSchema, options = {}) => ({
    type: 'object',
    patternProperties: { '^.*$': value },
    ...options,
  }),
  String: plain('string'),
  Union: (anyOf: readonly TSchema[], options = {}) => ({ anyOf, ...options }),
  Unknown: (options: object = {}) => ({ ...options }),
}

export const Type = words as unknown as Pick<typeof TypeBox, Words>
