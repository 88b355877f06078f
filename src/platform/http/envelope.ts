/**
 * The shapes of answers: `{"success":true,"data":…}`, lists inside it, and the problem document of every error.
 */
import { type TSchema, Type } from '../schema.ts'

export function success<Data extends TSchema>(data: Data) {
  return Type.Object({ success: Type.Literal(true), data })
}

export function ok<Data>(data: Data): { success: true; data: Data } {
  return { success: true, data }
}

/** A list in pages. */
export function listOf<Item extends TSchema>(item: Item) {
  return success(
    Type.Object({
      items: Type.Array(item),
      total: Type.Integer({ minimum: 0 }),
      page: Type.Integer({ minimum: 1 }),
      per_page: Type.Integer({ minimum: 1 }),
      pages: Type.Integer({ minimum: 0 }),
    }),
  )
}

/** A growing log, read from the newest entry on; `next_cursor` is null at its end. */
export function logOf<Item extends TSchema>(item: Item) {
  return success(Type.Object({ items: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) }))
}

export const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri', description: 'Address of a page about the code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What happened, in words for people.' }),
    instance: Type.String(),
    success: Type.Literal(false),
    code: Type.String({ description: 'Stable, for programs.' }),
    message: Type.String({ description: 'The same as detail.' }),
    details: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })),
    request_id: Type.String(),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details', additionalProperties: true },
)
