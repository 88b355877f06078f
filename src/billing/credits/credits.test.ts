import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { setLimit } from '#tenants'
import { type Account, startTestApp, type TestApp } from '../../../tests/support/app.ts'
import { expireReservations, grantMonthly, releaseCredits, reserveCredits, settleCredits } from './credits.ts'
import { findReservation, type Reservation } from './queries.ts'

let app: TestApp
let replica: TestApp

before(async () => {
  app = await startTestApp()
  replica = await startTestApp({ databaseUrl: app.databaseUrl })
})

after(async () => {
  await replica.close()
  await app.close()
})

const NOON = new Date('2031-05-15T12:00:00Z')
const QUARTER_MS = 15 * 60_000
const later = (ms: number) => new Date(NOON.getTime() + ms)

async function tenantWith(credits: number | null, name: string): Promise<Account> {
  const tenant = await app.signUp(name)
  await asSystem(app.services.db, 'test', (tx) => setLimit(tx, tenant.tenantId, 'ai_credits', credits))
  return tenant
}

const reserve = (of: Account, amount: number, source: string, now = NOON, at = app) =>
  inTenant(at.services.db, of, (tx) => reserveCredits(tx, of, amount, { source, now }))
const settle = (of: Account, reservation: Reservation, used: number, now = NOON) =>
  inTenant(app.services.db, of, (tx) => settleCredits(tx, of, reservation, used, now))
const release = (of: Account, reservation: Reservation, now = NOON) =>
  inTenant(app.services.db, of, (tx) => releaseCredits(tx, of, reservation, now))

const isRefused = (error: unknown) => error instanceof Refusal && error.status === 402 && error.code === 'LIMIT_REACHED'

/** How many are left, by trying: what is tried is given back. */
async function left(of: Account, now = NOON): Promise<number> {
  for (let credits = 0; ; credits++) {
    try {
      await release(of, await reserve(of, credits + 1, 'probe', now), now)
    } catch (error) {
      if (isRefused(error)) return credits
      throw error
    }
  }
}

async function spent(of: Account): Promise<number> {
  const uses = await inTenant(app.services.db, of, (tx) =>
    tx.selectFrom('usage_events').select('quantity').where('metric', '=', 'ai_credits').execute(),
  )
  return uses.reduce((sum, { quantity }) => sum + quantity, 0)
}

test('of twenty who reach for the last credit at once, on two replicas, exactly one gets it', async () => {
  const tenant = await tenantWith(10, 'credits-race')
  await settle(tenant, await reserve(tenant, 9, 'before'), 9)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => reserve(tenant, 1, `race:${index}`, NOON, index % 2 ? app : replica)),
  )
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  assert.equal(refused.length, 19)
  assert.ok(refused.every(isRefused))
  const [{ limit, used, allowed }] = refused[0].details
  assert.deepEqual({ limit, used, allowed }, { limit: 'ai_credits', used: 10, allowed: 10 })
})

test('what was set aside and not used is given back, and what was used is recorded once', async () => {
  const tenant = await tenantWith(10, 'credits-settle')
  const reservation = await reserve(tenant, 8, 'work')
  assert.equal(await left(tenant), 2)
  await settle(tenant, reservation, 3)
  await settle(tenant, reservation, 5)
  await release(tenant, reservation)
  assert.equal(await left(tenant), 7)
  assert.equal(await spent(tenant), 3)
  await release(tenant, await reserve(tenant, 7, 'in vain'))
  assert.equal(await left(tenant), 7)
  await settle(tenant, await reserve(tenant, 7, 'for nothing'), 0)
  assert.equal(await left(tenant), 7)
})

test('of twenty settlements of one reservation at once, one counts', async () => {
  const tenant = await tenantWith(10, 'credits-settle-race')
  const reservation = await reserve(tenant, 8, 'work')
  await Promise.all(Array.from({ length: 20 }, () => settle(tenant, reservation, 4)))
  assert.equal(await left(tenant), 6)
  assert.equal(await spent(tenant), 4)
})

test('one source has one reservation, also when twenty ask at once for all that is left', async () => {
  const tenant = await tenantWith(10, 'credits-source')
  const reservations = await Promise.all(Array.from({ length: 20 }, () => reserve(tenant, 10, 'the same')))
  assert.equal(new Set(reservations.map(({ id }) => id)).size, 1)
  const [reservation] = reservations as [Reservation]
  await settle(tenant, reservation, 10)
  assert.equal((await reserve(tenant, 10, 'the same')).state, 'settled')
})

test('a reservation that was given back can be taken again for its source, and counts again', async () => {
  const tenant = await tenantWith(10, 'credits-again')
  await release(tenant, await reserve(tenant, 10, 'work'))
  const again = await reserve(tenant, 6, 'work')
  assert.deepEqual([again.state, again.amount], ['open', 6])
  assert.equal(await left(tenant), 4)
})

test('a reservation that nobody settles ends by itself, and what it came to counts even so', async () => {
  const tenant = await tenantWith(10, 'credits-expiry')
  const reservation = await reserve(tenant, 10, 'slow')
  assert.equal(await left(tenant, later(QUARTER_MS - 1)), 0)
  assert.equal(await left(tenant, later(QUARTER_MS)), 10)
  await expireReservations(app.services.db, later(QUARTER_MS - 1))
  const stateOf = async () =>
    (await inTenant(app.services.db, tenant, (tx) => findReservation(tx, tenant.tenantId, 'slow')))?.state
  assert.equal(await stateOf(), 'open')
  await expireReservations(app.services.db, later(QUARTER_MS))
  assert.equal(await stateOf(), 'expired')
  await settle(tenant, reservation, 4, later(QUARTER_MS + 1))
  assert.equal(await left(tenant, later(QUARTER_MS + 1)), 6)
  assert.equal(await spent(tenant), 4)
})

test('every calendar month begins anew, and takes what was set aside in the last one from the last one', async () => {
  const tenant = await tenantWith(10, 'credits-month')
  const end = new Date('2031-05-31T23:59:59.999Z')
  const june = new Date('2031-06-01T00:00:00Z')
  const reservation = await reserve(tenant, 10, 'at midnight', end)
  assert.equal(await left(tenant, june), 10)
  await settle(tenant, reservation, 10, june)
  assert.equal(await left(tenant, june), 10)
  assert.equal(await left(tenant, end), 0)
})

test('a grant adds to the plan, once for each source, for the month that runs', async () => {
  const tenant = await tenantWith(1, 'credits-grant')
  const grant = (source: string) =>
    asSystem(app.services.db, 'test', (tx) => grantMonthly(tx, tenant, 4, { source, now: NOON }))
  assert.deepEqual([await grant('gift'), await grant('gift'), await grant('other gift')], [true, false, true])
  assert.equal(await left(tenant), 9)
  assert.equal(await left(tenant, new Date('2031-06-01T00:00:00Z')), 1)
})

test('a tenant cannot grant itself credits, or take back what it spent', async () => {
  const tenant = await tenantWith(1, 'credits-self')
  const denied = { code: '42501' }
  const attempt = (work: Parameters<typeof inTenant<unknown>>[2]) => inTenant(app.services.db, tenant, work)
  await assert.rejects(
    attempt((tx) => grantMonthly(tx, tenant, 4, { source: 'self', now: NOON })),
    denied,
  )
  await assert.rejects(
    attempt((tx) => tx.updateTable('usage_events').set({ quantity: 1 }).execute()),
    denied,
  )
  await assert.rejects(
    attempt((tx) => tx.deleteFrom('usage_events').execute()),
    denied,
  )
})

test('a plan without a limit sets aside whatever is asked for, and still records it', async () => {
  const tenant = await tenantWith(null, 'credits-free')
  await settle(tenant, await reserve(tenant, 1_000_000, 'large'), 999_999)
  assert.equal(await spent(tenant), 999_999)
})
