/** `previous_attributes`: what an object's changed fields were before. */
import { isDeepStrictEqual } from 'node:util'

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** The old values of the changed keys: arrays whole, of nested objects only the changed keys, `null` for a new key. */
export function previousAttributes(before: object, after: object): Fields | undefined {
  const previous: Fields = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, current] = [(before as Fields)[key], (after as Fields)[key]]
    if (isDeepStrictEqual(old, current)) continue
    previous[key] = isFields(old) && isFields(current) ? previousAttributes(old, current) : (old ?? null)
  }
  return Object.keys(previous).length === 0 ? undefined : previous
}
