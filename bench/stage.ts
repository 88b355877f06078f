/**
 * What the measurements stand on: a database of its own, filled by SQL, and an ordinary login on it. DATABASE_URL names the
 * server (its login must be able to create databases and roles); without it an embedded one is started and thrown away.
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createPasswords } from '#auth'
import { startEmbeddedPostgres } from '#platform/db/embedded.ts'
import { migrateUp } from '#platform/db/migrations.ts'
import { installSteps } from '../src/bin/install-steps.ts'

export const PEOPLE = 64
export const PROJECTS_OF_TENANT = 200
export const PASSWORD = 'quiet harbour lantern 42'
export const emailOf = (person: number): string => `person${person}@example.com`

export interface Stage {
  /** A plain login, as production demands it. */
  databaseUrl: string
  /** Of who made the database: outside of production the server migrates, also when nothing is pending. */
  ownerUrl: string
  /** Of the first person's tenant. */
  tenantId: string
  userId: string
  projectIds: string[]
  clear(): Promise<void>
}

export async function setStage(): Promise<Stage> {
  const { DATABASE_URL } = process.env
  const server = DATABASE_URL
    ? { url: DATABASE_URL, stop: async () => {} }
    : await startEmbeddedPostgres({ throwaway: true })
  const name = `plinth_bench_${randomBytes(6).toString('hex')}`
  const password = randomBytes(16).toString('hex')
  try {
    await on(server.url, async (client) => {
      await client.query(`create database ${name} template template0 encoding 'UTF8'`)
      await client.query(`create role ${name} login password '${password}'`)
    })
    const owner = new URL(server.url)
    owner.pathname = `/${name}`
    await migrateUp({ url: owner.href, steps: installSteps })
    const rows = await on(owner.href, async (client) => {
      await client.query(`grant plinth_app to ${name}`)
      await fill(client)
      return firstTenant(client)
    })
    const login = new URL(owner)
    login.username = name
    login.password = password
    return { databaseUrl: login.href, ownerUrl: owner.href, ...rows, clear }
  } catch (error) {
    await clear()
    throw error
  }

  async function clear(): Promise<void> {
    try {
      await on(server.url, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`)
        await client.query(`drop role if exists ${name}`)
      })
    } finally {
      await server.stop()
    }
  }
}

/** Each person owns a tenant; all tenants have the same number of projects, so that the indexes are of some use. */
async function fill(client: pg.Client): Promise<void> {
  const hash = await createPasswords({ concurrency: 1 }).hash(PASSWORD)
  await client.query('begin')
  await client.query('set local role plinth_system')
  await client.query(
    `insert into users (id, email, full_name, password_hash, email_verified_at)
     select gen_random_uuid(), 'person' || n || '@example.com', 'Person ' || n, $1, now()
     from generate_series(0, ${PEOPLE - 1}) n`,
    [hash],
  )
  await client.query(
    `insert into tenants (id, slug, name)
     select gen_random_uuid(), 'tenant-' || n, 'Tenant ' || n from generate_series(0, ${PEOPLE - 1}) n`,
  )
  await client.query(
    `insert into tenant_entitlements (tenant_id, plan, status, access, features, updated_at)
     select id, 'free', 'none', 'none', '{}', now() from tenants`,
  )
  await client.query(
    `insert into memberships (tenant_id, user_id, role)
     select t.id, u.id, 'owner' from tenants t
     join users u on u.email = replace(t.slug, 'tenant-', 'person') || '@example.com'`,
  )
  await client.query(
    `insert into projects (tenant_id, id, name, description, created_by, created_at, updated_at)
     select m.tenant_id, gen_random_uuid(), 'Project ' || n, 'What this project is about, in a sentence or two.',
            m.user_id, now() - n * interval '1 hour', now() - n * interval '1 minute'
     from memberships m, generate_series(1, ${PROJECTS_OF_TENANT}) n`,
  )
  await client.query('commit')
  await client.query('analyze')
}

async function firstTenant(client: pg.Client): Promise<{ tenantId: string; userId: string; projectIds: string[] }> {
  await client.query('set role plinth_system')
  const { rows } = await client.query<{ tenant_id: string; created_by: string; id: string }>(
    `select p.tenant_id, p.created_by, p.id from projects p join users u on u.id = p.created_by
     where u.email = $1 order by p.created_at`,
    [emailOf(0)],
  )
  const [first] = rows
  if (!first) throw new Error('The stage is empty.')
  return { tenantId: first.tenant_id, userId: first.created_by, projectIds: rows.map(({ id }) => id) }
}

async function on<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
