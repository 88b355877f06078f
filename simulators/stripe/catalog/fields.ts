/** Fields that several kinds of the catalog take in the same way. */
import { mergeMetadata } from '../engine/params.ts'
import { type Call, StripeFault } from '../world.ts'

export { inRange } from '../engine/params.ts'

/** As the contract has checked them. */
export type Params = Call['params']

export const refuse = (message: string, param?: string, code?: string): StripeFault =>
  new StripeFault(400, { message, ...(param && { param }), ...(code && { code }) })

/** Refuses parameters that the contract knows and the local Stripe does not, instead of passing over them. */
export function notSimulated(params: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const name = names.find((each) => params[each] !== undefined)
  if (name !== undefined) throw refuse(`The local Stripe does not know the parameter ${name} here.`, name)
}

/** In a form, '' clears a field. */
export const text = (given: string | null | undefined): string | null => given || null

export const metadataOf = (
  given: Parameters<typeof mergeMetadata>[1],
  current: Record<string, string> | null = {},
): Record<string, string> => mergeMetadata(current, given)

/** The changed fields of an update: what `read` makes of those parameters that were given. */
export function changesOf<T>(
  params: Readonly<Record<string, unknown>>,
  // biome-ignore lint/suspicious/noExplicitAny: the contract has checked the shape
  read: { readonly [K in keyof T]?: (given: any) => T[K] },
): Partial<T> {
  const changes: Partial<T> = {}
  for (const key of Object.keys(read) as (keyof T & string)[]) {
    if (params[key] !== undefined) changes[key] = read[key]?.(params[key]) as T[typeof key]
  }
  return changes
}

interface AddressFields {
  city: string | null
  country: string | null
  line1: string | null
  line2: string | null
  postal_code: string | null
  state: string | null
}

export function addressOf(given: Partial<AddressFields> | '' | null | undefined): AddressFields | null {
  if (!given) return null
  const { city, country, line1, line2, postal_code, state } = given
  return {
    city: text(city),
    country: text(country),
    line1: text(line1),
    line2: text(line2),
    postal_code: text(postal_code),
    state: text(state),
  }
}

/** Whether an object has the value that was asked for, if one was. */
export const matches = <T>(value: T, asked: T | undefined): boolean => asked === undefined || value === asked
