import { type EventToRecord, recordAudit } from '#audit'
import type { Passwords } from '#auth'
import { type Billing, type LocalStripe, livePast, startingGrant } from '#billing'
import type { Clock } from '#platform/clock.ts'
import type { Database, Tx } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { applyGrant } from '#tenants'
import {
  findTenant,
  insertMembership,
  insertPerson,
  insertProject,
  insertTenant,
  insertUsage,
  isEmpty,
  lockSeeding,
} from './queries.ts'
import { people, projects, tenants, usage } from './story.ts'

export const DEMO_PASSWORD = 'plinth demo password'
export const demoAccounts = people.map(({ email }) => email)

const DAY_MS = 86_400_000
const DEMO_REQUEST = { requestId: 'demo', ip: '127.0.0.1', userAgent: 'demo data' }

interface Happening extends EventToRecord {
  at: Date
  by: string
}

/** Plants the demo in an empty database; leaves any other one alone. Answers whether it did. */
export async function seedDemo({ db, clock, passwords }: { db: Database; clock: Clock; passwords: Passwords }) {
  const passwordHash = await passwords.hash(DEMO_PASSWORD)
  return asSystem(db, 'plant the demo data of several tenants', async (tx) => {
    await lockSeeding(tx)
    if (!(await isEmpty(tx))) return false
    await plant(tx, passwordHash, clock.now())
    return true
  })
}

/** Acme has been paying for a year: the local Stripe lives through it. Without one, Acme is on the free plan. */
export async function seedSubscription(billing: Billing, local: LocalStripe): Promise<boolean> {
  const acme = await asSystem(billing.db, 'find the tenant of the demo that pays', (tx) => findTenant(tx, 'acme'))
  if (!acme) return false
  const now = billing.clock.now().getTime()
  const members = people.filter(({ tenant }) => tenant === 'acme')
  return livePast(billing, local, {
    tenantId: acme,
    plan: 'pro',
    interval: 'month',
    seats: members.map(({ joined }, index) => ({ at: new Date(now - joined * DAY_MS), quantity: index + 1 })),
  })
}

async function plant(tx: Tx, passwordHash: string, now: Date): Promise<void> {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const userIds = new Map<string, string>()
  for (const person of people) {
    const id = newId()
    userIds.set(person.email, id)
    await insertPerson(tx, {
      id,
      email: person.email,
      full_name: person.fullName,
      password_hash: passwordHash,
      platform_role: person.staff ? 'staff' : null,
      created_at: ago(person.joined),
    })
  }

  for (const [slug, { name }] of Object.entries(tenants) as [keyof typeof tenants, (typeof tenants)['acme']][]) {
    const tenantId = newId()
    const members = people.filter((person) => person.tenant === slug)
    const founder = members[0] as (typeof members)[0]
    await insertTenant(tx, { id: tenantId, slug, name, created_at: ago(founder.joined) })
    for (const member of members) {
      await insertMembership(tx, {
        tenant_id: tenantId,
        user_id: userIds.get(member.email) as string,
        role: member.role ?? 'member',
        joined_at: ago(member.joined),
        last_active_at: ago(Math.min(1, member.joined)),
      })
    }
    await applyGrant(tx, tenantId, startingGrant, ago(founder.joined))
    for (const day of usage[slug]) await insertUsage(tx, tenantId, { ...day, at: ago(day.daysAgo) })

    const history: Happening[] = [
      {
        at: ago(founder.joined),
        by: founder.email,
        action: 'tenant.created',
        target: { type: 'tenant', id: tenantId },
        details: { name, slug },
      },
      ...members.slice(1).map((member) => ({
        at: ago(member.joined),
        by: member.email,
        action: 'invitation.accepted',
        target: { type: 'user', id: userIds.get(member.email) as string },
        details: { email: member.email, role: member.role },
      })),
    ]
    for (const project of projects[slug]) {
      const id = newId()
      await insertProject(tx, {
        tenant_id: tenantId,
        id,
        name: project.name,
        description: project.description,
        status: project.status,
        created_by: userIds.get(project.by) as string,
        created_at: ago(project.started),
        updated_at: ago(project.touched),
      })
      const target = { type: 'project', id }
      history.push({
        at: ago(project.started),
        by: project.by,
        action: 'project.created',
        target,
        details: { name: project.name },
      })
      if (project.touched < project.started) {
        const details = { name: project.name, changed: project.status === 'active' ? ['description'] : ['status'] }
        history.push({ at: ago(project.touched), by: project.by, action: 'project.updated', target, details })
      }
    }
    // The chain is written in the order in which things happened.
    for (const { at, by, ...event } of history.sort((a, b) => a.at.getTime() - b.at.getTime())) {
      const scope = { kind: 'tenant' as const, tenantId, userId: userIds.get(by) as string, request: DEMO_REQUEST }
      await recordAudit(tx, scope, { ...event, at })
    }
  }
}
