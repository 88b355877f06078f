import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { requires } from '#access'
import { sql } from '#platform/db/kysely.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { type Account, startTestApp, type TestApp, type TestAppOptions } from '../../../tests/support/app.ts'
import { applyGrant, type Entitlement } from './entitlements.ts'
import { setLimit } from './limits.ts'

const RACERS = 20
const HOUR_MS = 3_600_000
/** Replicas accept each other's tokens. */
const env = { PLINTH_SECRET: randomBytes(32).toString('base64url') }

const plant: NonNullable<TestAppOptions['extend']> = async (app) => {
  const feature = { feature: 'planted' }
  await app.register(
    async (routes) => {
      const open = { config: { access: requires('tenant.read', feature) } }
      const restricted = { config: { access: requires('tenant.update', feature) } }
      routes.get('/planted/open', open, async () => ({ success: true }))
      routes.get('/planted/restricted', restricted, async () => ({ success: true }))
    },
    { prefix: '/api/v1' },
  )
}

let app: TestApp
let replica: TestApp

before(async () => {
  app = await startTestApp({ extend: plant, env })
  replica = await startTestApp({ extend: plant, env, databaseUrl: app.databaseUrl })
})

after(async () => {
  await replica.close()
  await app.close()
})

const paid: Entitlement = { plan: 'big', status: 'active', access: 'full', graceUntil: null, features: ['planted'] }

const grant = (to: Account, changes: Partial<Entitlement> = {}, by = app) =>
  asSystem(by.services.db, 'test', (tx) =>
    applyGrant(tx, to.tenantId, { ...paid, ...changes, limits: {} }, by.clock.now()),
  )

const limit = (of: Account, key: string, value: number | null) =>
  asSystem(app.services.db, 'test', (tx) => setLimit(tx, of.tenantId, key, value))

const ask = async (who: Account, path = '/planted/open', at = app) => {
  const { status, body } = await at.request('GET', path, { token: who.access })
  return [status, body.code]
}

test('what is not paid for is refused with 402, a plan without the feature with another code, and both say where to go', async () => {
  const owner = await app.signUp('gate-codes')
  assert.deepEqual(await ask(owner), [402, 'SUBSCRIPTION_REQUIRED'])
  for (const access of ['full', 'grace'] as const) {
    const graceUntil = access === 'grace' ? new Date(app.clock.now().getTime() + HOUR_MS) : null
    await grant(owner, { access, graceUntil, features: ['other'] })
    assert.deepEqual(await ask(owner), [402, 'PLAN_UPGRADE_REQUIRED'], access)
    await grant(owner, { access, graceUntil })
    assert.deepEqual(await ask(owner), [200, undefined], access)
  }
  await grant(owner, { access: 'none', status: 'unpaid' })
  const { body } = await app.request('GET', '/planted/open', { token: owner.access })
  assert.deepEqual([body.code, body.upgrade_url, body.feature], ['SUBSCRIPTION_REQUIRED', '/billing', 'planted'])
})

test('grace ends at its moment, without anybody writing it down', async () => {
  const owner = await app.signUp('gate-grace')
  const graceUntil = new Date(app.clock.now().getTime() + 60_000)
  await grant(owner, { access: 'grace', status: 'past_due', graceUntil })
  assert.deepEqual(await ask(owner), [200, undefined])
  app.clock.advance(60_000)
  assert.deepEqual(await ask(owner), [402, 'SUBSCRIPTION_REQUIRED'])
  app.clock.advance(-60_000)
})

test('a tenant without any entitlement has no feature, and everything else', async () => {
  const owner = await app.signUp('gate-nothing')
  await asSystem(app.services.db, 'test', (tx) =>
    sql`delete from tenant_entitlements where tenant_id = ${owner.tenantId}`.execute(tx),
  )
  assert.deepEqual(await ask(owner), [402, 'SUBSCRIPTION_REQUIRED'])
  assert.deepEqual(await ask(owner, '/projects'), [200, undefined])
})

test('whose role does not allow it is told so, whatever the plan', async () => {
  const owner = await app.signUp('gate-role')
  const viewer = await app.invite(owner, 'viewer')
  assert.deepEqual(await ask(viewer, '/planted/restricted'), [403, 'FORBIDDEN'])
  assert.deepEqual(await ask(owner, '/planted/restricted'), [402, 'SUBSCRIPTION_REQUIRED'])
  await grant(owner)
  assert.deepEqual(await ask(viewer, '/planted/restricted'), [403, 'FORBIDDEN'])
  assert.deepEqual(await ask(owner, '/planted/restricted'), [200, undefined])
})

test('what one replica grants or takes away counts with the next request to another', async () => {
  const owner = await app.signUp('gate-replicas')
  for (let round = 0; round < 5; round++) {
    await grant(owner, {}, replica)
    assert.deepEqual(await ask(owner), [200, undefined])
    await grant(owner, { access: 'none', features: [] }, app)
    assert.deepEqual(await ask(owner, '/planted/open', replica), [402, 'SUBSCRIPTION_REQUIRED'])
  }
})

test('the feature of one tenant opens nothing in another one of the same person', async () => {
  const rich = await app.signUp('gate-rich')
  await grant(rich)
  await app.request('POST', '/tenants', { token: rich.access, body: { name: 'Poor', slug: 'gate-poor' } })
  const poor = await app.request('POST', '/auth/refresh', {
    body: { refresh_token: rich.refresh, tenant_slug: 'gate-poor' },
  })
  assert.deepEqual(await ask(rich), [200, undefined])
  assert.deepEqual(await ask({ ...rich, access: poor.body.data.access_token }), [402, 'SUBSCRIPTION_REQUIRED'])
})

test('of twenty projects created at once, on two replicas, with one place left, exactly one is made', async () => {
  const owner = await app.signUp('race-projects')
  const create = (name: string, at = app) => at.request('POST', '/projects', { token: owner.access, body: { name } })
  await create('before')
  await limit(owner, 'projects', 2)
  const answers = await Promise.all(
    Array.from({ length: RACERS }, (_, index) => create(`race ${index}`, index % 2 ? app : replica)),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(RACERS - 1).fill(402)])
  const refused = answers.find(({ status }) => status === 402)?.body
  assert.deepEqual([refused.code, refused.upgrade_url], ['LIMIT_REACHED', '/billing'])
  const [{ limit: key, used, allowed }] = refused.details
  assert.deepEqual({ key, used, allowed }, { key: 'projects', used: 2, allowed: 2 })
  const { body } = await app.request('GET', '/projects', { token: owner.access })
  assert.equal(body.data.total, 2)
  await limit(owner, 'projects', null)
  assert.equal((await create('without a limit')).status, 201)
})

test('of twenty members brought back at once, on two replicas, with one seat left, exactly one is', async () => {
  const owner = await app.signUp('race-seats')
  const people = Array.from({ length: RACERS }, () => newId())
  await asSystem(app.services.db, 'test', async (tx) => {
    for (const id of people) {
      await sql`insert into users (id, email, full_name) values (${id}, ${`${id}@example.com`}, 'Racer')`.execute(tx)
      await sql`insert into memberships (tenant_id, user_id, role, status)
        values (${owner.tenantId}, ${id}, 'member', 'deactivated')`.execute(tx)
    }
  })
  await limit(owner, 'seats', 2)
  const answers = await Promise.all(
    people.map((id, index) =>
      (index % 2 ? app : replica).request('POST', `/users/${id}/reactivate`, { token: owner.access }),
    ),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(RACERS - 1).fill(402)])
  const { body } = await app.request('GET', '/users?status=active', { token: owner.access })
  assert.equal(body.data.total, 2)
})
