/** What the parameters of many operations have in common. */
import { invalid } from './faults.ts'

type GivenMetadata = Record<string, string | number | null> | '' | null | undefined

/** A key given as '' is removed, and so are all of them by '' in place of the map. */
export function mergeMetadata(current: Record<string, string> | null, given: GivenMetadata): Record<string, string> {
  if (given === undefined) return current ?? {}
  if (given === '' || given === null) return {}
  const merged = { ...current }
  for (const [key, value] of Object.entries(given)) {
    if (value === '' || value === null) delete merged[key]
    else merged[key] = String(value)
  }
  return merged
}

/** What was given, or nothing where '' asks for it to be cleared. */
export const cleared = <T>(given: T | '' | null): T | null => (given === '' ? null : given)

type Range = number | { gt?: number; gte?: number; lt?: number; lte?: number } | undefined

export function inRange(value: number, range: Range): boolean {
  if (range === undefined) return true
  if (typeof range === 'number') return value === range
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range
  return value > gt && value >= gte && value < lt && value <= lte
}

/** Of the named fields, those that are given. */
export function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]])) as Pick<
    T,
    K
  >
}

export function positive(amount: number | undefined, param: string): void {
  if (amount !== undefined && amount < 1) throw invalid('This value must be greater than or equal to 1.', param)
}
