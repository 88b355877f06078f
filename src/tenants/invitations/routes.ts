import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { requires } from '#access'
import { type Browser, Tokens, tokensView } from '#auth'
import { listOf, ok, success } from '#platform/http/envelope.ts'
import { pageOf, windowOf } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'
import type { Credentials } from '../credentials.ts'
import { IdParams } from '../schemas.ts'
import {
  acceptInvitation,
  type Invitations,
  inviteMember,
  lookUpInvitation,
  pendingInvitations,
  resendInvitation,
  revokeInvitation,
} from './invitations.ts'
import type { Invitation } from './queries.ts'
import { AcceptBody, InvitationsQuery, InvitationView, InviteBody, LookupQuery, LookupView } from './schemas.ts'

export interface InvitationRoutesOptions {
  invitations: Invitations
  browser: Browser
  credentials: Credentials
}

export const invitationRoutes: FastifyPluginAsyncTypebox<InvitationRoutesOptions> = async (
  app,
  { invitations, browser, credentials },
) => {
  const { tenantOf, factsOf, maybeUserOf } = credentials
  const view = (invitation: Invitation) => invitationView(invitation, invitations.clock.now())

  app.post(
    '/users',
    {
      config: { access: requires('members.invite'), problems: { 409: 'A member already, or invited already' } },
      schema: {
        tags: ['Members'],
        summary: 'Invite somebody',
        body: InviteBody,
        response: { 201: success(InvitationView) },
      },
    },
    async (request, reply) => {
      const { email, role, full_name: fullName } = request.body
      const invitation = await inviteMember(invitations, tenantOf(request), { email, role, fullName })
      return reply.code(201).send(ok(view(invitation)))
    },
  )

  app.get(
    '/invitations',
    {
      config: { access: requires('members.invite') },
      schema: {
        tags: ['Members'],
        summary: 'Open invitations',
        querystring: InvitationsQuery,
        response: { 200: listOf(InvitationView) },
      },
    },
    async (request) => {
      const { query } = request
      const { items, total } = await pendingInvitations(invitations, tenantOf(request), query.search, windowOf(query))
      return ok(pageOf(query, total, items.map(view)))
    },
  )

  app.delete(
    '/invitations/:id',
    {
      config: { access: requires('members.invite') },
      schema: {
        tags: ['Members'],
        summary: 'Revoke an invitation',
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await revokeInvitation(invitations, tenantOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/invitations/:id/resend',
    {
      config: { access: requires('members.invite') },
      schema: {
        tags: ['Members'],
        summary: 'Send an invitation again, with a new link',
        params: IdParams,
        response: { 200: success(InvitationView) },
      },
    },
    async (request) => ok(view(await resendInvitation(invitations, tenantOf(request), request.params.id))),
  )

  app.get(
    '/invitations/lookup',
    {
      config: { access: 'public', problems: { 404: 'No such invitation', 410: 'Used, revoked or expired' } },
      schema: {
        tags: ['Members'],
        summary: 'What an invitation link leads to',
        querystring: LookupQuery,
        response: { 200: success(LookupView) },
      },
    },
    async (request) => {
      const caller = await maybeUserOf(request)
      const found = await lookUpInvitation(invitations, request.query.token, caller?.person, factsOf(request))
      return ok({ tenant: { name: found.tenantName }, email: found.email, role: found.role, state: found.state })
    },
  )

  app.post(
    '/invitations/accept',
    {
      config: {
        access: 'public',
        problems: {
          401: 'The address has an account: sign in first',
          402: 'No seat is free',
          403: 'For another account, or asked for by a page of another site',
          404: 'No such invitation',
          409: 'The address has an account, or is a member already',
          410: 'Used, revoked or expired',
        },
      },
      schema: {
        tags: ['Members'],
        summary: 'Join by invitation link',
        body: AcceptBody,
        response: { 200: success(Tokens) },
      },
    },
    async (request, reply) => {
      browser.refuseForeignOrigin(request)
      const { token, password, full_name: fullName, session } = request.body
      const caller = await maybeUserOf(request)
      const grant = await acceptInvitation(
        invitations,
        { token, password, fullName },
        caller && { scope: caller.scope, email: caller.person.email },
        factsOf(request),
      )
      const asCookie = session === 'cookie' || (caller !== undefined && browser.cookie.read(request) !== undefined)
      return ok(tokensView(browser, reply, grant, asCookie))
    },
  )
}

function invitationView(invitation: Invitation, now: Date) {
  const expired = invitation.status === 'pending' && invitation.expires_at <= now
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    status: expired ? ('expired' as const) : invitation.status,
    created_at: invitation.created_at.toISOString(),
    expires_at: invitation.expires_at.toISOString(),
  }
}
