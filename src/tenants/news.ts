/**
 * What modules above may want to know. They handle these jobs by name; nothing here knows who does. Each is added in the
 * transaction of the change it tells of.
 */
import { defineJob, enqueue } from '#jobs'
import type { Tx } from '#platform/db/database.ts'

export const tenantCreated = defineJob<{ tenant_id: string }>('tenants.created', { attempts: 20 })

/** Somebody joined, left or came back. Told once for all changes within the pause. */
export const membersChanged = defineJob<{ tenant_id: string }>('tenants.members_changed', { attempts: 20 })

const PAUSE_MS = 5_000

export function tellTenantCreated(tx: Tx, tenantId: string): Promise<void> {
  return enqueue(tx, tenantCreated, { tenant_id: tenantId }, { tenantId })
}

export function tellMembersChanged(tx: Tx, tenantId: string, now: Date): Promise<void> {
  const startAfter = new Date(now.getTime() + PAUSE_MS)
  return enqueue(tx, membersChanged, { tenant_id: tenantId }, { tenantId, startAfter, singletonKey: tenantId })
}
