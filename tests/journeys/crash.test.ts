/** What survives when the process is killed in the middle of its work, and that a polite end loses nothing. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeDatabase, type Database, openDatabase } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { freePort, post, type ServerProcess, startServer } from '../support/processes.ts'

const KILLS = Number(process.env.PLINTH_KILLS ?? 3)
const WRITERS = 6

let database: TestDatabase
let db: Database

before(async () => {
  database = await createTestDatabase()
  db = openDatabase({ url: database.url, poolMax: 2, log: { error: () => {} } })
})

after(async () => {
  await closeDatabase(db)
  await database.drop()
})

async function signUp(url: string, name: string) {
  const { status, body } = await post(url, '/auth/register', {
    email: `${name}@crash.example`,
    password: 'quiet harbour lantern 42',
    full_name: name,
    tenant_name: name,
  })
  assert.equal(status, 201)
  return { token: body.data.tokens.access_token as string, tenantId: body.data.tenant.id as string }
}

test('a server killed in a loop loses no write that it confirmed, and a repeated request has no second effect', {
  timeout: 120_000,
}, async () => {
  const port = await freePort()
  const env = { DATABASE_URL: database.url, PLINTH_WORKER: 'inline' }
  let server: ServerProcess = await startServer(env, port)
  const { token, tenantId } = await signUp(server.url, 'killed')

  // What the plan allows is not the question here.
  await asSystem(db, 'test', (tx) =>
    tx.updateTable('tenant_limits').set({ value: null }).where('tenant_id', '=', tenantId).execute(),
  )

  let over = false
  let repeated = 0
  const confirmed: string[] = []
  /** As a careful client does: the same request under the same key until it is confirmed. */
  const confirm = async (path: string, key: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
    for (let attempt = 0; ; attempt++) {
      const answer = await post(server.url, path, body, headers).catch(() => undefined)
      if (answer?.status === 201) return
      assert.ok(attempt < 500, `never confirmed: ${JSON.stringify(answer)}`)
      repeated++
      await sleep(30)
    }
  }
  const write = async (writer: number) => {
    for (let index = 0; !over; index++) {
      const name = `project ${writer}-${index}`
      await confirm('/projects', name.replace(' ', '-'), { name })
      confirmed.push(name)
    }
  }
  const invite = async () => {
    for (let index = 0; !over; index++) {
      await confirm('/users', `invite-${index}`, { email: `guest${index}@crash.example`, role: 'member' })
      await sleep(200)
    }
  }
  let tenants = 0
  const found = async () => {
    for (; !over; tenants++) {
      await confirm('/tenants', `tenant-${tenants}`, { name: `tenant ${tenants}` })
      await sleep(50)
    }
  }
  const work = Promise.all([...Array.from({ length: WRITERS }, (_, writer) => write(writer)), invite(), found()])

  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(200 + Math.random() * 300)
    await server.stop('SIGKILL')
    server = await startServer(env, port)
  }
  over = true
  await work

  const rows = await asSystem(db, 'test', async (tx) => ({
    projects: await tx.selectFrom('projects').select('name').where('tenant_id', '=', tenantId).execute(),
    audited: await tx
      .selectFrom('audit_events')
      .select('target_id')
      .where('tenant_id', '=', tenantId)
      .where('action', '=', 'project.created')
      .execute(),
    tenants: await tx.selectFrom('tenants').select('name').where('name', 'like', 'tenant %').execute(),
    invitations: await tx.selectFrom('invitations').select('email').where('tenant_id', '=', tenantId).execute(),
  }))
  const mails = await asSystem(db, 'test', (tx) =>
    tx.selectFrom('emails').select('recipient').where('kind', '=', 'tenants.invitation').execute(),
  )
  const names = rows.projects.map(({ name }) => name)
  assert.deepEqual(new Set(names), new Set(confirmed), 'confirmed and stored are the same')
  assert.equal(names.length, new Set(names).size, 'nothing twice')
  assert.equal(rows.audited.length, names.length, 'each recorded once')
  assert.equal(rows.tenants.length, tenants, 'one tenant for each key')
  assert.equal(new Set(rows.tenants.map(({ name }) => name)).size, tenants)
  assert.equal(mails.length, rows.invitations.length, 'one mail for each invitation')
  assert.equal(new Set(mails.map(({ recipient }) => recipient)).size, mails.length)

  // A mail that has not left is on the queue still; that the queue gives it to another worker is shown by worker-kill.
  const { rows: lost } = await asSystem(db, 'test', (tx) =>
    sql<{ id: string }>`
      select id from emails where sent_at is null and failed_at is null and not exists (
        select 1 from pgboss.job
        where name = 'email.deliver' and state < 'completed' and data -> 'payload' ->> 'email_id' = emails.id::text
      )`.execute(tx),
  )
  assert.deepEqual(lost, [])
  process.stdout.write(
    `# ${KILLS} kills: ${confirmed.length} confirmed writes, ${names.length} stored, ${repeated} requests repeated, ${mails.length} mails\n`,
  )
  assert.equal(await server.stop(), 0)
})

test('a server asked to end answers every request in flight and exits with 0', { timeout: 30_000 }, async () => {
  const server = await startServer({
    DATABASE_URL: database.url,
    PLINTH_WORKER: 'inline',
    PLINTH_SHUTDOWN_DELAY_SECONDS: '1',
  })
  const { token } = await signUp(server.url, 'ended')
  let answered = 0
  let refused = 0
  const broken: string[] = []
  let over = false
  const load = Array.from({ length: 20 }, async () => {
    while (!over) {
      try {
        const response = await fetch(`${server.url}/api/v1/projects`, { headers: { authorization: `Bearer ${token}` } })
        await response.text()
        if (response.ok) answered++
        else if (response.status === 503) refused++
        else broken.push(String(response.status))
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string }
        // A new connection to a port that is closed has not been accepted, so nothing was lost.
        if (code === 'ECONNREFUSED') return
        broken.push(String(code ?? error))
        return
      }
    }
  })
  await sleep(500)
  const code = await server.stop('SIGTERM')
  over = true
  await Promise.all(load)
  assert.equal(code, 0, server.output())
  assert.deepEqual(broken, [], 'no request in flight was lost')
  assert.ok(answered > 0)
  process.stdout.write(
    `# SIGTERM under load: ${answered} answered, ${refused} refused with 503, ${broken.length} broken\n`,
  )
})

test('a server that is told to stop as soon as it answers, before its worker runs, ends politely', async () => {
  const server = await startServer({ DATABASE_URL: database.url, PLINTH_WORKER: 'inline' })
  assert.equal(await server.stop('SIGTERM'), 0, server.output())
})
