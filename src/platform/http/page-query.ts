/**
 * How lists are asked for: numbered pages with an allow-list of sort orders, or a cursor into a growing log.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../errors.ts'
import { type Static, Type } from '../schema.ts'

const MOST_PER_PAGE = 100
const DEFAULT_PER_PAGE = 20
/** Beyond this, counting through skipped rows costs more than any reader gains. */
const LAST_PAGE = 100_000

export const PageQuery = Type.Object({
  page: Type.Integer({ minimum: 1, maximum: LAST_PAGE, default: 1 }),
  per_page: Type.Integer({ minimum: 1, maximum: MOST_PER_PAGE, default: DEFAULT_PER_PAGE }),
})
export type PageQuery = Static<typeof PageQuery>

export const CursorQuery = Type.Object({
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  limit: Type.Integer({ minimum: 1, maximum: MOST_PER_PAGE, default: DEFAULT_PER_PAGE }),
})
export type CursorQuery = Static<typeof CursorQuery>

/** `name` sorts up, `-name` down; the first column is the default, downwards when `descending` says so. */
export function sortQuery<const Columns extends readonly [string, ...string[]]>(columns: Columns, fallback?: string) {
  const values = columns.flatMap((column) => [column, `-${column}`])
  return Type.Enum(values, { default: fallback ?? columns[0] })
}

export interface SortOrder<Column extends string> {
  column: Column
  direction: 'asc' | 'desc'
}

/** Only for text that `sortQuery` of the same columns has accepted; anything else is refused again. */
export function sortOrder<Column extends string>(sort: string, columns: readonly Column[]): SortOrder<Column> {
  const name = sort.startsWith('-') ? sort.slice(1) : sort
  const column = columns.find((known) => known === name)
  if (column === undefined) throw badQuery('sort', 'is not a column this list can be sorted by')
  return { column, direction: sort.startsWith('-') ? 'desc' : 'asc' }
}

/**
 * A cursor names where to go on, and belongs to one list: `scope` names list and tenant, so that a cursor of another
 * tenant or another query is refused instead of meaning something.
 */
export function cursorCodec(key: Buffer) {
  const signature = (scope: string, body: string) =>
    createHmac('sha256', key).update(`${scope}\n${body}`).digest().subarray(0, 16)

  return {
    write(scope: string, position: readonly (string | number)[]): string {
      const body = Buffer.from(JSON.stringify(position)).toString('base64url')
      return `${body}.${signature(scope, body).toString('base64url')}`
    },
    read(scope: string, cursor: string): (string | number)[] {
      const [body = '', signed = ''] = cursor.split('.')
      const given = Buffer.from(signed, 'base64url')
      const wanted = signature(scope, body)
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
        throw badQuery('cursor', 'does not belong to this list')
      }
      return JSON.parse(Buffer.from(body, 'base64url').toString()) as (string | number)[]
    },
  }
}

function badQuery(field: string, message: string): Refusal {
  return new Refusal(400, 'VALIDATION_ERROR', 'The query is not valid.', { details: [{ field, message }] })
}

/** Where a page lies in the whole. */
export function windowOf({ page, per_page: perPage }: PageQuery): { limit: number; offset: number } {
  return { limit: perPage, offset: (page - 1) * perPage }
}

export function pageOf<Item>({ page, per_page: perPage }: PageQuery, total: number, items: Item[]) {
  return { items, total, page, per_page: perPage, pages: Math.ceil(total / perPage) }
}
