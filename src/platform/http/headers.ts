/**
 * Security headers, the same on every answer. They are built once: @fastify/helmet sets the same ones anew for each
 * request, which cost more than routing and serialising together when it was measured.
 */
import type { Config } from '../config.ts'

const TWO_YEARS_SECONDS = 63_072_000

/** Radix and the toast region write <style> elements, so inline styles stay allowed; scripts never are. */
const POLICY: Record<string, string> = {
  'default-src': "'self'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
  'object-src': "'none'",
  'base-uri': "'none'",
}

export function contentSecurityPolicy(changes: Record<string, string> = {}): string {
  return Object.entries({ ...POLICY, ...changes })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ')
}

export function securityHeaders({ env }: Pick<Config, 'env'>): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // Files of the web app say otherwise; what carries somebody's data must never be kept.
    'cache-control': 'no-store',
    vary: 'Origin',
    ...(env === 'production' && { 'strict-transport-security': `max-age=${TWO_YEARS_SECONDS}; includeSubDomains` }),
  }
}
