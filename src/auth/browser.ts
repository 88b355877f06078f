/** How sessions live in a browser: the refresh token in a cookie that scripts cannot read, and proof that a page of ours asks. */
import type { FastifyRequest } from 'fastify'
import type { Config } from '#platform/config.ts'
import { type SecretCookie, secretCookie } from '#platform/http/cookies.ts'
import { type AssertSameOrigin, sameOriginCheck } from '#platform/http/same-origin.ts'

export interface Browser {
  readonly cookie: SecretCookie
  /** For calls that act on the cookie: 403 unless a page of ours made them. */
  assertSameOrigin: AssertSameOrigin
  /** For calls that bring their own credential: 403 only when a foreign page made them. */
  refuseForeignOrigin: AssertSameOrigin
}

export function browserOf(config: Pick<Config, 'appUrl' | 'corsOrigins'>): Browser {
  const assertSameOrigin = sameOriginCheck(config)
  return {
    cookie: secretCookie(config, 'plinth_refresh'),
    assertSameOrigin,
    refuseForeignOrigin(request: FastifyRequest) {
      const { origin, 'sec-fetch-site': site } = request.headers
      if (origin !== undefined || site !== undefined) assertSameOrigin(request)
    },
  }
}
