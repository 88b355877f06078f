import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { asSystem } from '#platform/db/scoped.ts'
import { describeApi } from '#platform/http/openapi.ts'
import { type Account, PASSWORD, startTestApp, type TestApp } from '../../../tests/support/app.ts'
import { deleteAnswersBefore } from './idempotency.ts'

let app: TestApp
let person: Account
let stranger: Account

before(async () => {
  app = await startTestApp()
  person = await app.signUp('repeater')
  stranger = await app.signUp('another-repeater')
})
after(() => app.close())

const send = (method: string, path: string, key: string, body?: object, by = person.access) =>
  app.request(method, path, { token: by, ...(body && { body }), headers: { 'idempotency-key': key } })

const makeTenant = (key: string, name: string, by = person.access, slug?: string) =>
  send('POST', '/tenants', key, { name, ...(slug && { slug }) }, by)

const tenantsNamed = async (name: string) =>
  (
    await asSystem(app.services.db, 'test', (tx) =>
      tx.selectFrom('tenants').select('id').where('name', '=', name).execute(),
    )
  ).length

const keptAnswers = (userId: string) =>
  asSystem(app.services.db, 'test', (tx) =>
    tx.selectFrom('user_idempotency_keys').select(['route', 'key', 'body']).where('user_id', '=', userId).execute(),
  )

describe('a request of a person that is repeated under one key', () => {
  it('has one effect, and gets the first answer again to the byte', async () => {
    const first = await makeTenant('once', 'Once')
    const again = await makeTenant('once', 'Once')
    assert.deepEqual([first.status, again.status], [201, 201])
    assert.equal(again.text, first.text)
    assert.equal(first.headers.get('idempotency-replayed'), null)
    assert.equal(again.headers.get('idempotency-replayed'), 'true')
    assert.equal(await tenantsNamed('Once'), 1)
    assert.equal((await makeTenant('once', 'Another')).body.code, 'IDEMPOTENCY_MISMATCH')
  })

  it('has one effect when it arrives many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => makeTenant('at-once', 'At once')))
    for (const { status, body } of answers) {
      assert.ok(status === 201 || body.code === 'IDEMPOTENCY_IN_PROGRESS', `${status} ${body.code}`)
    }
    assert.ok(answers.some(({ status }) => status === 201))
    assert.equal(await tenantsNamed('At once'), 1)
  })

  it('that was refused may be corrected under the same key', async () => {
    assert.equal((await makeTenant('corrected', 'Corrected', person.access, stranger.slug)).body.code, 'SLUG_TAKEN')
    assert.equal((await makeTenant('corrected', 'Corrected')).status, 201)
    assert.equal((await makeTenant('no good key', 'Bad')).status, 400)
    assert.equal(await tenantsNamed('Bad'), 0)
  })

  it('is the same whichever tenant the token is for, and never meets the key of somebody else', async () => {
    const first = await makeTenant('mine', 'Mine')
    const elsewhere = await app.request('POST', '/auth/refresh', {
      body: { refresh_token: person.refresh, tenant_slug: first.body.data.slug },
    })
    assert.equal((await makeTenant('mine', 'Mine', elsewhere.body.data.access_token)).text, first.text)
    assert.equal((await makeTenant('mine', 'Theirs', stranger.access)).body.data.name, 'Theirs')
    person.refresh = elsewhere.body.data.refresh_token
  })

  it('may be any that changes something: a name, a device', async () => {
    const before = await send('PATCH', '/auth/me', 'name', { full_name: 'First Name' })
    await app.request('PATCH', '/auth/me', { token: person.access, body: { full_name: 'Second Name' } })
    assert.equal((await send('PATCH', '/auth/me', 'name', { full_name: 'First Name' })).text, before.text)
    const me = await app.request('GET', '/auth/me', { token: person.access })
    assert.equal(me.body.data.user.full_name, 'Second Name')

    await app.request('POST', '/auth/login', { body: { email: person.email, password: PASSWORD } })
    const { body } = await app.request('GET', '/auth/sessions', { token: person.access })
    const other = body.data.items.find(({ current }: { current: boolean }) => !current)
    const end = () => send('DELETE', `/auth/sessions/${other.id}`, 'device')
    assert.deepEqual([(await end()).status, (await end()).status], [204, 204])
  })

  it('is checked first: nobody whose session ended gets an old answer', async () => {
    const leaver = await app.signUp('leaver')
    assert.equal((await makeTenant('left', 'Left', leaver.access)).status, 201)
    assert.equal((await send('POST', '/auth/logout-all', 'out', undefined, leaver.access)).status, 204)
    assert.equal((await makeTenant('left', 'Left', leaver.access)).status, 401)
    assert.equal((await send('POST', '/auth/logout-all', 'out', undefined, leaver.access)).status, 401)
  })
})

describe('the answer to a person', () => {
  it('commits with its effect or not at all', async () => {
    const owner = new pg.Client({ connectionString: app.databaseUrl })
    await owner.connect()
    await owner.query('revoke insert on user_idempotency_keys from plinth_user')
    assert.ok((await makeTenant('unkept', 'Unkept')).status >= 500)
    assert.equal(await tenantsNamed('Unkept'), 0)
    await owner.query('grant insert on user_idempotency_keys to plinth_user')
    await owner.end()
    assert.equal((await makeTenant('unkept', 'Unkept')).status, 201)
    assert.equal(await tenantsNamed('Unkept'), 1)
  })

  it('is never one with a token: such a route takes no notice of the key', async () => {
    const changer = await app.signUp('changer')
    const change = (current: string, next: string, by: string) =>
      send('POST', '/auth/password/change', 'secret', { current_password: current, new_password: next }, by)
    const changed = await change(PASSWORD, 'another lantern 4711', changer.access)
    assert.equal(changed.status, 200)
    const token = changed.body.data.access_token
    const again = await change('another lantern 4711', 'a third lantern 4711', token)
    assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [200, null])
    assert.deepEqual(await keptAnswers(changer.userId), [])
  })

  it('is forgotten after a day', async () => {
    assert.ok((await keptAnswers(person.userId)).length > 0)
    await asSystem(app.services.db, 'test', (tx) => deleteAnswersBefore(tx, new Date(Date.now() + 60_000)))
    assert.deepEqual(await keptAnswers(person.userId), [])
  })
})

it('no route that answers a token keeps its answers', () => {
  const { paths } = describeApi(app.app) as { paths: Record<string, Record<string, Operation>> }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  )
  const keeping = operations.filter(({ operation }) =>
    operation.parameters?.some(({ name }) => name === 'Idempotency-Key'),
  )
  assert.ok(keeping.length > 10)
  assert.ok(keeping.some(({ name }) => name === 'post /api/v1/tenants'))
  const answersToken = ({ responses }: Operation) => /"\w*(token|secret)\w*":/.test(JSON.stringify(responses))
  assert.deepEqual(
    keeping.filter(({ operation }) => answersToken(operation)).map(({ name }) => name),
    [],
  )
})

interface Operation {
  parameters?: { name: string }[]
  responses: object
}
