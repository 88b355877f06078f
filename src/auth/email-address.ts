/**
 * One spelling per mailbox. Only ASCII is accepted: look-alikes (a Kelvin sign for K, a dotless i) would otherwise be
 * another account's address after folding, and mail always goes to the stored spelling.
 */
import { Refusal } from '#platform/errors.ts'

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

export function normaliseEmail(input: string, field = 'email'): string {
  const email = input.trim().toLowerCase()
  // The length first: nothing below runs over more than 254 characters.
  if (email.length <= 254 && input.length <= 320) {
    const at = email.lastIndexOf('@')
    const local = email.slice(0, at)
    const labels = email.slice(at + 1).split('.')
    const wellFormed =
      at > 0 && at <= 64 && LOCAL.test(local) && labels.length >= 2 && labels.every((label) => LABEL.test(label))
    // toLowerCase folds some non-ASCII letters into ASCII ones, so the input itself is what must be ASCII.
    if (wellFormed && /^[\x21-\x7e]+$/.test(input.trim())) return email
  }
  throw new Refusal(400, 'VALIDATION_ERROR', 'The request is not valid.', {
    details: [{ field, message: 'must be an e-mail address such as name@example.com' }],
  })
}
