/**
 * From credential to scope. A request's tenant comes from its access token and nowhere else; whether the session still
 * lives, the role that its owner holds now and what the tenant's plan unlocks is read with every request, in the message
 * that opens the request's transaction. So a removed member, a demoted admin, an ended session or an ended plan stops with
 * the next request, on every replica.
 */
import type { FastifyRequest } from 'fastify'
import { authorize, type Permission, type RequestFacts, type Role, type TenantScope, type UserScope } from '#access'
import type { AccessClaims, AccessTokens } from '#auth'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { offerTransaction, openTenant, openUser, type ScopedTransaction } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import type { Guard } from '#platform/http/access.ts'
import { assertFeature } from './allowance/entitlements.ts'
import { isToBeKept } from './idempotency/repeatable.ts'
import { CHECK_MEMBER, CHECK_PERSON, type CheckedMember, type CheckedPerson } from './queries.ts'

export interface Credentials extends Guard {
  factsOf(request: FastifyRequest): RequestFacts
  /** The signed-in person of a route with access `user`. */
  userOf(request: FastifyRequest): UserScope
  /** Who they are and where they belong, read with the check of the session. */
  personOf(request: FastifyRequest): CheckedPerson
  /** The scope of a route that names a permission. */
  tenantOf(request: FastifyRequest): TenantScope
  /** The same, or undefined where nobody was let in: for what watches all requests. */
  actingOf(request: FastifyRequest): TenantScope | undefined
  /** The transaction in which the scope was checked, while nothing has used it. */
  transactionOf(request: FastifyRequest): ScopedTransaction | undefined
  /** For public routes that answer differently to people who are signed in. Anything invalid counts as signed out. */
  maybeUserOf(request: FastifyRequest): Promise<{ scope: UserScope; person: CheckedPerson } | undefined>
}

interface State {
  claims: AccessClaims
  user?: UserScope
  person?: CheckedPerson
  tenant?: TenantScope
  transaction?: ScopedTransaction | undefined
}

export interface CredentialsOptions {
  db: Database
  clock: Clock
  accessTokens: AccessTokens
}

export function createCredentials({ db, clock, accessTokens }: CredentialsOptions): Credentials {
  const states = new WeakMap<FastifyRequest, State>()

  const stateOf = (request: FastifyRequest): State => {
    const state = states.get(request)
    if (!state) throw new Error('The route is public and has no caller.')
    return state
  }

  const askForPerson = async (transaction: ScopedTransaction, { sessionId, userId }: AccessClaims) => {
    const [person] = await transaction.query<CheckedPerson>(CHECK_PERSON, [sessionId, userId, clock.now()])
    return person
  }

  const checkPerson = async (claims: AccessClaims): Promise<CheckedPerson | undefined> => {
    const transaction = await openUser(db, claims, { readOnly: true })
    try {
      const person = await askForPerson(transaction, claims)
      await transaction.commit()
      return person
    } catch (error) {
      await transaction.rollback()
      throw error
    }
  }

  const enterAsPerson = async (request: FastifyRequest, state: State): Promise<void> => {
    const { claims } = state
    // An answer that is kept commits with the effect, so the transaction stays open for the handler.
    if (isToBeKept(request)) state.transaction = await openUser(db, claims)
    const person = await (state.transaction ? askForPerson(state.transaction, claims) : checkPerson(claims))
    if (!person) throw unauthenticated()
    state.person = person
    state.user = userScope(request, claims, person)
    if (state.transaction) offerTransaction(state.user, state.transaction)
  }

  const userScope = (request: FastifyRequest, claims: AccessClaims, person: CheckedPerson): UserScope => ({
    kind: 'user',
    userId: claims.userId,
    sessionId: claims.sessionId,
    tenantId: claims.tenantId,
    authenticatedAt: person.authenticated_at,
    request: factsOf(request),
  })

  const enterTenant = async (
    request: FastifyRequest,
    state: State,
    { permission, feature }: { permission: string; feature?: string },
  ): Promise<void> => {
    const { claims } = state
    const { tenantId } = claims
    if (!tenantId) throw new Refusal(403, 'TENANT_REQUIRED', 'This token is for no tenant. Refresh with tenant_slug.')
    const readOnly = request.method === 'GET' || request.method === 'HEAD'
    const transaction = await openTenant(db, { tenantId, userId: claims.userId }, { readOnly })
    state.transaction = transaction
    const now = clock.now()
    const [member] = await transaction.query<CheckedMember>(CHECK_MEMBER, [
      claims.sessionId,
      claims.userId,
      tenantId,
      now,
    ])
    const scope: TenantScope = {
      kind: 'tenant',
      tenantId,
      userId: claims.userId,
      sessionId: claims.sessionId,
      role: roleOf(member),
      authenticatedAt: member?.authenticated_at ?? null,
      request: factsOf(request),
    }
    authorize(scope, permission as Permission)
    if (feature !== undefined) assertFeature(member, feature, now)
    state.tenant = scope
    if (request.routeOptions.config.detached) {
      state.transaction = undefined
      await transaction.commit()
    } else offerTransaction(scope, transaction)
  }

  return {
    factsOf,

    authenticate(request) {
      const remember = (claims: AccessClaims | undefined) => {
        if (!claims) throw unauthenticated()
        states.set(request, { claims })
      }
      const token = bearerToken(request)
      const claims = token === undefined ? undefined : accessTokens.verify(token)
      // Most tokens were seen before and are known at once.
      return claims instanceof Promise ? claims.then(remember) : remember(claims)
    },

    async authorize(request, access) {
      const state = stateOf(request)
      if (access !== 'user') return enterTenant(request, state, access)
      await enterAsPerson(request, state)
    },

    async finish(request) {
      await states.get(request)?.transaction?.rollback()
    },

    principal(request) {
      const claims = states.get(request)?.claims
      return claims && { userId: claims.userId, ...(claims.tenantId ? { tenantId: claims.tenantId } : {}) }
    },

    userOf: (request) => required(stateOf(request).user),
    personOf: (request) => required(stateOf(request).person),
    tenantOf: (request) => required(stateOf(request).tenant),
    actingOf: (request) => states.get(request)?.tenant,
    transactionOf: (request) => states.get(request)?.transaction,

    async maybeUserOf(request) {
      const token = bearerToken(request)
      const claims = token === undefined ? undefined : await accessTokens.verify(token)
      const person = claims && (await checkPerson(claims))
      return person && { scope: userScope(request, claims as AccessClaims, person), person }
    },
  }
}

/** The role of somebody who may act, or the reason why they may not. */
function roleOf(member: CheckedMember | undefined): Role {
  if (!member) throw unauthenticated()
  if (!member.role || member.user_status === null) {
    throw new Refusal(404, 'NOT_FOUND', 'There is nothing here for you.')
  }
  if (member.user_status !== 'active') throw unauthenticated()
  if (member.tenant_deleted_at) throw new Refusal(404, 'NOT_FOUND', 'There is nothing here for you.')
  if (member.membership_status !== 'active') {
    throw new Refusal(
      403,
      'MEMBERSHIP_DEACTIVATED',
      'Your membership in this organisation was deactivated. Ask an admin.',
    )
  }
  return member.role
}

function factsOf(request: FastifyRequest): RequestFacts {
  return { requestId: request.id, ip: request.ip ?? '', userAgent: (request.headers['user-agent'] ?? '').slice(0, 400) }
}

/** RFC 6750: the scheme, one space, one token. */
function bearerToken(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization
  if (header === undefined || header.length < 8 || header.slice(0, 7).toLowerCase() !== 'bearer ') return undefined
  return header.slice(7)
}

function unauthenticated(): Refusal {
  return new Refusal(401, 'UNAUTHENTICATED', 'Sign in first: the access token is missing, expired or was ended.', {
    headers: { 'www-authenticate': 'Bearer' },
  })
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The route declares another kind of access than its handler asks for.')
  return value
}
