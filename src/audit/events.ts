import { authorize, type TenantScope } from '#access'
import type { Database } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import type { cursorCodec } from '#platform/http/page-query.ts'
import { type AuditEvent, listEvents } from './queries.ts'
import type { AuditQuery } from './schemas.ts'
import { type Verification, verifyChain } from './verify.ts'

export type Cursors = ReturnType<typeof cursorCodec>

export async function listAuditEvents(
  db: Database,
  scope: TenantScope,
  { action, actor, from, to, cursor, limit }: AuditQuery,
  cursors: Cursors,
): Promise<{ events: AuditEvent[]; nextCursor: string | null }> {
  authorize(scope, 'audit.read')
  // A cursor stands in this list of this tenant, with these filters, and in no other.
  const list = JSON.stringify(['audit-events', scope.tenantId, action, actor, from, to])
  const filter = {
    action,
    actor,
    from: momentOf('from', from),
    to: momentOf('to', to),
    before: cursor === undefined ? undefined : Number(cursors.read(list, cursor)[0]),
    // One more than asked for tells whether there is more.
    limit: limit + 1,
  }
  const found = await inTenant(db, scope, (tx) => listEvents(tx, scope.tenantId, filter))
  const events = found.slice(0, limit)
  const last = events.at(-1)
  return { events, nextCursor: found.length > limit && last ? cursors.write(list, [last.seq]) : null }
}

/** A leap second has the form of a moment and is none for a JavaScript date. */
function momentOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const moment = new Date(text)
  if (!Number.isNaN(moment.getTime())) return moment
  throw new Refusal(400, 'VALIDATION_ERROR', 'The query is not valid.', {
    details: [{ field, message: 'is not a moment' }],
  })
}

export async function verifyAuditLog(db: Database, scope: TenantScope): Promise<Verification> {
  authorize(scope, 'audit.read')
  return inTenant(db, scope, (tx) => verifyChain(tx, scope))
}
