/** Making, reading and changing tenants, and finding the one that a person's next token is for. */
import { authorize, type TenantScope, type UserScope } from '#access'
import { recordAudit } from '#audit'
import type { SlugWish, Tenancy, TenantOfToken } from '#auth'
import type { Clock } from '#platform/clock.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { applyGrant, type Grant } from './allowance/entitlements.ts'
import { tellTenantCreated } from './news.ts'
import {
  findTenantOfPerson,
  getTenant,
  insertTenant,
  lockTenant,
  type Tenant,
  touchMembership,
  updateTenant,
  upsertMembership,
} from './queries.ts'
import { assertSlug, slugFrom, withSuffix } from './slug.ts'

/** Enough for any setting a person types; a tenant's row is read with many requests. */
const MAX_SETTINGS_CHARACTERS = 8_000

/** `starting` is what a new tenant may use, before anything is paid. */
export function createTenancy(starting: Grant): Tenancy {
  return {
    assertSlug: ({ text, field }) => {
      assertSlug(text, field)
    },

    async create(tx, { name, slug, ownerId, request, now }) {
      const tenant = await insertWithFreeSlug(tx, name, slug, now)
      await upsertMembership(tx, { tenant_id: tenant.id, user_id: ownerId, role: 'owner', now })
      await applyGrant(tx, tenant.id, starting, now)
      await tellTenantCreated(tx, tenant.id)
      const scope: TenantScope = {
        kind: 'tenant',
        tenantId: tenant.id,
        userId: ownerId,
        sessionId: null,
        role: 'owner',
        authenticatedAt: null,
        request,
      }
      await recordAudit(tx, scope, {
        action: 'tenant.created',
        target: { type: 'tenant', id: tenant.id },
        details: { name: tenant.name, slug: tenant.slug },
      })
      return { id: tenant.id, slug: tenant.slug, name: tenant.name, role: 'owner' }
    },
    enter,
  }
}

const enter: Tenancy['enter'] = async (tx, { userId, slug, lastTenantId, now }) => {
  const found = await findTenantOfPerson(tx, userId, slug === undefined ? { preferredId: lastTenantId } : { slug })
  if (!found) {
    if (slug === undefined) return null
    throw new Refusal(404, 'TENANT_NOT_FOUND', 'You do not belong to an organisation with this slug.')
  }
  if (found.status !== 'active') {
    throw new Refusal(
      403,
      'MEMBERSHIP_DEACTIVATED',
      'Your membership in this organisation was deactivated. Ask an admin.',
    )
  }
  await touchMembership(tx, found.id, userId, now)
  return { id: found.id, slug: found.slug, name: found.name, role: found.role }
}

async function insertWithFreeSlug(tx: Tx, name: string, wish: SlugWish | undefined, now: Date): Promise<Tenant> {
  if (wish !== undefined) {
    const tenant = await insertTenant(tx, { id: newId(), slug: assertSlug(wish.text, wish.field), name, now })
    if (tenant) return tenant
    if (!wish.orSimilar) throw slugTaken(wish.field)
  }
  const base = slugFrom(wish?.text ?? name)
  for (let attempt = 0; ; attempt++) {
    const slug = attempt === 0 ? base : withSuffix(base)
    const tenant = await insertTenant(tx, { id: newId(), slug, name, now })
    if (tenant) return tenant
    if (attempt === 5) throw slugTaken()
  }
}

export function createTenant(
  { db, clock, tenancy }: { db: Database; clock: Clock; tenancy: Tenancy },
  scope: UserScope,
  input: { name: string; slug?: string | undefined },
): Promise<TenantOfToken> {
  return asSystem(
    db,
    'make a tenant: nobody belongs to it yet',
    (tx) =>
      tenancy.create(tx, {
        name: input.name,
        slug: input.slug === undefined ? undefined : { text: input.slug, field: 'slug' },
        ownerId: scope.userId,
        request: scope.request,
        now: clock.now(),
      }),
    { within: scope },
  )
}

export function readTenant(db: Database, scope: TenantScope): Promise<Tenant> {
  authorize(scope, 'tenant.read')
  return inTenant(db, scope, (tx) => getTenant(tx, scope.tenantId))
}

export interface ChangeTenant {
  name?: string | undefined
  slug?: string | undefined
  /** Merged into what is there; a key set to null is removed. */
  settings?: Record<string, unknown> | undefined
}

export async function changeTenant(
  { db, clock }: { db: Database; clock: Clock },
  scope: TenantScope,
  input: ChangeTenant,
  assertVersion: (version: number) => void,
): Promise<Tenant> {
  authorize(scope, 'tenant.update')
  const slug = input.slug === undefined ? undefined : assertSlug(input.slug)
  try {
    return await inTenant(db, scope, async (tx) => {
      const before = await lockTenant(tx, scope.tenantId)
      assertVersion(before.version)
      const changes = {
        ...(input.name === undefined ? {} : { name: input.name }),
        ...(slug === undefined ? {} : { slug }),
        ...(input.settings === undefined ? {} : { settings: merged(before.settings, input.settings) }),
      }
      const after = await updateTenant(tx, scope.tenantId, changes, clock.now())
      await recordAudit(tx, scope, {
        action: 'tenant.updated',
        target: { type: 'tenant', id: scope.tenantId },
        details: { changed: Object.keys(changes) },
      })
      return after
    })
  } catch (error) {
    if ((error as { constraint?: string }).constraint === 'tenants_slug_key') throw slugTaken()
    throw error
  }
}

function merged(before: Record<string, unknown>, changes: Record<string, unknown>): Record<string, unknown> {
  const after = Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null))
  if (JSON.stringify(after).length > MAX_SETTINGS_CHARACTERS) {
    throw new Refusal(400, 'VALIDATION_ERROR', 'The settings are too large.', {
      details: [{ field: 'settings', message: `must be at most ${MAX_SETTINGS_CHARACTERS} characters of JSON` }],
    })
  }
  return after
}

function slugTaken(field = 'slug'): Refusal {
  return new Refusal(409, 'SLUG_TAKEN', 'This slug is taken. Choose another one.', {
    details: [{ field, message: 'is taken' }],
  })
}
