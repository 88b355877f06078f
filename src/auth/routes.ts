import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RequestFacts, UserScope } from '#access'
import { Refusal } from '#platform/errors.ts'
import { listOf, ok, success } from '#platform/http/envelope.ts'
import { PageQuery, pageOf, windowOf } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'
import type { AccessTokens } from './access-tokens.ts'
import { type Accounts, changeFullName, profileOf, userView } from './accounts.ts'
import type { Browser } from './browser.ts'
import { changePassword, requestPasswordReset, requestVerification, resetPassword } from './password-change.ts'
import { register, verifyEmail } from './registration.ts'
import {
  Accepted,
  ChangePasswordBody,
  EmailBody,
  JsonWebKeys,
  LoginBody,
  LogoutBody,
  PasswordReset,
  ProfileBody,
  ProfileView,
  RefreshBody,
  RegisterBody,
  Registered,
  ResendBody,
  ResetBody,
  SessionParams,
  SessionView,
  Tokens,
  VerificationRequired,
  Verified,
  VerifyBody,
} from './schemas.ts'
import { refreshSession } from './sessions/refresh.ts'
import { endSession, type Grant, sessionsOf, signOut, signOutEverywhere, signOutHere } from './sessions/sessions.ts'
import { signIn } from './sign-in.ts'

export interface AuthRoutesOptions {
  accounts: Accounts
  browser: Browser
  userOf: (request: FastifyRequest) => UserScope
  /** For a public route: who calls, if anybody who is signed in. */
  maybeUserOf: (request: FastifyRequest) => Promise<{ scope: UserScope } | undefined>
  factsOf: (request: FastifyRequest) => RequestFacts
}

/** Codes after which the cookie's token is certainly dead. After any other failure it may still be good. */
const ENDED = new Set(['SESSION_ENDED', 'REFRESH_REUSE_DETECTED'])

export const authRoutes: FastifyPluginAsyncTypebox<AuthRoutesOptions> = async (
  app,
  { accounts, browser, userOf, maybeUserOf, factsOf },
) => {
  const { sessions } = accounts
  const { cookie, assertSameOrigin, refuseForeignOrigin } = browser

  app.post(
    '/auth/register',
    {
      config: {
        access: 'public',
        problems: { 403: 'A page of another site asked', 409: 'The address has an account, or the slug is taken' },
      },
      schema: {
        tags: ['Auth'],
        summary: 'Sign up: a person and their first tenant',
        body: RegisterBody,
        response: { 201: success(Registered), 202: success(VerificationRequired) },
      },
    },
    async (request, reply) => {
      refuseForeignOrigin(request)
      const { body } = request
      const outcome = await register(
        accounts,
        {
          email: body.email,
          password: body.password,
          fullName: body.full_name.trim(),
          tenantName: body.tenant_name.trim(),
          tenantSlug: body.tenant_slug,
          intent: body.intent,
        },
        factsOf(request),
      )
      if (outcome.kind === 'verify_first') return reply.code(202).send(ok({ verification_required: true as const }))
      return reply.code(201).send(
        ok({
          user: userView(outcome.user),
          tenant: outcome.tenant,
          tokens: tokensView(browser, reply, outcome.grant, body.session === 'cookie'),
        }),
      )
    },
  )

  app.post(
    '/auth/login',
    {
      config: {
        access: 'public',
        problems: {
          401: 'Address or password are not right',
          403: 'Not verified, suspended, deactivated, or asked for by a page of another site',
          404: 'No such tenant of yours',
        },
      },
      schema: { tags: ['Auth'], summary: 'Sign in', body: LoginBody, response: { 200: success(Tokens) } },
    },
    async (request, reply) => {
      refuseForeignOrigin(request)
      const { email, password, tenant_slug: tenantSlug, session } = request.body
      const grant = await signIn(accounts, { email, password, tenantSlug }, factsOf(request))
      return ok(tokensView(browser, reply, grant, session === 'cookie'))
    },
  )

  app.post(
    '/auth/refresh',
    {
      config: {
        access: 'public',
        problems: {
          401: 'No token, an unknown one, or one whose session has ended',
          403: 'Deactivated, or asked for by a page of another site',
          404: 'No such tenant of yours',
        },
      },
      schema: {
        tags: ['Auth'],
        summary: 'Exchange a refresh token',
        description:
          'For the tenant named by `tenant_slug`, else the last used one. The token is read from the body or the cookie.',
        body: Type.Union([RefreshBody, Type.Null()]),
        response: { 200: success(Tokens) },
      },
    },
    async (request, reply) => {
      const fromBody = request.body?.refresh_token
      const asCookie = fromBody === undefined
      refuseForeignOrigin(request)
      const presented = fromBody ?? cookie.read(request)
      if (!presented) throw new Refusal(401, 'INVALID_REFRESH_TOKEN', 'Sign in first.')
      if (asCookie) assertSameOrigin(request)
      try {
        const grant = await refreshSession(sessions, presented, {
          slug: request.body?.tenant_slug,
          request: factsOf(request),
        })
        return ok(tokensView(browser, reply, grant, asCookie || request.body?.session === 'cookie'))
      } catch (error) {
        if (asCookie && error instanceof Refusal && ENDED.has(error.code)) cookie.clear(reply)
        throw error
      }
    },
  )

  app.post(
    '/auth/logout',
    {
      config: { access: 'public', problems: { 403: 'A page of another site asked' } },
      schema: {
        tags: ['Auth'],
        summary: 'End the session of a refresh token',
        description:
          'The token is read from the body or the cookie. With neither, the session of the access token ends.',
        body: Type.Union([LogoutBody, Type.Null()]),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const fromBody = request.body?.refresh_token
      const presented = fromBody ?? cookie.read(request)
      // Not a proof that our page asks, as for a refresh: what tells nothing is no browser, and leaving harms nobody. Also
      // without a cookie: the answer takes away the one that the browser did not show.
      refuseForeignOrigin(request)
      if (presented) await signOut(sessions, presented, factsOf(request))
      else {
        const caller = await maybeUserOf(request)
        if (caller) await signOutHere(sessions, caller.scope)
      }
      cookie.clear(reply)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/auth/logout-all',
    {
      config: { access: 'user' },
      schema: { tags: ['Auth'], summary: 'End every session of mine', response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await signOutEverywhere(sessions, userOf(request))
      cookie.clear(reply)
      return reply.code(204).send(null)
    },
  )

  app.patch(
    '/auth/me',
    {
      config: { access: 'user' },
      schema: { tags: ['Auth'], summary: 'Change my name', body: ProfileBody, response: { 200: success(ProfileView) } },
    },
    async (request) => {
      const name = request.body.full_name?.trim()
      const user = await (name === undefined
        ? profileOf(accounts, userOf(request))
        : changeFullName(accounts, userOf(request), name))
      return ok({ user: userView(user) })
    },
  )

  app.get(
    '/auth/sessions',
    {
      config: { access: 'user' },
      schema: {
        tags: ['Auth'],
        summary: 'My devices',
        querystring: PageQuery,
        response: { 200: listOf(SessionView) },
      },
    },
    async (request) => {
      const person = userOf(request)
      const { items, total } = await sessionsOf(sessions, person, windowOf(request.query))
      return ok(
        pageOf(
          request.query,
          total,
          items.map((session) => ({
            id: session.id,
            created_at: session.created_at.toISOString(),
            last_used_at: session.last_used_at.toISOString(),
            ip: session.ip,
            user_agent: session.user_agent,
            current: session.id === person.sessionId,
          })),
        ),
      )
    },
  )

  app.delete(
    '/auth/sessions/:id',
    {
      config: { access: 'user' },
      schema: { tags: ['Auth'], summary: 'Sign a device out', params: SessionParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await endSession(sessions, userOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/auth/email/verify',
    {
      config: { access: 'public' },
      schema: { tags: ['Auth'], summary: 'Prove a mailbox', body: VerifyBody, response: { 200: success(Verified) } },
    },
    async (request) => {
      const { email } = await verifyEmail(accounts, request.body.token, factsOf(request))
      return ok({ verified: true as const, email })
    },
  )

  app.post(
    '/auth/email/resend',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Auth'],
        summary: 'Send the confirmation again',
        body: ResendBody,
        response: { 202: success(Accepted) },
      },
    },
    async (request, reply) => {
      await requestVerification(accounts, request.body, factsOf(request))
      return reply.code(202).send(ok({ accepted: true as const }))
    },
  )

  app.post(
    '/auth/password/forgot',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Auth'],
        summary: 'Ask for a link that resets the password',
        body: EmailBody,
        response: { 202: success(Accepted) },
      },
    },
    async (request, reply) => {
      await requestPasswordReset(accounts, request.body.email, factsOf(request))
      return reply.code(202).send(ok({ accepted: true as const }))
    },
  )

  app.post(
    '/auth/password/reset',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Auth'],
        summary: 'Choose a new password by link',
        body: ResetBody,
        response: { 200: success(PasswordReset) },
      },
    },
    async (request) => {
      await resetPassword(accounts, request.body, factsOf(request))
      return ok({ reset: true as const })
    },
  )

  app.post(
    '/auth/password/change',
    {
      config: {
        access: 'user',
        repeatable: false,
        problems: { 403: 'The current password is not right', 409: 'Changed elsewhere at the same moment' },
      },
      schema: {
        tags: ['Auth'],
        summary: 'Change my password; every other session ends',
        body: ChangePasswordBody,
        response: { 200: success(Tokens) },
      },
    },
    async (request, reply) => {
      const { current_password: currentPassword, new_password: newPassword, session } = request.body
      const grant = await changePassword(accounts, userOf(request), { currentPassword, newPassword })
      // Whoever holds the cookie of a session that just ended needs the new one in its place.
      return ok(tokensView(browser, reply, grant, session === 'cookie' || cookie.read(request) !== undefined))
    },
  )
}

export function tokensView({ cookie }: Browser, reply: FastifyReply, grant: Grant, asCookie: boolean): Tokens {
  if (asCookie) cookie.set(reply, grant.refreshToken, grant.refreshExpiresIn)
  return {
    access_token: grant.accessToken,
    ...(asCookie ? {} : { refresh_token: grant.refreshToken }),
    token_type: 'bearer',
    expires_in: grant.accessExpiresIn,
    refresh_expires_in: grant.refreshExpiresIn,
    tenant: grant.tenant,
  }
}

/** The public keys that access tokens are signed with, for services that verify them on their own. */
export const keyRoutes: FastifyPluginAsyncTypebox<{ accessTokens: AccessTokens }> = async (app, { accessTokens }) => {
  app.get(
    '/.well-known/jwks.json',
    {
      config: { access: 'public' },
      schema: { tags: ['system'], summary: 'Public signing keys', response: { 200: JsonWebKeys } },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=600')
      return accessTokens.jwks
    },
  )
}
