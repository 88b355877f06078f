/** Pages of a list, as Stripe cuts them. */
import { StripeFault } from '../world.ts'

export interface Page {
  limit?: number
  starting_after?: string
  ending_before?: string
}

type Listed = { readonly id?: string; readonly object?: string }

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 100

function placeOf(objects: readonly Listed[], id: string, param: string): number {
  const place = objects.findIndex((object) => object.id === id)
  if (place >= 0) return place
  throw new StripeFault(400, { code: 'resource_missing', message: `No such object: '${id}'`, param })
}

export function pageOf(objects: readonly object[], { limit = DEFAULT_LIMIT, ...cursor }: Page, url: string) {
  if (limit < 1 || limit > MAX_LIMIT) {
    const message = `Invalid limit: must be between 1 and ${MAX_LIMIT}`
    throw new StripeFault(400, { code: 'parameter_invalid_integer', message, param: 'limit' })
  }
  if (cursor.ending_before !== undefined) {
    const end = placeOf(objects, cursor.ending_before, 'ending_before')
    const start = Math.max(0, end - limit)
    return { object: 'list', data: objects.slice(start, end), has_more: start > 0, url }
  }
  const start = cursor.starting_after === undefined ? 0 : placeOf(objects, cursor.starting_after, 'starting_after') + 1
  const data = objects.slice(start, start + limit)
  return { object: 'list', data, has_more: start + limit < objects.length, url }
}
