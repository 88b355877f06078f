import type { Role } from './roles.ts'

/** What audit and notices say about the request; none of it is trusted for a decision. */
export interface RequestFacts {
  readonly requestId: string
  readonly ip: string
  readonly userAgent: string
}

/** A signed-in person, whichever tenant they look at. */
export interface UserScope {
  readonly kind: 'user'
  readonly userId: string
  readonly sessionId: string
  /** The tenant that the access token was minted for. */
  readonly tenantId: string | null
  /** Last proof of identity in this session. */
  readonly authenticatedAt: Date
  readonly request: RequestFacts
}

/** A person acting in one tenant, in the role they hold at this moment. */
export interface TenantScope {
  readonly kind: 'tenant'
  readonly tenantId: string
  readonly userId: string
  readonly sessionId: string | null
  readonly role: Role
  readonly authenticatedAt: Date | null
  readonly request: RequestFacts
}
