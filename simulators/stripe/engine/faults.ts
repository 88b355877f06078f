/** The errors of the engine, in the words of Stripe where an application may look at them. */
import { StripeFault } from '../world.ts'

export const invalid = (message: string, param?: string, code?: string): StripeFault =>
  new StripeFault(400, { message, ...(param && { param }), ...(code && { code }) })

export const missing = (what: string, id: string, param = 'id'): StripeFault =>
  new StripeFault(404, { code: 'resource_missing', message: `No such ${what}: '${id}'`, param })

/** Stripe can do it and this cannot: better an error than an answer that is not meant. */
export const notSimulated = (what: string, param?: string): StripeFault =>
  invalid(`The local Stripe cannot do this: ${what}.`, param)

export interface Decline {
  code:
    | 'card_declined'
    | 'expired_card'
    | 'incorrect_cvc'
    | 'processing_error'
    | 'incorrect_number'
    | 'invalid_expiry_year'
    | 'authentication_required'
  decline_code?: string
  message: string
}

/** With `keep` the attempt leaves its traces although the request fails. */
export const cardError = (
  { code, decline_code, message }: Decline,
  details: Record<string, unknown> = {},
  options: ConstructorParameters<typeof StripeFault>[2] = {},
): StripeFault =>
  new StripeFault(
    402,
    { type: 'card_error', code, message, ...(decline_code && { decline_code }), ...details },
    options,
  )
