/** The tenant's name in URLs: lower-case ASCII, 3 to 40 characters, none of the words that routes may want. */
import { randomInt } from 'node:crypto'
import { Refusal } from '#platform/errors.ts'

const SHAPE = /^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/
const RESERVED = new Set(
  'account admin api app assets auth billing dashboard dev docs files health help internal invitations login logout me new pricing public root settings sign-in sign-up static status support system tenant tenants users www'.split(
    ' ',
  ),
)

export function assertSlug(slug: string, field = 'slug'): string {
  if (SHAPE.test(slug) && !slug.includes('--') && !RESERVED.has(slug)) return slug
  const message = RESERVED.has(slug)
    ? 'is reserved; choose another one'
    : 'must be 3 to 40 lower-case letters, digits and single dashes'
  throw new Refusal(400, 'VALIDATION_ERROR', 'The request is not valid.', { details: [{ field, message }] })
}

export function slugFrom(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32)
    .replace(/-+$/, '')
  return SHAPE.test(slug) && !RESERVED.has(slug) ? slug : withSuffix(slug || 'org')
}

export function withSuffix(slug: string): string {
  return `${slug}-${randomInt(0, 36 ** 4)
    .toString(36)
    .padStart(4, '0')}`
}
