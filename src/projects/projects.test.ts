import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, startTestApp, type TestApp } from '../../tests/support/app.ts'

let app: TestApp
let owner: Account
let stranger: Account

before(async () => {
  app = await startTestApp()
  owner = await app.signUp('projects-a')
  stranger = await app.signUp('projects-b')
})

after(() => app.close())

const create = async (by: Account, body: object) =>
  (await app.request('POST', '/projects', { token: by.access, body })).body.data
const list = async (by: Account, query = '') =>
  (await app.request('GET', `/projects?${query}`, { token: by.access })).body.data
const names = (page: { items: { name: string }[] }) => page.items.map(({ name }) => name)

test('a project has a version, and who edits an older one is told', async () => {
  const project = await create(owner, { name: 'Versioned' })
  const path = `/projects/${project.id}`
  const read = await app.request('GET', path, { token: owner.access })
  const etag = read.headers.get('etag') as string
  const edit = (name: string) =>
    app.request('PATCH', path, { token: owner.access, body: { name }, headers: { 'if-match': etag } })
  const answers = await Promise.all([edit('One'), edit('Two')])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412])
  const stale = await app.request('DELETE', path, { token: owner.access, headers: { 'if-match': etag } })
  assert.equal(stale.status, 412)
  assert.equal(
    (await app.request('PATCH', path, { token: owner.access, body: { status: 'paused' } })).body.data.version,
    3,
  )
  assert.equal((await app.request('DELETE', path, { token: owner.access })).status, 204)
  assert.equal((await app.request('GET', path, { token: owner.access })).status, 404)
})

test("another tenant's project looks exactly like one that never was", async () => {
  const project = await create(owner, { name: 'Secret plan' })
  const foreign = await app.request('GET', `/projects/${project.id}`, { token: stranger.access })
  const missing = await app.request('GET', '/projects/01a1f8d7-0000-7000-8000-000000000000', { token: stranger.access })
  const shape = ({ request_id, instance, ...rest }: Record<string, unknown>) => rest
  assert.equal(foreign.status, 404)
  assert.deepEqual(shape(foreign.body), shape(missing.body))
  assert.deepEqual(names(await list(stranger, 'search=Secret')), [])
})

test('the list is searched literally, filtered, sorted and paged without gaps', async () => {
  const reader = await app.signUp('projects-list')
  for (const [name, status] of [
    ['100% cotton', 'active'],
    ['1000 cotton', 'paused'],
    ['under_score', 'active'],
    ['underxscore', 'archived'],
  ]) {
    await create(reader, { name, status })
  }
  assert.deepEqual(names(await list(reader, 'search=100%25')), ['100% cotton'])
  assert.deepEqual(names(await list(reader, 'search=under_')), ['under_score'])
  assert.deepEqual(names(await list(reader, 'status=active&sort=name')), ['100% cotton', 'under_score'])
  const first = await list(reader, 'per_page=3&sort=-name')
  const second = await list(reader, 'per_page=3&page=2&sort=-name')
  assert.deepEqual([...names(first), ...names(second)], ['underxscore', 'under_score', '1000 cotton', '100% cotton'])
  assert.deepEqual([first.total, first.pages, second.page], [4, 2, 2])
})

test('what cannot be a project is refused with the field that is wrong', async () => {
  for (const [body, field] of [
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: '   ' }, 'name'],
    [{ name: 'x'.repeat(121) }, 'name'],
    [{ name: 'a', status: 'done' }, 'status'],
    [{ name: 'a', tenant_id: stranger.tenantId }, 'tenant_id'],
    [{ name: ['a'] }, 'name'],
    [{ name: 'a\u0000b' }, undefined],
  ] as const) {
    const answer = await app.request('POST', '/projects', { token: owner.access, body })
    assert.equal(answer.status, 400, JSON.stringify(body))
    if (field) assert.equal(answer.body.details[0].field, field)
  }
})

test('a repeated request under one key gets the first answer again, and another body under it is refused', async () => {
  const send = (body: object, key = 'same-key') =>
    app.request('POST', '/projects', { token: owner.access, body, headers: { 'idempotency-key': key } })
  const first = await send({ name: 'Once', description: 'x' })
  const again = await send({ description: 'x', name: 'Once' })
  assert.equal(again.text, first.text)
  assert.equal(again.headers.get('etag'), first.headers.get('etag'))
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.equal((await send({ name: 'Other' })).status, 422)
  const refused = await send({ name: '' }, 'corrected')
  assert.equal(refused.status, 400)
  assert.equal((await send({ name: 'Corrected' }, 'corrected')).status, 201)
  for (const key of ['', 'two words', 'x'.repeat(256)]) {
    assert.equal((await send({ name: 'Key' }, key)).status, 400, key)
  }
  const deleted = await app.request('DELETE', `/projects/${first.body.data.id}`, {
    token: owner.access,
    headers: { 'idempotency-key': 'gone' },
  })
  const deletedAgain = await app.request('DELETE', `/projects/${first.body.data.id}`, {
    token: owner.access,
    headers: { 'idempotency-key': 'gone' },
  })
  assert.deepEqual([deleted.status, deletedAgain.status], [204, 204])
})

test("a key belongs to its user and tenant: others who use it get their own answer, never somebody else's", async () => {
  const send = (by: Account) =>
    app.request('POST', '/projects', {
      token: by.access,
      body: { name: by.slug },
      headers: { 'idempotency-key': 'shared' },
    })
  assert.equal((await send(owner)).body.data.name, owner.slug)
  assert.equal((await send(stranger)).body.data.name, stranger.slug)
})

test('after a day a key is free again', async () => {
  const send = () =>
    app.request('POST', '/projects', {
      token: owner.access,
      body: { name: 'Daily' },
      headers: { 'idempotency-key': 'daily' },
    })
  const first = await send()
  app.clock.advance(24 * 3_600_000 + 1000)
  const { body } = await app.request('POST', '/auth/refresh', { body: { refresh_token: owner.refresh } })
  const next = await app.request('POST', '/projects', {
    token: body.data.access_token,
    body: { name: 'Daily' },
    headers: { 'idempotency-key': 'daily' },
  })
  app.clock.advance(-24 * 3_600_000 - 1000)
  assert.equal(next.status, 201)
  assert.notEqual(next.body.data.id, first.body.data.id)
})
