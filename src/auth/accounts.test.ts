import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { asSystem } from '#platform/db/scoped.ts'
import { PASSWORD, startTestApp, type TestApp } from '../../tests/support/app.ts'

let app: TestApp
let strict: TestApp

before(async () => {
  app = await startTestApp({ worker: true })
  strict = await startTestApp({
    databaseUrl: app.databaseUrl,
    env: { PLINTH_EMAIL_VERIFICATION: 'required', PLINTH_LOGIN_RATE_PER_MINUTE: '10' },
  })
})

after(async () => {
  await strict.close()
  await app.close()
})

let people = 0
const newName = () => `acc${++people}`

const login = (email: string, password = PASSWORD, extra: object = {}) =>
  app.request('POST', '/auth/login', { body: { email, password, ...extra } })

const tokenIn = (links: string[]) =>
  new URL(links.find((link) => link.includes('token=')) as string).searchParams.get('token') as string

test('sign-in answers the same for an unknown address and a wrong password', async () => {
  const { email } = await app.signUp(newName())
  const wrong = await login(email, 'not the password')
  const unknown = await login('nobody@example.com', 'not the password')
  assert.equal(wrong.status, 401)
  const shape = ({ request_id, instance, ...rest }: Record<string, unknown>) => rest
  assert.deepEqual(shape(wrong.body), shape(unknown.body))
})

test('after ten failed tries an address is locked for a while, whether it has an account or not', async () => {
  const { email } = await app.signUp(newName())
  for (const address of [email, 'never-was@example.com']) {
    const statuses: number[] = []
    for (let attempt = 0; attempt < 11; attempt++) {
      const forwarded = await strict.services.accounts.throttles.signInTo(address).then(
        () => 401,
        (error: { status: number }) => error.status,
      )
      statuses.push(forwarded)
    }
    assert.deepEqual(statuses, [...Array(10).fill(401), 429])
  }
})

test('a suspended person with the right password is told, with a wrong one not', async () => {
  const account = await app.signUp(newName())
  await asSystem(app.services.db, 'test', (tx) =>
    tx.updateTable('users').set({ status: 'suspended' }).where('id', '=', account.userId).execute(),
  )
  assert.equal((await login(account.email, 'not the password')).status, 401)
  assert.equal((await login(account.email)).body.code, 'ACCOUNT_SUSPENDED')
  assert.equal((await app.request('GET', '/auth/me', { token: account.access })).status, 401)
  assert.equal((await app.request('GET', '/projects', { token: account.access })).status, 401)
  assert.equal((await app.request('POST', '/auth/refresh', { body: { refresh_token: account.refresh } })).status, 401)
})

test('an old bcrypt hash becomes argon2id at the next sign-in', async () => {
  const account = await app.signUp(newName())
  const old = await bcryptHash(PASSWORD, 4)
  await asSystem(app.services.db, 'test', (tx) =>
    tx.updateTable('users').set({ password_hash: old }).where('id', '=', account.userId).execute(),
  )
  assert.equal((await login(account.email)).status, 200)
  const { password_hash } = await asSystem(app.services.db, 'test', (tx) =>
    tx.selectFrom('users').select('password_hash').where('id', '=', account.userId).executeTakeFirstOrThrow(),
  )
  assert.match(password_hash ?? '', /^\$argon2id\$/)
  assert.equal((await login(account.email)).status, 200)
})

test('a sign-in from a kind of device not seen before is told by mail', async () => {
  const account = await app.signUp(newName())
  await app.request('POST', '/auth/login', {
    body: { email: account.email, password: PASSWORD },
    headers: { 'user-agent': 'another device' },
  })
  const mail = await app.mailTo(account.email, /New sign-in/)
  assert.match(mail.text, /another device/)
})

test('a forgotten password is replaced once by its link, which ends all sessions and signs nobody in', async () => {
  const account = await app.signUp(newName())
  const known = await app.request('POST', '/auth/password/forgot', { body: { email: account.email } })
  const unknown = await app.request('POST', '/auth/password/forgot', { body: { email: 'nobody@example.com' } })
  assert.deepEqual([known.status, known.text], [202, unknown.text])
  const token = tokenIn((await app.mailTo(account.email, /new password/)).links)

  const verified = await app.request('POST', '/auth/email/verify', { body: { token } })
  assert.equal(verified.status, 400, 'a link does only what it was sent for')
  const reset = await app.request('POST', '/auth/password/reset', { body: { token, password: 'another fine lantern' } })
  assert.equal(reset.status, 200)
  assert.equal(JSON.stringify(reset.body).includes('token'), false)
  assert.equal(
    (await app.request('POST', '/auth/password/reset', { body: { token, password: 'and another lantern' } })).status,
    400,
  )
  assert.equal((await app.request('GET', '/auth/me', { token: account.access })).status, 401)
  assert.equal((await app.request('POST', '/auth/refresh', { body: { refresh_token: account.refresh } })).status, 401)
  assert.equal((await login(account.email)).status, 401)
  assert.equal((await login(account.email, 'another fine lantern')).status, 200)
  await app.mailTo(account.email, /password was changed/)
})

test('a newer link replaces the older ones, and links end with their time', async () => {
  const account = await app.signUp(newName())
  const links: string[] = []
  for (let round = 0; round < 2; round++) {
    await app.request('POST', '/auth/password/forgot', { body: { email: account.email } })
    for (;;) {
      const token = tokenIn((await app.mailTo(account.email, /new password/)).links)
      if (links.includes(token)) continue
      links.push(token)
      break
    }
  }
  const reset = (token: string | undefined) =>
    app.request('POST', '/auth/password/reset', { body: { token, password: 'another fine lantern' } })
  assert.equal((await reset(links[0])).status, 400)
  const later = await startTestApp({ databaseUrl: app.databaseUrl })
  later.clock.advance(61 * 60_000)
  const late = await later.request('POST', '/auth/password/reset', {
    body: { token: links[1], password: 'another fine lantern' },
  })
  assert.equal(late.status, 400)
  await later.close()
  assert.equal((await reset(links[1])).status, 200)
})

test('changing the password needs the current one, ends the other sessions and gives this one new tokens', async () => {
  const account = await app.signUp(newName())
  const other = (await login(account.email)).body.data
  const change = (body: object) => app.request('POST', '/auth/password/change', { token: account.access, body })
  assert.equal((await change({ new_password: 'another fine lantern' })).status, 400)
  const wrong = await change({ current_password: 'not the password', new_password: 'another fine lantern' })
  assert.equal(wrong.status, 403)
  assert.equal(wrong.body.details[0].field, 'current_password')
  const changed = await change({ current_password: PASSWORD, new_password: 'another fine lantern' })
  assert.equal(changed.status, 200)
  assert.equal((await app.request('GET', '/auth/me', { token: other.access_token })).status, 401)
  assert.equal(
    (await app.request('POST', '/auth/refresh', { body: { refresh_token: other.refresh_token } })).status,
    401,
  )
  const me = await app.request('GET', '/auth/me', { token: changed.body.data.access_token })
  assert.equal(me.status, 200)
  assert.equal(me.body.data.tenant.slug, account.slug)
})

test('a person sees their devices and can end one of their own, and nobody else’s', async () => {
  const account = await app.signUp(newName())
  const stranger = await app.signUp(newName())
  const other = (await login(account.email)).body.data
  const list = await app.request('GET', '/auth/sessions', { token: account.access })
  assert.equal(list.body.data.total, 2)
  assert.deepEqual(Object.keys(list.body.data.items[0]).sort(), [
    'created_at',
    'current',
    'id',
    'ip',
    'last_used_at',
    'user_agent',
  ])
  const foreign = list.body.data.items.find(({ current }: { current: boolean }) => !current)
  assert.equal((await app.request('DELETE', `/auth/sessions/${foreign.id}`, { token: stranger.access })).status, 404)
  assert.equal((await app.request('DELETE', `/auth/sessions/${foreign.id}`, { token: account.access })).status, 204)
  assert.equal((await app.request('GET', '/auth/me', { token: other.access_token })).status, 401)
  assert.equal((await app.request('GET', '/auth/me', { token: account.access })).status, 200)
})

test('a browser gets the refresh token as a cookie that scripts cannot read, and only from pages of the app', async () => {
  const account = await app.signUp(newName())
  const signedIn = await login(account.email, PASSWORD, { session: 'cookie' })
  assert.equal('refresh_token' in signedIn.body.data, false)
  const cookie = signedIn.headers.get('set-cookie') as string
  assert.match(cookie, /HttpOnly/)
  assert.match(cookie, /SameSite=(Lax|Strict)/)
  const sent = { cookie: cookie.split(';')[0] as string }
  const refresh = (headers: Record<string, string>) => app.request('POST', '/auth/refresh', { body: {}, headers })

  assert.equal((await refresh(sent)).status, 403)
  assert.equal((await refresh({ ...sent, origin: 'https://evil.example' })).status, 403)
  assert.equal((await refresh({ ...sent, 'sec-fetch-site': 'cross-site' })).status, 403)
  const refreshed = await refresh({ ...sent, 'sec-fetch-site': 'same-origin' })
  assert.equal(refreshed.status, 200)
  assert.equal('refresh_token' in refreshed.body.data, false)
  assert.notEqual(refreshed.headers.get('set-cookie')?.split(';')[0], sent.cookie)

  const out = await app.request('POST', '/auth/logout', { headers: { ...sent, 'sec-fetch-site': 'same-origin' } })
  assert.equal(out.status, 204)
  assert.match(out.headers.get('set-cookie') ?? '', /Max-Age=0/)
})

test('a refresh without any token is one without a credential, wherever it comes from', async () => {
  for (const body of [undefined, {}, { tenant_slug: 'acme' }]) {
    const answer = await app.request('POST', '/auth/refresh', body === undefined ? {} : { body })
    assert.deepEqual([answer.status, answer.body.code], [401, 'INVALID_REFRESH_TOKEN'])
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
  }
  const elsewhere = { 'sec-fetch-site': 'cross-site' }
  assert.equal((await app.request('POST', '/auth/refresh', { body: {}, headers: elsewhere })).status, 403)
})

test('a sign-in that another site asks for is refused', async () => {
  const { email } = await app.signUp(newName())
  const answer = await app.request('POST', '/auth/login', {
    body: { email, password: PASSWORD },
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  })
  assert.equal(answer.status, 403)
})

test('another site cannot make a browser forget its session, whether the browser shows the cookie or not', async () => {
  const account = await app.signUp(newName())
  const signedIn = await login(account.email, PASSWORD, { session: 'cookie' })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] as string
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ]
  for (const headers of [...foreign, ...foreign.map((from) => ({ ...from, cookie }))]) {
    const answer = await app.request('POST', '/auth/logout', { headers })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers.get('set-cookie'), null)
  }
})

test('signing out always answers 204 and ends the session of whatever generation the token is', async () => {
  const account = await app.signUp(newName())
  const next = (await app.request('POST', '/auth/refresh', { body: { refresh_token: account.refresh } })).body.data
  assert.equal((await app.request('POST', '/auth/logout', { body: { refresh_token: account.refresh } })).status, 204)
  assert.equal(
    (await app.request('POST', '/auth/refresh', { body: { refresh_token: next.refresh_token } })).status,
    401,
  )
  assert.equal((await app.request('GET', '/auth/me', { token: next.access_token })).status, 401)
  assert.equal((await app.request('POST', '/auth/logout', { body: { refresh_token: 'no such token' } })).status, 204)
  assert.equal((await app.request('POST', '/auth/logout')).status, 204)
})

test('signing out with nothing but an access token ends the session that it is of', async () => {
  const account = await app.signUp(newName())
  const other = (await login(account.email)).body.data
  assert.equal((await app.request('POST', '/auth/logout', { token: account.access })).status, 204)
  assert.equal((await app.request('GET', '/auth/me', { token: account.access })).status, 401)
  assert.equal((await app.request('POST', '/auth/refresh', { body: { refresh_token: account.refresh } })).status, 401)
  assert.equal((await app.request('GET', '/auth/me', { token: other.access_token })).status, 200)
  for (const token of [account.access, 'no such token']) {
    assert.equal((await app.request('POST', '/auth/logout', { token })).status, 204)
  }
})

test('signing out by cookie is refused to pages of others only, so that a program gets its 204', async () => {
  const { email } = await app.signUp(newName())
  const signedIn = await login(email, PASSWORD, { session: 'cookie' })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] as string
  const out = (headers: object) => app.request('POST', '/auth/logout', { headers: { cookie, ...headers } })
  const { access_token: token } = signedIn.body.data
  assert.equal((await out({ origin: 'https://evil.example' })).status, 403)
  assert.equal((await out({ 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await app.request('GET', '/auth/me', { token })).status, 200)
  assert.equal((await out({})).status, 204)
  assert.equal((await app.request('GET', '/auth/me', { token })).status, 401)
})

test('a refresh for a tenant one does not belong to is refused and does not cost the token', async () => {
  const account = await app.signUp(newName())
  const foreign = await app.signUp(newName())
  const refused = await app.request('POST', '/auth/refresh', {
    body: { refresh_token: account.refresh, tenant_slug: foreign.slug },
  })
  assert.equal(refused.status, 404)
  app.clock.advance(20_000)
  assert.equal((await app.request('POST', '/auth/refresh', { body: { refresh_token: account.refresh } })).status, 200)
  app.clock.advance(-20_000)
})

test('more rotations than any client needs are refused for a while, and the token stays good', async () => {
  const { refresh } = await app.signUp(newName())
  let token = refresh
  for (let rotation = 1; rotation <= 30; rotation++) {
    const answer = await app.request('POST', '/auth/refresh', { body: { refresh_token: token } })
    assert.equal(answer.status, 200, `rotation ${rotation}`)
    token = answer.body.data.refresh_token
  }
  const limited = await app.request('POST', '/auth/refresh', { body: { refresh_token: token } })
  assert.equal(limited.status, 429)
  assert.ok(Number(limited.headers.get('retry-after')) >= 1)
  app.clock.advance(61_000)
  assert.equal((await app.request('POST', '/auth/refresh', { body: { refresh_token: token } })).status, 200)
  app.clock.advance(-61_000)
})

test('refresh tokens end after their idle time, and sessions after their whole life however often they refresh', async () => {
  const own = await startTestApp({ databaseUrl: app.databaseUrl })
  const idle = await app.signUp(newName())
  own.clock.advance(7 * 86_400_000 + 1000)
  assert.equal((await own.request('POST', '/auth/refresh', { body: { refresh_token: idle.refresh } })).status, 401)

  own.clock.set(new Date())
  let token = (await app.signUp(newName())).refresh
  let days = 0
  for (; days < 100; days += 6) {
    const answer = await own.request('POST', '/auth/refresh', { body: { refresh_token: token } })
    if (answer.status === 401) break
    token = answer.body.data.refresh_token
    own.clock.advance(6 * 86_400_000)
  }
  assert.ok(days >= 84 && days <= 96, `ended after ${days} days`)
  await own.close()
})

test('an access token is no refresh token and the other way round', async () => {
  const account = await app.signUp(newName())
  assert.equal((await app.request('GET', '/auth/me', { token: account.refresh })).status, 401)
  const answer = await app.request('POST', '/auth/refresh', { body: { refresh_token: account.access.slice(0, 200) } })
  assert.equal(answer.status, 401)
})

test('no secret that was handed out is stored as it is', async () => {
  const account = await app.signUp(newName())
  const rows = await asSystem(app.services.db, 'test', async (tx) => [
    await tx.selectFrom('users').selectAll().execute(),
    await tx.selectFrom('sessions').selectAll().execute(),
    await tx.selectFrom('refresh_tokens').selectAll().execute(),
    await tx.selectFrom('one_time_tokens').selectAll().execute(),
  ])
  const dump = JSON.stringify(rows)
  assert.equal(dump.includes(account.refresh), false)
  assert.equal(dump.includes(PASSWORD), false)
})
