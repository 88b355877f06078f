import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { requires, type TenantScope } from '#access'
import type { Database } from '#platform/db/database.ts'
import { logOf, ok, success } from '#platform/http/envelope.ts'
import { type Cursors, listAuditEvents, verifyAuditLog } from './events.ts'
import type { AuditEvent } from './queries.ts'
import { AuditEventView, AuditQuery, VerificationView } from './schemas.ts'

export interface AuditRoutesOptions {
  db: Database
  scopeOf: (request: FastifyRequest) => TenantScope
  cursors: Cursors
}

export const auditRoutes: FastifyPluginAsyncTypebox<AuditRoutesOptions> = async (app, { db, scopeOf, cursors }) => {
  app.get(
    '/audit-events',
    {
      config: { access: requires('audit.read') },
      schema: {
        summary: 'What happened in the tenant, newest first',
        tags: ['Audit'],
        querystring: AuditQuery,
        response: { 200: logOf(AuditEventView) },
      },
    },
    async (request) => {
      const { events, nextCursor } = await listAuditEvents(db, scopeOf(request), request.query, cursors)
      return ok({ items: events.map(viewOf), next_cursor: nextCursor })
    },
  )

  app.get(
    '/audit-events/verify',
    {
      config: { access: requires('audit.read') },
      schema: {
        summary: 'Whether the log is whole and unchanged',
        tags: ['Audit'],
        response: { 200: success(VerificationView) },
      },
    },
    async (request) => ok(await verifyAuditLog(db, scopeOf(request))),
  )
}

function viewOf(event: AuditEvent): AuditEventView {
  const { target_type: targetType, target_id: targetId } = event
  return {
    id: event.id,
    seq: event.seq,
    action: event.action,
    result: event.result,
    actor: {
      type: event.actor_type,
      id: event.actor_id,
      name: event.actor_name,
      impersonator_id: event.impersonator_id,
    },
    target: targetType !== null && targetId !== null ? { type: targetType, id: targetId } : null,
    details: event.details,
    ip: event.ip,
    user_agent: event.user_agent,
    request_id: event.request_id,
    at: event.at.toISOString(),
  }
}
