export interface FieldProblem {
  field: string
  message: string
  /** Of a limit that is reached: its key, how much is used, how much is allowed. */
  limit?: string
  used?: number
  allowed?: number
}

interface ProblemFacts {
  status: number
  code: string
  detail: string
  details?: FieldProblem[]
  requestId?: string
  retryAfter?: number
  feature?: string
}

/** A refusal of the server (application/problem+json), or status 0 when no answer came at all. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly details: FieldProblem[]
  readonly requestId: string | undefined
  readonly retryAfter: number | undefined
  /** What the plan does not include, when that is why. */
  readonly feature: string | undefined

  constructor(facts: ProblemFacts) {
    super(facts.detail)
    this.name = 'ApiProblem'
    this.status = facts.status
    this.code = facts.code
    this.details = facts.details ?? []
    this.requestId = facts.requestId
    this.retryAfter = facts.retryAfter
    this.feature = facts.feature
  }
}

/** A larger plan, or one that is paid, is what is missing. */
export function asksForPlan(error: unknown): error is ApiProblem {
  return (
    error instanceof ApiProblem &&
    ['LIMIT_REACHED', 'PLAN_UPGRADE_REQUIRED', 'SUBSCRIPTION_REQUIRED'].includes(error.code)
  )
}

/** The session is over: the server refused the refresh cookie itself. */
export class SignedOut extends Error {
  constructor() {
    super('You are signed out.')
    this.name = 'SignedOut'
  }
}

const wordsByStatus: Record<number, string> = {
  401: 'You need to sign in again.',
  403: 'Your role does not allow this.',
  404: 'This does not exist, or you have no access to it.',
  409: 'This conflicts with something that is already there.',
  412: 'Somebody else changed this in the meantime.',
  413: 'That is larger than we accept.',
  429: 'Too many attempts. Wait a moment and try again.',
  503: 'The service is not ready. Try again in a moment.',
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: Record<string, unknown> = await response.json().catch(() => ({}))
  const text = (key: string) => (typeof body[key] === 'string' ? (body[key] as string) : undefined)
  const retryAfter = Number(response.headers.get('retry-after'))
  const details = Array.isArray(body.details)
    ? body.details.filter((detail): detail is FieldProblem => typeof detail?.message === 'string')
    : []
  return new ApiProblem({
    status: response.status,
    code: text('code') ?? `HTTP_${response.status}`,
    detail: text('detail') ?? text('message') ?? wordsByStatus[response.status] ?? 'The server could not answer this.',
    details,
    requestId: text('request_id') ?? response.headers.get('x-request-id') ?? undefined,
    retryAfter: retryAfter > 0 ? retryAfter : undefined,
    feature: text('feature'),
  })
}

export function unreachable(): ApiProblem {
  return new ApiProblem({
    status: 0,
    code: 'UNREACHABLE',
    detail: 'The server did not answer. Check your connection and try again.',
  })
}

/** What to tell a person about any failure. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiProblem || error instanceof SignedOut) return error.message
  return 'Something in this page failed. Reload it and try again.'
}
