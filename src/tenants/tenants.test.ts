import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { asSystem } from '#platform/db/scoped.ts'
import { type Account, PASSWORD, startTestApp, type TestApp } from '../../tests/support/app.ts'
import { setLimit } from './allowance/limits.ts'

let app: TestApp
let owner: Account
let admin: Account
let member: Account
let viewer: Account

before(async () => {
  app = await startTestApp({ worker: true })
  owner = await app.signUp('acme-tests')
  admin = await app.invite(owner, 'admin')
  member = await app.invite(owner, 'member')
  viewer = await app.invite(owner, 'viewer')
})

after(() => app.close())

const tokenIn = (links: string[]) =>
  new URL(links.find((link) => link.includes('token=')) as string).searchParams.get('token') as string
const invite = (by: Account, email: string, role = 'member') =>
  app.request('POST', '/users', { token: by.access, body: { email, role } })
const linkOf = async (email: string) => tokenIn((await app.mailTo(email, /invited/)).links)
const accept = (token: string, options: { body?: object; token?: string } = {}) =>
  app.request('POST', '/invitations/accept', {
    body: { token, ...options.body },
    ...(options.token ? { token: options.token } : {}),
  })
const newcomer = { password: PASSWORD, full_name: 'New Person' }

test('a person without an account joins by name and password, and their address counts as proven', async () => {
  const email = 'fresh@members.example'
  assert.equal((await invite(owner, email)).status, 201)
  const token = await linkOf(email)
  const incomplete = await accept(token)
  assert.equal(incomplete.status, 400)
  assert.deepEqual(incomplete.body.details.map(({ field }: { field: string }) => field).sort(), [
    'full_name',
    'password',
  ])
  const joined = await accept(token, { body: newcomer })
  assert.equal(joined.status, 200)
  assert.deepEqual(joined.body.data.tenant.role, 'member')
  const me = await app.request('GET', '/auth/me', { token: joined.body.data.access_token })
  assert.equal(me.body.data.user.email_verified, true)
})

test('one link shows each of four people what it means to them', async () => {
  const known = await app.signUp('four-states')
  await invite(owner, known.email)
  const token = await linkOf(known.email)
  const state = async (access?: string) =>
    (await app.request('GET', `/invitations/lookup?token=${token}`, access ? { token: access } : {})).body.data.state
  assert.equal(await state(), 'sign_in')
  assert.equal(await state(known.access), 'ready')
  assert.equal(await state(member.access), 'wrong_account')
  assert.equal((await accept(token)).body.code, 'SIGN_IN_REQUIRED')
  assert.equal((await accept(token, { token: member.access })).body.code, 'WRONG_ACCOUNT')
  const joined = await accept(token, { token: known.access })
  assert.equal(joined.status, 200)
  const me = await app.request('GET', '/auth/me', { token: joined.body.data.access_token })
  assert.equal(me.body.data.memberships.length, 2)
})

test('of ten acceptances of one link at once, one joins', async () => {
  const email = 'ten@members.example'
  await invite(owner, email)
  const token = await linkOf(email)
  const answers = await Promise.all(Array.from({ length: 10 }, () => accept(token, { body: newcomer })))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  for (const { status } of answers) assert.ok([200, 401, 409, 410].includes(status), String(status))
})

test('a link that was revoked, renewed, has expired or belongs to a removed inviter is dead', async () => {
  const cases: [string, (id: string) => Promise<unknown>][] = [
    ['revoked', (id) => app.request('DELETE', `/invitations/${id}`, { token: owner.access })],
    ['renewed', (id) => app.request('POST', `/invitations/${id}/resend`, { token: owner.access })],
    ['expired', async () => app.clock.advance(8 * 86_400_000)],
  ]
  for (const [name, kill] of cases) {
    const email = `${name}@dead.example`
    const { body } = await invite(owner, email)
    const token = await linkOf(email)
    await kill(body.data.id)
    const answer = await accept(token, { body: newcomer })
    assert.ok([404, 410].includes(answer.status), `${name}: ${answer.status}`)
    if (name === 'expired') app.clock.advance(-8 * 86_400_000)
  }

  const fallen = await app.invite(owner, 'admin', 'fallen-admin@members.example')
  await invite(fallen, 'late@dead.example', 'admin')
  const token = await linkOf('late@dead.example')
  await app.request('PATCH', `/users/${fallen.userId}/role`, { token: owner.access, body: { role: 'member' } })
  assert.equal((await accept(token, { body: newcomer })).status, 410)
})

test('a removed member cannot come back with the old link', async () => {
  const email = 'removed@members.example'
  await invite(owner, email)
  const token = await linkOf(email)
  const joined = await accept(token, { body: newcomer })
  const me = await app.request('GET', '/auth/me', { token: joined.body.data.access_token })
  await app.request('DELETE', `/users/${me.body.data.user.id}`, { token: owner.access })
  assert.equal((await accept(token, { token: joined.body.data.access_token })).status, 410)
})

test('nobody grants, changes or removes more than they hold', async () => {
  const role = (by: Account, userId: string, role: string) =>
    app.request('PATCH', `/users/${userId}/role`, { token: by.access, body: { role } })
  assert.equal((await invite(admin, 'o@members.example', 'owner')).status, 403)
  assert.equal((await role(admin, admin.userId, 'owner')).status, 403)
  assert.equal((await role(admin, owner.userId, 'member')).status, 403)
  assert.equal((await role(member, member.userId, 'owner')).status, 403)
  assert.equal((await app.request('DELETE', `/users/${owner.userId}`, { token: admin.access })).status, 403)
  for (const bad of ['owner,admin', ['owner'], 'OWNER', 'owner ', '', 'root', '__proto__', null]) {
    assert.equal((await role(owner, member.userId, bad as string)).status, 400, JSON.stringify(bad))
  }
})

test('the last owner can be neither demoted nor deactivated, by anybody', async () => {
  const demoted = await app.request('PATCH', `/users/${owner.userId}/role`, {
    token: owner.access,
    body: { role: 'admin' },
  })
  assert.equal(demoted.status, 409)
  assert.equal(demoted.body.code, 'LAST_OWNER')
  assert.equal((await app.request('DELETE', `/users/${owner.userId}`, { token: owner.access })).body.code, 'LAST_OWNER')
  const withKey = await app.request('PATCH', `/users/${owner.userId}/role`, {
    token: owner.access,
    body: { role: 'admin' },
    headers: { 'idempotency-key': 'the-last-owner' },
  })
  assert.equal(withKey.body.code, 'LAST_OWNER')
})

test('a role counts from the next request on, without a new token', async () => {
  const create = () => app.request('POST', '/projects', { token: member.access, body: { name: 'Try' } })
  const become = (role: string) =>
    app.request('PATCH', `/users/${member.userId}/role`, { token: owner.access, body: { role } })
  assert.equal((await create()).status, 201)
  assert.equal((await become('viewer')).status, 200)
  assert.equal((await create()).status, 403)
  assert.equal((await become('member')).status, 200)
  assert.equal((await create()).status, 201)
})

test('a deactivated member is out with the next request, keeps other tenants, and can be brought back', async () => {
  const guest = await app.invite(owner, 'viewer', 'in-and-out@members.example')
  assert.equal((await app.request('DELETE', `/users/${guest.userId}`, { token: admin.access })).status, 204)
  const out = await app.request('GET', '/projects', { token: guest.access })
  assert.deepEqual([out.status, out.body.code], [403, 'MEMBERSHIP_DEACTIVATED'])
  const own = await app.request('POST', '/tenants', { token: guest.access, body: { name: 'My own' } })
  assert.equal(own.status, 201)
  const back = await app.request('POST', `/users/${guest.userId}/reactivate`, { token: admin.access })
  assert.equal(back.body.data.status, 'active')
  assert.equal((await app.request('GET', '/projects', { token: guest.access })).status, 200)
})

test('a tab for one tenant cannot reach another one of the same person', async () => {
  const person = await app.signUp('two-tabs')
  const second = await app.request('POST', '/tenants', {
    token: person.access,
    body: { name: 'Second', slug: 'two-tabs-second' },
  })
  assert.equal(second.status, 201)
  const minted = await app.request('POST', '/auth/refresh', {
    body: { refresh_token: person.refresh, tenant_slug: 'two-tabs-second' },
  })
  const there = minted.body.data.access_token
  const project = await app.request('POST', '/projects', { token: there, body: { name: 'Only there' } })
  assert.equal((await app.request('GET', `/projects/${project.body.data.id}`, { token: person.access })).status, 404)
  assert.equal((await app.request('GET', `/projects/${project.body.data.id}`, { token: there })).status, 200)
  const mine = await app.request('GET', '/tenants', { token: there })
  assert.deepEqual(mine.body.data.items.map(({ slug, role }: { slug: string; role: string }) => [slug, role]).sort(), [
    ['two-tabs', 'owner'],
    ['two-tabs-second', 'owner'],
  ])
})

test('two edits of one version: the first wins, the second is told', async () => {
  const read = await app.request('GET', '/tenant', { token: owner.access })
  const etag = read.headers.get('etag') as string
  const edit = (name: string) =>
    app.request('PATCH', '/tenant', { token: owner.access, body: { name }, headers: { 'if-match': etag } })
  const answers = await Promise.all([edit('First'), edit('Second')])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412])
})

test('settings are merged, and a key set to null is gone', async () => {
  const patch = async (settings: object) =>
    (await app.request('PATCH', '/tenant', { token: admin.access, body: { settings } })).body.data.settings
  assert.deepEqual(await patch({ timezone: 'Europe/Berlin', locale: 'de' }), {
    timezone: 'Europe/Berlin',
    locale: 'de',
  })
  assert.deepEqual(await patch({ locale: null }), { timezone: 'Europe/Berlin' })
  const huge = await app.request('PATCH', '/tenant', {
    token: admin.access,
    body: { settings: { a: 'x'.repeat(9000) } },
  })
  assert.equal(huge.status, 400)
})

test('a slug is unique, readable and none of ours', async () => {
  const rename = (slug: string) => app.request('PATCH', '/tenant', { token: owner.access, body: { slug } })
  await app.signUp('taken-slug')
  assert.equal((await rename('taken-slug')).body.code, 'SLUG_TAKEN')
  for (const slug of ['ab', 'Ab-c', 'a--b', '-abc', 'admin', 'аcme', 'a'.repeat(50)]) {
    assert.equal((await rename(slug)).status, 400, slug)
  }
})

test('the last seat goes to one of two invitations accepted at once', async () => {
  const boss = await app.signUp('seats')
  await asSystem(app.services.db, 'test', (tx) => setLimit(tx, boss.tenantId, 'seats', 2))
  const tokens: string[] = []
  for (const email of ['one@seats.example', 'two@seats.example']) {
    await invite(boss, email)
    tokens.push(await linkOf(email))
  }
  const answers = await Promise.all(tokens.map((token) => accept(token, { body: newcomer })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 402])
  const refused = answers.find(({ status }) => status === 402)
  assert.equal(refused?.body.code, 'LIMIT_REACHED')
  assert.ok(refused?.body.upgrade_url)
})

test('members are searched literally, filtered, sorted and paged', async () => {
  const list = async (query: string) =>
    (await app.request('GET', `/users?${query}`, { token: viewer.access })).body.data
  assert.equal((await list('search=%25')).total, 0)
  assert.equal((await list('role=owner')).items[0].email, owner.email)
  const emails = (await list('sort=-email&per_page=100')).items.map(({ email }: { email: string }) => email)
  assert.deepEqual(emails, [...emails].sort().reverse())
  const first = await list('per_page=1&page=2')
  assert.equal(first.items.length, 1)
  assert.equal(first.pages, first.total)
  for (const bad of ['page=0', 'per_page=101', 'sort=password_hash', 'role=root', 'page=1&page=2', 'unknown=1']) {
    assert.equal((await app.request('GET', `/users?${bad}`, { token: viewer.access })).status, 400, bad)
  }
})

test('an address is invited once at a time, members not at all, and nobody is bombed', async () => {
  const email = 'often@members.example'
  const { body } = await invite(owner, email)
  assert.equal((await invite(owner, email)).body.code, 'ALREADY_INVITED')
  assert.equal((await invite(owner, member.email)).body.code, 'ALREADY_MEMBER')
  const resend = () => app.request('POST', `/invitations/${body.data.id}/resend`, { token: owner.access })
  assert.deepEqual([(await resend()).status, (await resend()).status, (await resend()).status], [200, 200, 429])
})

test('what was done is in the audit log, and its chain holds', async () => {
  const events = await app.request('GET', '/audit-events?limit=100', { token: admin.access })
  const actions = new Set(events.body.data.items.map(({ action }: { action: string }) => action))
  for (const action of ['tenant.created', 'invitation.created', 'invitation.accepted', 'member.role_changed']) {
    assert.ok(actions.has(action), action)
  }
  const verified = await app.request('GET', '/audit-events/verify', { token: owner.access })
  assert.equal(verified.body.data.valid, true)
  assert.equal((await app.request('GET', '/audit-events', { token: member.access })).status, 403)
})
