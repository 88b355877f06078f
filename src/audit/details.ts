import { scrub } from '#platform/log.ts'

const SECRET_NAME =
  /(password|passphrase|secret|token|authorization|cookie|credential|private_?key|api_?key|recovery_?codes?|otp|hash)s?$/i
const MOST_CHARACTERS = 8_192
const DEEPEST = 6

/** A copy that names no secret, that PostgreSQL can store, and that is not larger than an event should be. */
export function withoutSecrets(details: Record<string, unknown>): string {
  const text = JSON.stringify(cleaned(details, 0))
  if (text.length <= MOST_CHARACTERS) return text
  return JSON.stringify({
    truncated: true,
    keys: Object.keys(details)
      .slice(0, 50)
      .map((key) => clean(key).slice(0, 100)),
  })
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return clean(scrub(value))
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) return '[deeper]'
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      clean(key),
      SECRET_NAME.test(key) ? '[redacted]' : cleaned(item, depth + 1),
    ]),
  )
}

/** jsonb knows neither NUL nor half a surrogate pair. */
const clean = (text: string) => text.replaceAll('\0', '').toWellFormed()
