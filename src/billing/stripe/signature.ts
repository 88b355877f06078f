/**
 * Proof that a webhook comes from Stripe: an HMAC over the very bytes and the moment they were sent. Our own check
 * rather than the SDK's, which lets events from the future pass, however far; held to the SDK's signatures by its test.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export const TOLERANCE_SECONDS = 300

/**
 * `header` is undefined when there was none or more than one. Any of the secrets may have signed, with any of several
 * signatures, so that one secret can follow another. `nowMs` is the real time: Stripe knows nothing of a clock that was moved.
 */
export function isSigned(
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
  nowMs: number,
): boolean {
  const parts = header?.split(',').map((part) => part.trim().split('=', 2)) ?? []
  const [timestamp, ...more] = valuesOf(parts, 't')
  const signatures = valuesOf(parts, 'v1').filter((value) => /^[0-9a-f]{64}$/.test(value))
  if (timestamp === undefined || more.length > 0 || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > TOLERANCE_SECONDS) return false
  return secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()
    return signatures.some((signature) => timingSafeEqual(Buffer.from(signature, 'hex'), expected))
  })
}

function valuesOf(parts: readonly string[][], name: string): string[] {
  return parts.filter(([key]) => key === name).map(([, value = '']) => value)
}
