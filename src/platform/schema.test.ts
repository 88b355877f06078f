import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Type as TypeBox } from 'typebox'
import { Type } from './schema.ts'

const schemasOf = (T: typeof Type) => ({
  Array: [T.Array(T.String()), T.Array(T.Integer({ minimum: 1 }), { maxItems: 3 })],
  Boolean: [T.Boolean(), T.Boolean({ default: true })],
  Enum: [T.Enum(['a', 'b']), T.Enum(['a', 'b'], { default: 'a' })],
  Integer: [T.Integer(), T.Integer({ minimum: 0, maximum: 9 })],
  Literal: [T.Literal('x'), T.Literal(7), T.Literal(true, { description: 'Always.' })],
  Null: [T.Null(), T.Null({ description: 'Nothing.' })],
  Number: [T.Number(), T.Number({ minimum: 0.5 })],
  Object: [
    T.Object({}),
    T.Object({ a: T.String(), b: T.Optional(T.String()) }, { additionalProperties: false }),
    T.Object({ a: T.Optional(T.Object({ b: T.String() })) }, { $id: 'Named' }),
  ],
  Optional: [T.Optional(T.String({ minLength: 1 }))],
  Record: [T.Record(T.String(), T.Unknown()), T.Record(T.String(), T.Integer(), { maxProperties: 5 })],
  String: [T.String(), T.String({ format: 'uuid', description: 'An id.' })],
  Union: [T.Union([T.String(), T.Null()]), T.Union([T.Literal('a'), T.Literal('b')], { default: 'a' })],
  Unknown: [T.Unknown(), T.Unknown({ description: 'Anything.' })],
})

describe('schemas', () => {
  const ours = schemasOf(Type)
  const original = schemasOf(TypeBox)

  for (const word of Object.keys(Type) as (keyof typeof Type)[]) {
    it(`are what TypeBox makes of ${word}, to the order of their keys`, () => {
      assert.equal(JSON.stringify(ours[word]), JSON.stringify(original[word]))
    })
  }

  it('may contain schemas of TypeBox, and the other way round', () => {
    assert.deepEqual(required(Type.Object({ a: TypeBox.Optional(TypeBox.String()), b: TypeBox.Null() })), ['b'])
    assert.deepEqual(required(TypeBox.Object({ a: Type.Optional(Type.String()), b: Type.Null() })), ['b'])
  })

  it('are not changed by being made optional', () => {
    const name = Type.String()
    Type.Optional(name)
    assert.deepEqual(required(Type.Object({ name })), ['name'])
  })
})

function required(schema: object) {
  return (schema as { required?: string[] }).required
}
