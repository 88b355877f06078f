/** Two tenants of the same shape, made over HTTP, each with its mark in every text that it wrote. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { asSystem } from '#platform/db/scoped.ts'
import { applyGrant } from '#tenants'
import type { Account, TestApp } from '../support/app.ts'
import type { GuardedApp } from './guarded-app.ts'
import { type IdOf, operationsOf } from './operations.ts'

export interface Tenancy {
  /** In every name, address and text of the tenant, and nowhere else. */
  mark: string
  owner: Account
  people: Account[]
  /** A row of each kind, by the segment of its address. */
  ids: Record<string, string>
  idOf: IdOf
  /** What must never reach another tenant: the mark and every id. */
  secrets: string[]
}

/** The key under which every tenant makes its project: the same, as two strangers may well choose the same. */
export const SHARED_KEY = 'a-key-that-two-strangers-chose'

/** As if the tenant paid for a plan with these features; limits stay as they are. */
export async function grantFeatures({ services }: TestApp, tenantId: string, features: string[]): Promise<void> {
  const grant = { plan: 'guarded', status: 'active', access: 'full' as const, graceUntil: null, limits: {} }
  await asSystem(services.db, 'test', (tx) => applyGrant(tx, tenantId, { ...grant, features }, services.clock.now()))
}

/** Every feature that some operation asks for. */
export function featuresOf({ app }: TestApp): string[] {
  return operationsOf(app).flatMap(({ access }) => (typeof access === 'object' && access.feature) || [])
}

export async function makeTenancy(app: GuardedApp, letter: string): Promise<Tenancy> {
  const mark = `canary${letter}${randomBytes(5).toString('hex')}`
  const owner = await app.signUp(mark)
  const token = owner.access
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await app.request(method, path, { token, body, headers: headers ?? {} })
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`)
    return answer.body?.data
  }

  const people: Account[] = []
  for (const role of ['admin', 'member', 'viewer']) people.push(await app.invite(owner, role))
  const [, member] = people as [Account, Account, Account]
  await app.subscribe(owner)
  await grantFeatures(app, owner.tenantId, featuresOf(app))
  const invitation = await call('POST', '/users', {
    email: `open@${mark}.example.com`,
    role: 'member',
    full_name: mark,
  })
  const project = await call(
    'POST',
    '/projects',
    { name: `${mark} project`, description: `${mark} description` },
    { 'idempotency-key': SHARED_KEY },
  )
  await call('POST', '/projects', { name: `${mark} archived`, status: 'archived' })
  await call('PATCH', '/tenant', { settings: { note: mark } })
  await app.request('POST', '/auth/login', { body: { email: owner.email, password: owner.password } })
  const sessions = await call('GET', '/auth/sessions')
  const session = sessions.items.find(({ current }: { current: boolean }) => !current)

  const ids: Record<string, string> = {
    users: member.userId,
    invitations: invitation.id,
    projects: project.id,
    sessions: session.id,
    tenants: owner.tenantId,
  }
  return {
    mark,
    owner,
    people,
    ids,
    idOf: (resource) => ids[resource],
    secrets: [mark, owner.userId, ...people.map(({ userId }) => userId), ...Object.values(ids)],
  }
}

/**
 * Reads every row of every table, whatever row security says to others. Left out is the number of calls, which the server
 * writes down in its own time.
 */
export async function openRows(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('set role plinth_system')
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
     where relkind in ('r', 'p') and not relispartition and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
       and has_table_privilege(c.oid, 'select') order by 1`,
  )
  const tables = rows.map(({ name }) => name)
  const question = tables
    .map(
      (table) =>
        `select '${table}' as name, count(*)::int as count, coalesce(md5(string_agg(t::text, '' order by t::text)), '') as sum
         from ${table} t where t::text like any ($1) and t::text not like '%,api_calls,%'`,
    )
    .join(' union all ')

  return {
    tables,
    /** Number and checksum of the rows that have to do with a tenant, by table. */
    async of({ secrets }: Pick<Tenancy, 'secrets'>): Promise<Map<string, string>> {
      const answer = await client.query<{ name: string; count: number; sum: string }>({
        // Planned once: to plan it takes longer than to answer it.
        name: 'rows-of-a-tenant',
        text: question,
        values: [secrets.map((secret) => `%${secret}%`)],
      })
      return new Map(answer.rows.map(({ name, count, sum }) => [name, `${count} rows ${sum}`]))
    },
    close: () => client.end(),
  }
}

export type Rows = Awaited<ReturnType<typeof openRows>>

export function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...after].filter(([table, sum]) => before.get(table) !== sum).map(([table]) => table)
}
