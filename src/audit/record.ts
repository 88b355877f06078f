import type { RequestFacts, TenantScope } from '#access'
import type { Tx } from '#platform/db/database.ts'
import { type Refusal, unavailable } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { withoutSecrets } from './details.ts'
import { insertAccountEvent, insertAuditEvent } from './queries.ts'

/** A member or an API key, and who hides behind them. */
export type AuditScope = Pick<TenantScope, 'kind' | 'tenantId' | 'userId' | 'request'> & {
  readonly apiKeyId?: string | null
  readonly impersonatorId?: string | null
}

/** A job, a schedule, something from outside. `name` says which, for people. */
export interface SystemActor {
  readonly kind: 'system'
  readonly tenantId: string
  readonly name: string
  readonly request?: RequestFacts
}

export interface StaffActor {
  readonly kind: 'staff'
  readonly tenantId: string
  readonly userId: string
  readonly request: RequestFacts
}

export interface EventToRecord {
  /** A noun and a verb, as in `project.created`; stable, for programs. */
  action: string
  target?: { type: string; id: string }
  /** `failure` for what was refused. */
  result?: 'success' | 'failure'
  /** Whatever helps to understand it later. Values under the names of secrets are left out. */
  details?: Record<string, unknown>
  /** For events of the past; only the system may. */
  at?: Date
}

/**
 * Records an event of a tenant in the transaction of the change. Call it last: from here to the commit, no other event
 * of the tenant can be recorded. When it fails, so does the change.
 */
export async function recordAudit(
  tx: Tx,
  scope: AuditScope | SystemActor | StaffActor,
  { action, target, result = 'success', details = {}, at }: EventToRecord,
): Promise<void> {
  await insertOrRefuse(
    insertAuditEvent(tx, {
      tenantId: scope.tenantId,
      id: newId(),
      at: at ?? null,
      action,
      result,
      ...actorOf(scope),
      targetType: target?.type ?? null,
      targetId: target?.id ?? null,
      details: withoutSecrets(details),
      ...factsOf(scope.request),
    }),
  )
}

export interface AccountEvent {
  userId: string
  action: string
  result?: 'success' | 'failure'
  details?: Record<string, unknown>
  request: RequestFacts
}

/** Records what a person did, or what befell their account, outside any tenant. Same transaction, same rules. */
export async function recordAccountEvent(
  tx: Tx,
  { userId, action, result = 'success', details = {}, request }: AccountEvent,
): Promise<void> {
  await insertOrRefuse(
    insertAccountEvent(tx, {
      userId,
      id: newId(),
      action,
      result,
      details: withoutSecrets(details),
      ...factsOf(request),
    }),
  )
}

function actorOf(scope: AuditScope | SystemActor | StaffActor) {
  switch (scope.kind) {
    case 'system':
      return { actorType: 'system', actorId: null, actorName: scope.name, impersonatorId: null }
    case 'staff':
      return { actorType: 'staff', actorId: scope.userId, actorName: null, impersonatorId: null }
    default:
      return {
        actorType: scope.apiKeyId ? 'api_key' : 'user',
        actorId: scope.apiKeyId ?? scope.userId,
        actorName: null,
        impersonatorId: scope.impersonatorId ?? null,
      }
  }
}

const LONGEST_USER_AGENT = 400

function factsOf(request: RequestFacts | undefined) {
  return {
    ip: request?.ip ?? '',
    userAgent: (request?.userAgent ?? '').replaceAll('\0', '').toWellFormed().slice(0, LONGEST_USER_AGENT),
    requestId: request?.requestId ?? '',
  }
}

/** serialization_failure, deadlock_detected: the transaction is run again, so they pass. */
const RETRIED = new Set(['40001', '40P01'])

/** What cannot be recorded must not happen; that is our trouble and not a bug of the request. */
async function insertOrRefuse(insertion: Promise<void>): Promise<void> {
  try {
    await insertion
  } catch (error) {
    if (RETRIED.has((error as { code?: string }).code ?? '')) throw error
    const refusal: Refusal = unavailable(
      'This could not be recorded in the audit log, so it was not done. Try again shortly.',
    )
    refusal.cause = error
    throw refusal
  }
}
