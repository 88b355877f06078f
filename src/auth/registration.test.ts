import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { sql } from '#platform/db/kysely.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { PASSWORD, startTestApp, type TestApp } from '../../tests/support/app.ts'
import { DUE_JOBS, until } from '../../tests/support/jobs.ts'
import { PLAIN_NAME } from './schemas.ts'

const RATE = 30

let app: TestApp
let strict: TestApp

before(async () => {
  app = await startTestApp({ worker: true })
  strict = await startTestApp({
    databaseUrl: app.databaseUrl,
    env: { PLINTH_EMAIL_VERIFICATION: 'required', PLINTH_LOGIN_RATE_PER_MINUTE: String(RATE) },
  })
})

after(async () => {
  await strict.close()
  await app.close()
})

let people = 0
const newName = () => `new${++people}`

const login = (email: string, password = PASSWORD, extra: object = {}) =>
  app.request('POST', '/auth/login', { body: { email, password, ...extra } })

const registration = (email: string, extra: object = {}) => ({
  email,
  password: PASSWORD,
  full_name: 'Somebody',
  tenant_name: 'Some place',
  ...extra,
})

const tokenIn = (links: string[]) =>
  new URL(links.find((link) => link.includes('token=')) as string).searchParams.get('token') as string

test('sign-up gives a person, a tenant they own and tokens, and mails a link that proves the address once', async () => {
  const name = newName()
  const account = await app.signUp(name)
  assert.equal(account.role, 'owner')
  const mail = await app.mailTo(account.email, /Confirm/)
  const token = tokenIn(mail.links)
  assert.equal((await app.request('POST', '/auth/email/verify', { body: { token } })).status, 200)
  assert.equal((await app.request('POST', '/auth/email/verify', { body: { token } })).status, 400)
  const me = await app.request('GET', '/auth/me', { token: account.access })
  assert.equal(me.body.data.user.email_verified, true)
  assert.equal(me.headers.get('cache-control'), 'no-store')
})

test('an address that has an account is told so where addresses need no proof', async () => {
  const { email } = await app.signUp(newName())
  const again = await app.request('POST', '/auth/register', { body: registration(email.toUpperCase()) })
  assert.equal(again.status, 409)
  assert.equal(again.body.code, 'EMAIL_TAKEN')
})

test('where addresses need proof, known and unknown ones get the same answer', async () => {
  const { email } = await app.signUp(newName())
  const known = await strict.request('POST', '/auth/register', { body: registration(email) })
  const unknown = await strict.request('POST', '/auth/register', { body: registration(`${newName()}@example.com`) })
  assert.deepEqual([known.status, known.text], [202, unknown.text])
  assert.equal(unknown.status, 202)
  assert.equal(known.headers.get('set-cookie'), null)
  await app.mailTo(email, /already have an account|Confirm/)
})

test('a slug that nobody can have is refused at sign-up, also where a link would come first', async () => {
  for (const { request } of [app, strict]) {
    for (const tenant_slug of ['Bad Slug', 'admin', 'ab']) {
      const body = registration(`${newName()}@example.com`, { tenant_slug })
      const refused = await request('POST', '/auth/register', { body })
      assert.equal(refused.status, 400, tenant_slug)
      assert.equal(refused.body.details[0].field, 'tenant_slug')
    }
  }
})

test('a slug that is taken is refused at sign-up, or replaced by a similar one where only the link can tell', async () => {
  const { slug } = await app.signUp(newName())
  const email = `${newName()}@example.com`
  const body = registration(email, { tenant_slug: slug })
  const refused = await app.request('POST', '/auth/register', { body })
  assert.deepEqual(
    [refused.status, refused.body.code, refused.body.details[0].field],
    [409, 'SLUG_TAKEN', 'tenant_slug'],
  )

  assert.equal((await strict.request('POST', '/auth/register', { body })).status, 202)
  const token = tokenIn((await app.mailTo(email, /Confirm/)).links)
  assert.equal((await strict.request('POST', '/auth/email/verify', { body: { token } })).status, 200)
  const { tenant } = (await login(email)).body.data
  assert.match(tenant.slug, new RegExp(`^${slug}-[a-z0-9]{4}$`))
})

test('the link that proves a mailbox leads back to the plan that was chosen, and nowhere else', async () => {
  const email = `${newName()}@example.com`
  const intent = { plan: 'pro', interval: 'year' }
  assert.equal((await strict.request('POST', '/auth/register', { body: registration(email, { intent }) })).status, 202)
  const linkOf = async () => {
    const { links } = await app.mailTo(email, /Confirm/)
    return new URL(links.find((link) => link.includes('token=')) as string)
  }
  const first = await linkOf()
  assert.deepEqual(
    [first.origin, first.pathname, first.searchParams.get('plan'), first.searchParams.get('interval')],
    [new URL(app.config.appUrl).origin, '/verify-email', 'pro', 'year'],
  )
  const resent = await strict.request('POST', '/auth/email/resend', { body: { email, intent: { plan: 'starter' } } })
  assert.equal(resent.status, 202)
  const second = await until(async () => {
    const link = await linkOf()
    return link.href !== first.href && link
  })
  assert.deepEqual([second.searchParams.get('plan'), second.searchParams.has('interval')], ['starter', false])
  const token = second.searchParams.get('token')
  assert.equal((await strict.request('POST', '/auth/email/verify', { body: { token } })).status, 200)
  for (const bad of ['https://evil.example', '//evil.example', 'pro&x=1', 'Pro', '', 'a'.repeat(41), '../pro', 7]) {
    const body = registration(email, { intent: { plan: bad } })
    assert.equal((await strict.request('POST', '/auth/register', { body })).status, 400, String(bad))
  }
  for (const intent of [{}, { plan: 'pro', to: '/x' }, { plan: 'pro', interval: 'day' }]) {
    assert.equal((await strict.request('POST', '/auth/email/resend', { body: { email, intent } })).status, 400)
  }
  // The others sign up from the same address, which may do so ten times an hour.
  await strict.services.limiter.reset('register-from', '127.0.0.1')
})

test('signing up with an address and then trying to sign in does not tell whether it has an account', async () => {
  const { email } = await app.signUp(newName())
  const ghost = `${newName()}@example.com`
  const probe = async (address: string) => {
    const password = 'words of a stranger 7'
    await strict.request('POST', '/auth/register', { body: registration(address, { password }) })
    const answer = await strict.request('POST', '/auth/login', { body: { email: address, password } })
    return [answer.status, answer.body.code]
  }
  assert.deepEqual(await probe(email), await probe(ghost))
})

test('a wrong password costs the same and leaves the same trace, whether its address has an account, waits for proof or is unknown', async () => {
  const { email: known } = await app.signUp(newName())
  const waiting = `${newName()}@example.com`
  await strict.services.limiter.reset('register-from', '127.0.0.1')
  await strict.request('POST', '/auth/register', { body: registration(waiting) })
  const { accounts, db } = strict.services
  const { verify } = accounts.passwords
  let hashes = 0
  accounts.passwords.verify = (...given) => {
    hashes++
    return verify(...given)
  }
  const traces = () =>
    asSystem(db, 'test', async (tx) => {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from account_events where action = 'auth.login.failed'
      `.execute(tx)
      return rows[0]?.n as number
    })
  const costs = []
  for (const email of [known, waiting, `${newName()}@example.com`]) {
    hashes = 0
    const before = await traces()
    const { status } = await strict.request('POST', '/auth/login', {
      body: { email, password: 'words of a guesser 8' },
    })
    costs.push({ status, hashes, traces: (await traces()) - before })
  }
  accounts.passwords.verify = verify
  assert.deepEqual(costs, Array(3).fill({ status: 401, hashes: 2, traces: 1 }))
})

test('a stranger who signs up over a waiting sign-up changes nothing about it', async () => {
  const email = `${newName()}@example.com`
  await strict.request('POST', '/auth/register', { body: registration(email) })
  const token = tokenIn((await app.mailTo(email, /Confirm/)).links)
  await strict.request('POST', '/auth/register', { body: registration(email, { password: 'words of a stranger 7' }) })
  assert.equal((await strict.request('POST', '/auth/email/verify', { body: { token } })).status, 200)
  assert.equal((await strict.request('POST', '/auth/login', { body: { email, password: PASSWORD } })).status, 200)
  const stranger = await strict.request('POST', '/auth/login', { body: { email, password: 'words of a stranger 7' } })
  assert.equal(stranger.status, 401)
})

test('twenty sign-ups with one address at the same time send one mail, and the next sends another', async () => {
  const email = `${newName()}@example.com`
  await strict.services.limiter.reset('register-from', '127.0.0.1')
  const signUp = () => strict.request('POST', '/auth/register', { body: registration(email) })
  const owner = new pg.Client({ connectionString: app.databaseUrl })
  await owner.connect()
  const mailsOnceDone = async () => {
    await until(async () => Number((await owner.query(DUE_JOBS)).rows[0].count) === 0)
    return (await owner.query('select from emails where recipient = $1', [email])).rowCount
  }
  try {
    const answers = await Promise.all(Array.from({ length: 20 }, signUp))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202])
    assert.equal(await mailsOnceDone(), 1)
    assert.equal((await signUp()).status, 202)
    assert.equal(await mailsOnceDone(), 2)
  } finally {
    await owner.end()
    await strict.services.limiter.reset('register-from', '127.0.0.1')
  }
})

test('an address gets five mails an hour, however often and for whatever it is named', async () => {
  const email = `${newName()}@example.com`
  for (let round = 0; round < 8; round++) {
    await app.request('POST', '/auth/email/resend', { body: { email } })
    await app.request('POST', '/auth/password/forgot', { body: { email } })
    await strict.services.accounts.throttles.registerFrom('never limited here').catch(() => {})
  }
  assert.equal(await app.services.accounts.throttles.mayMail(email), false)
})

const lookalikes = ['Bob\n\nYour account is locked', 'visit http://evil.example', 'Ac\u202eme', '\u200b', ' ']
for (const name of [...lookalikes, '\u2060\u2060', '\u3164', '\u200d', 'Ac\u200fme', 'Ac\ufeffme', 'Ac\u00adme']) {
  test(`a name cannot look like a message or like nothing: ${JSON.stringify(name)}`, async () => {
    const body = registration(`${newName()}@example.com`, { full_name: name })
    assert.equal((await app.request('POST', '/auth/register', { body })).status, 400)
  })
}

test('a name may be written in any script, and carry emoji', () => {
  const plain = new RegExp(PLAIN_NAME, 'u')
  for (const name of [
    'Zoë Ångström',
    'محمد\u200cرضا',
    'नमस्\u200dते',
    '山田 太郎',
    'Team 👩\u200d👧 ❤\ufe0f',
    "O'Brien & Söhne",
  ]) {
    assert.match(name, plain)
  }
})

test('a name with markup in it arrives as text', async () => {
  const email = `${newName()}@example.com`
  const full_name = '<img src=x onerror=alert(1)> {{7*7}}'
  assert.equal((await app.request('POST', '/auth/register', { body: registration(email, { full_name }) })).status, 201)
  const mail = await app.mailTo(email)
  assert.ok(mail.html.includes('&lt;img'))
  assert.equal(mail.html.includes('<img src=x'), false)
})

test('a sign-in that waited while the password was replaced does not start a session', async () => {
  const account = await app.signUp(newName())
  const answers = Promise.all(Array.from({ length: 12 }, () => login(account.email)))
  await app.request('POST', '/auth/password/change', {
    token: account.access,
    body: { current_password: PASSWORD, new_password: 'another fine lantern' },
  })
  for (const { status, body } of await answers) {
    if (status !== 200) continue
    const { refresh_token } = body.data
    assert.equal((await app.request('POST', '/auth/refresh', { body: { refresh_token } })).status, 401)
  }
})

test('addresses of one IPv6 network are one sender', async () => {
  const throttles = strict.services.accounts.throttles
  const statuses: number[] = []
  for (let host = 1; host <= RATE + 1; host++) {
    statuses.push(
      await throttles.signInFrom(`2001:db8:1:2::${host}`).then(
        () => 200,
        (error) => error.status,
      ),
    )
  }
  assert.deepEqual(statuses, [...Array(RATE).fill(200), 429])
})

for (const field of ['role', 'email_verified', 'tenant_id', 'id', 'created_at', 'plan', 'is_platform_admin']) {
  test(`sign-up refuses the unknown field ${field}`, async () => {
    const answer = await app.request('POST', '/auth/register', {
      body: registration(`${newName()}@example.com`, { [field]: 'x' }),
    })
    assert.equal(answer.status, 400)
    assert.equal(answer.body.code, 'VALIDATION_ERROR')
  })
}
