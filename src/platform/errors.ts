/**
 * A refusal is what a caller can act on: it has a status, a stable code and words for people. Anything else that is
 * thrown is a bug, and answers 500 with a generic text.
 */
export interface FieldFault {
  field: string
  message: string
  /** Facts a program may want beside the words, for example `used` and `allowed` of a limit. */
  [fact: string]: string | number
}

export interface RefusalOptions {
  details?: FieldFault[]
  headers?: Record<string, string>
  /** Further members of the problem document, for example `upgrade_url`. */
  extra?: Record<string, unknown>
}

export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly details: FieldFault[] | undefined
  readonly headers: Record<string, string> | undefined
  readonly extra: Record<string, unknown> | undefined

  constructor(status: number, code: string, detail: string, options: RefusalOptions = {}) {
    super(detail)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.detail = detail
    this.details = options.details
    this.headers = options.headers
    this.extra = options.extra
  }
}

/** What a request meets when something we depend on is away: worth trying again soon. */
export function unavailable(
  detail = 'The service is temporarily unavailable. Try again shortly.',
  retryAfterSeconds = 2,
) {
  return new Refusal(503, 'SERVICE_UNAVAILABLE', detail, { headers: { 'retry-after': String(retryAfterSeconds) } })
}
