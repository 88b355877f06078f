/** Tenants without a customer whose entitlement, or some of whose limits, are not there: a missing limit limits nothing. */
import type { Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { applyGrant, findEntitlement, type Grant, listLimits } from '#tenants'
import type { Billing } from '../context.ts'
import { startingGrant } from '../plans.ts'
import { byImportance, grantOf } from '../policy.ts'
import { subscriptionsOf } from '../sync/queries.ts'
import { type Drift, MISSING } from './drift.ts'
import { listBare } from './queries.ts'

const MOST = 1_000

export function bareTenants({ db, clock }: Billing, heal: boolean): Promise<Drift[]> {
  return asSystem(db, 'find tenants of which it is not known what they may use', async (tx) => {
    const drift: Drift[] = []
    for (const tenantId of await listBare(tx, Object.keys(startingGrant.limits), MOST)) {
      const { grant, missing } = await wholeGrant(tx, tenantId, clock.now())
      if (heal) await applyGrant(tx, tenantId, grant, clock.now())
      for (const [kind, subject] of missing) {
        drift.push({ kind, tenant_id: tenantId, subject, detail: MISSING, healed: heal })
      }
    }
    return drift
  })
}

/** What is there stays: it may have been given by hand. */
async function wholeGrant(tx: Tx, tenantId: string, now: Date): Promise<{ grant: Grant; missing: [string, string][] }> {
  const held = await findEntitlement(tx, tenantId)
  const [last] = (await subscriptionsOf(tx, tenantId)).sort(byImportance)
  const due = grantOf(held?.access === 'full' ? { status: 'active', plan: held.plan } : last, null, now)
  const present = new Set((await listLimits(tx, tenantId)).map(({ key }) => key))
  const limits = Object.entries(due.limits).filter(([key]) => !present.has(key))
  return {
    grant: { ...(held ?? due), limits: Object.fromEntries(limits) },
    missing: [
      ...(held ? [] : [['entitlement', due.plan] as [string, string]]),
      ...limits.map(([key]) => ['limits', key] as [string, string]),
    ],
  }
}
