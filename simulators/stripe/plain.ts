/** The types of the `stripe` package as the wire carries them: references are ids, decimals are strings. */
import type Stripe from 'stripe'

/** What the SDK types as "an id or the object": stored it is always the id. */
type Reference<T> = [Extract<T, string>] extends [never] ? T : Exclude<T, { id: string; object: string }>

export type Plain<T> = T extends string
  ? T
  : T extends Stripe.Decimal
    ? string
    : T extends readonly (infer Item)[]
      ? PlainField<Item>[]
      : T extends object
        ? { [K in keyof T as K extends 'lastResponse' ? never : K]: PlainField<T[K]> }
        : T

type PlainField<T> = Plain<Reference<T>>
