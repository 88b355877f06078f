/** What must hold between two server processes on one database. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeDatabase, type Database, openDatabase } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { post, type ServerProcess, startServer } from '../support/processes.ts'

const PASSWORD = 'quiet harbour lantern 42'
let database: TestDatabase
let db: Database
let servers: [ServerProcess, ServerProcess]

before(async () => {
  database = await createTestDatabase()
  db = openDatabase({ url: database.url, poolMax: 2, log: console })
  const env = { DATABASE_URL: database.url, PLINTH_WORKER: 'off', PLINTH_LOGIN_RATE_PER_MINUTE: '100' }
  servers = await Promise.all([startServer(env), startServer(env)])
})

after(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await closeDatabase(db)
  await database.drop()
})

let people = 0
async function signUp() {
  const name = `person${++people}`
  const { status, body } = await post(servers[0].url, '/auth/register', {
    email: `${name}@replicas.example`,
    password: PASSWORD,
    full_name: name,
    tenant_name: name,
  })
  assert.equal(status, 201)
  return body.data
}

const alternate = (round: number) => (servers[round % 2] as ServerProcess).url

test('50 refreshes of one token at once on two servers give one successor, and nobody is signed out', async () => {
  for (let round = 0; round < 3; round++) {
    const { tokens, user } = await signUp()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        post(alternate(index), '/auth/refresh', { refresh_token: tokens.refresh_token }),
      ),
    )
    assert.deepEqual(
      answers.map(({ status }) => status).filter((status) => status !== 200),
      [],
    )
    const successors = new Set(answers.map(({ body }) => body.data.refresh_token))
    assert.equal(successors.size, 1)
    const live = await asSystem(db, 'test', (tx) =>
      tx
        .selectFrom('refresh_tokens as t')
        .innerJoin('sessions as s', 's.id', 't.session_id')
        .select('t.token_hash')
        .where('s.user_id', '=', user.id)
        .where('s.revoked_at', 'is', null)
        .where('t.rotated_at', 'is', null)
        .execute(),
    )
    assert.equal(live.length, 1)
    const next = await post(alternate(round), '/auth/refresh', { refresh_token: [...successors][0] })
    assert.equal(next.status, 200)
  }
})

test('signing out and refreshing at once never leaves a live token', async () => {
  for (let round = 0; round < 10; round++) {
    const { tokens } = await signUp()
    const [, refreshed] = await Promise.all([
      post(servers[0].url, '/auth/logout', { refresh_token: tokens.refresh_token }),
      post(servers[1].url, '/auth/refresh', { refresh_token: tokens.refresh_token }),
    ])
    const newest = refreshed.status === 200 ? refreshed.body.data.refresh_token : tokens.refresh_token
    assert.equal((await post(servers[1].url, '/auth/refresh', { refresh_token: newest })).status, 401)
  }
})

test('of two owners who demote each other at once, one stays owner', async () => {
  for (let round = 0; round < 10; round++) {
    const one = await signUp()
    const two = await signUp()
    await asSystem(db, 'test', (tx) =>
      tx
        .insertInto('memberships')
        .values({ tenant_id: one.tenant.id, user_id: two.user.id, role: 'owner', joined_at: new Date() })
        .execute(),
    )
    const minted = await post(servers[1].url, '/auth/refresh', {
      refresh_token: two.tokens.refresh_token,
      tenant_slug: one.tenant.slug,
    })
    const demote = (url: string, token: string, userId: string) =>
      fetch(`${url}/api/v1/users/${userId}/role`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ role: 'member' }),
      }).then(({ status }) => status)
    const statuses = await Promise.all([
      demote(servers[0].url, one.tokens.access_token, two.user.id),
      demote(servers[1].url, minted.body.data.access_token, one.user.id),
    ])
    // One wins. The other meets the rule of the last owner, or is not an owner any more when its turn comes.
    assert.equal(statuses.filter((status) => status === 200).length, 1, String(statuses))
    const owners = await asSystem(db, 'test', (tx) =>
      tx
        .selectFrom('memberships')
        .select('user_id')
        .where('tenant_id', '=', one.tenant.id)
        .where('role', '=', 'owner')
        .where('status', '=', 'active')
        .execute(),
    )
    assert.equal(owners.length, 1)
  }
})

test('20 registrations of one address at once make one account', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      post(alternate(index), '/auth/register', {
        email: 'same@replicas.example',
        password: PASSWORD,
        full_name: 'Same',
        tenant_name: 'Same',
      }),
    ),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)])
})

test('a repeated request with one Idempotency-Key has one effect, on whichever server it lands', async () => {
  const { tokens } = await signUp()
  const headers = { authorization: `Bearer ${tokens.access_token}`, 'idempotency-key': 'one-and-the-same' }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => post(alternate(index), '/projects', { name: 'Once' }, headers)),
  )
  const created = answers.filter(({ status }) => status === 201)
  assert.ok(created.length >= 1)
  assert.equal(new Set(created.map(({ body }) => body.data.id)).size, 1)
  for (const { status, body } of answers) assert.ok(status === 201 || status === 409, JSON.stringify(body))
  const response = await fetch(`${servers[1].url}/api/v1/projects`, { headers })
  const list = (await response.json()) as { data: { total: number } }
  assert.equal(list.data.total, 1)
})

test('the last places of a limit go to exactly as many as there are', async () => {
  const { tokens, tenant } = await signUp()
  await asSystem(db, 'test', (tx) =>
    tx
      .updateTable('tenant_limits')
      .set({ value: 1 })
      .where('tenant_id', '=', tenant.id)
      .where('key', '=', 'projects')
      .execute(),
  )
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => post(alternate(index), '/projects', { name: `No. ${index}` }, headers)),
  )
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  const refused = answers.find(({ status }) => status === 402)
  assert.equal(refused?.body.code, 'LIMIT_REACHED')
  assert.deepEqual(refused?.body.details[0], {
    field: 'projects',
    message: '1 of 1 in use',
    limit: 'projects',
    used: 1,
    allowed: 1,
  })
})

test('tries at a password are counted together by all servers, for unknown addresses too', async () => {
  const { user } = await signUp()
  for (const email of [user.email, 'ghost@replicas.example']) {
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        post(alternate(index), '/auth/login', { email, password: 'wrong words here' }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    assert.ok(statuses.filter((status) => status === 401 || status === 503).length <= 100, String(statuses))
    assert.ok(statuses.includes(429))
  }
})
