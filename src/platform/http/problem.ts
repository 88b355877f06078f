/**
 * Every error leaves as a problem document (RFC 9457) with the members of our envelope. `code` is what programs read;
 * `request_id` leads people to the log.
 */
import type { Refusal } from '../errors.ts'
import { STATUS_CODES } from './status-codes.ts'

export const PROBLEM_TYPE = 'application/problem+json'

/** Bytes rather than text, so that the media type is sent without a charset, which RFC 9457 does not define. */
export function problemDocument(refusal: Refusal, requestId: string, appUrl: string): Buffer {
  const { status, code, detail, details = [], extra } = refusal
  return Buffer.from(
    JSON.stringify({
      ...extra,
      type: `${appUrl}/docs/errors/${code}`,
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail,
      instance: `urn:plinth:request:${requestId}`,
      success: false,
      code,
      message: detail,
      details,
      request_id: requestId,
    }),
  )
}

/** Headers of a refusal beside its media type. RFC 9110: a 401 names the scheme; who is told to wait is told how long. */
export function problemHeaders({ status, headers }: Refusal): Record<string, string> {
  const result: Record<string, string> = { 'content-type': PROBLEM_TYPE, ...headers }
  if (status === 401) result['www-authenticate'] ??= 'Bearer'
  if (status === 429 || status === 503) result['retry-after'] ??= '2'
  return result
}
