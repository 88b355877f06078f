import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from '#platform/db/kysely.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { applyGrant } from '#tenants'
import { type Account, startTestApp, type TestApp } from '../../tests/support/app.ts'

let app: TestApp

before(async () => {
  app = await startTestApp()
})

after(() => app.close())

const allow = (account: Account, features: string[]) =>
  asSystem(app.services.db, 'test', (tx) =>
    applyGrant(
      tx,
      account.tenantId,
      { plan: 'pro', status: 'active', access: 'full', graceUntil: null, features, limits: {} },
      app.clock.now(),
    ),
  )

const dashboard = (account: Account) => app.request('GET', '/analytics/dashboard', { token: account.access })

async function createdOn(account: Account, day: string): Promise<void> {
  await asSystem(app.services.db, 'test', (tx) =>
    sql`insert into projects (tenant_id, id, name, created_by, created_at, updated_at)
      values (${account.tenantId}, ${newId()}, 'Old', ${account.userId}, ${day}::timestamptz, ${day}::timestamptz)`.execute(
      tx,
    ),
  )
}

test('the dashboard is for plans that include it: refused without a subscription, without the feature, and open with it', async () => {
  const owner = await app.signUp('gate')
  const viewer = await app.invite(owner, 'viewer')
  const codes = async () => [(await dashboard(owner)).body.code, (await dashboard(viewer)).body.code]
  assert.deepEqual(await codes(), ['SUBSCRIPTION_REQUIRED', 'SUBSCRIPTION_REQUIRED'])
  await allow(owner, [])
  assert.deepEqual(await codes(), ['PLAN_UPGRADE_REQUIRED', 'PLAN_UPGRADE_REQUIRED'])
  await allow(owner, ['analytics'])
  assert.deepEqual([(await dashboard(owner)).status, (await dashboard(viewer)).status], [200, 200])
})

test('the figures are those of the tenant, by months and days of UTC, without gaps', async () => {
  const [owner, stranger] = [await app.signUp('figures'), await app.signUp('strangers')]
  await allow(owner, ['analytics'])
  const now = app.clock.now()
  const month = (back: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back)).toISOString()
  const last = (iso: string) => new Date(Date.parse(iso) - 1).toISOString()
  for (const moment of [month(11), month(3), last(month(2)), month(2)]) await createdOn(owner, moment)
  await createdOn(owner, last(month(11)))
  await createdOn(stranger, month(3))
  await app.invite(owner, 'member')
  await app.request('POST', '/projects', { token: owner.access, body: { name: 'New' } })

  const { period, totals, series } = (await dashboard(owner)).body.data
  assert.deepEqual(period, { from: month(11).slice(0, 10), to: now.toISOString().slice(0, 10) })
  const { projects, active_projects: active, active_members: members, people_at_work: people } = totals
  assert.deepEqual([projects, active, members, people], [6, 6, 2, 2])

  const [created, joined, activity] = series
  assert.deepEqual(
    series.map(({ key, points }: { key: string; points: unknown[] }) => [key, points.length]),
    [
      ['projects_created', 12],
      ['members_joined', 12],
      ['activity', 30],
    ],
  )
  const values = ({ points }: { points: { value: number }[] }) => points.map(({ value }) => value)
  assert.deepEqual(values(created), [1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 1])
  assert.deepEqual(values(joined), [...Array(11).fill(0), 2])
  assert.equal(created.points[0].date, month(11).slice(0, 10))
  assert.equal(activity.points.at(-1).date, period.to)
  assert.ok(activity.points.at(-1).value >= 3)
  assert.equal(values(activity).slice(0, -1).some(Boolean), false)
})
