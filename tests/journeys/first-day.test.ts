/**
 * The first day of a tenant, over HTTP as any client sees it. Run with PLINTH_TRANSCRIPT=1 to read it as a transcript.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, PASSWORD, type RequestOptions, startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp

before(async () => {
  app = await startTestApp({ env: { PLINTH_EMAIL_VERIFICATION: 'required' }, worker: true })
})

after(() => app.close())

async function call(method: string, path: string, options?: RequestOptions): Promise<Answer> {
  const answer = await app.request(method, path, options)
  if (process.env.PLINTH_TRANSCRIPT) {
    const shown = answer.text.replace(/("(?:access|refresh)_token":")[^"]{12,}(.{6}")/g, '$1…$2').slice(0, 240)
    process.stdout.write(`${method} ${path.replace(/token=.+/, 'token=…')} -> ${answer.status} ${shown}\n`)
  }
  return answer
}

const tokenIn = (links: string[]) =>
  new URL(links.find((link) => link.includes('token=')) as string).searchParams.get('token') as string

test('register, verify, sign in, invite, accept, change roles, deactivate, refresh, sign out everywhere', async () => {
  const email = 'founder@journey.example'
  const registered = await call('POST', '/auth/register', {
    body: { email, password: PASSWORD, full_name: 'Fay Founder', tenant_name: 'Journey', tenant_slug: 'journey' },
  })
  assert.equal(registered.status, 202)
  assert.deepEqual(registered.body.data, { verification_required: true })

  const early = await call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  assert.equal(early.status, 403)
  assert.equal(early.body.code, 'EMAIL_NOT_VERIFIED')

  const confirmation = await app.mailTo(email)
  const verified = await call('POST', '/auth/email/verify', { body: { token: tokenIn(confirmation.links) } })
  assert.equal(verified.status, 200)
  assert.equal((await call('POST', '/auth/email/verify', { body: { token: tokenIn(confirmation.links) } })).status, 400)

  const signedIn = await call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  assert.equal(signedIn.status, 200)
  assert.equal(signedIn.body.data.tenant.role, 'owner')
  const owner = signedIn.body.data.access_token as string

  const me = await call('GET', '/auth/me', { token: owner })
  assert.equal(me.status, 200)
  assert.equal(me.body.data.user.email, email)
  assert.equal(me.body.data.tenant.slug, 'journey')
  assert.ok(me.body.data.permissions.includes('members.invite'))

  const guest = 'guest@journey.example'
  const invited = await call('POST', '/users', { token: owner, body: { email: guest, role: 'member' } })
  assert.equal(invited.status, 201)
  assert.equal(invited.body.data.status, 'pending')
  const invitationToken = tokenIn((await app.mailTo(guest)).links)
  const lookup = await call('GET', `/invitations/lookup?token=${invitationToken}`)
  assert.deepEqual(lookup.body.data, {
    tenant: { name: 'Journey' },
    email: guest,
    role: 'member',
    state: 'new_account',
  })

  const accepted = await call('POST', '/invitations/accept', {
    body: { token: invitationToken, password: PASSWORD, full_name: 'Gus Guest' },
  })
  assert.equal(accepted.status, 200)
  const member = accepted.body.data.access_token as string
  assert.equal(
    (
      await call('POST', '/invitations/accept', {
        body: { token: invitationToken, password: PASSWORD, full_name: 'Again' },
      })
    ).status,
    410,
  )

  const made = await call('POST', '/projects', { token: member, body: { name: 'First project' } })
  assert.equal(made.status, 201)

  const guestId = (await call('GET', '/auth/me', { token: member })).body.data.user.id as string
  const demoted = await call('PATCH', `/users/${guestId}/role`, { token: owner, body: { role: 'viewer' } })
  assert.equal(demoted.status, 200)
  const refused = await call('POST', '/projects', { token: member, body: { name: 'Second project' } })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.code, 'FORBIDDEN')
  assert.equal((await call('GET', '/projects', { token: member })).status, 200)

  assert.equal((await call('DELETE', `/users/${guestId}`, { token: owner })).status, 204)
  const afterwards = await call('GET', '/projects', { token: member })
  assert.equal(afterwards.status, 403)
  assert.equal(afterwards.body.code, 'MEMBERSHIP_DEACTIVATED')

  const first = signedIn.body.data.refresh_token as string
  const second = await call('POST', '/auth/refresh', { body: { refresh_token: first } })
  assert.equal(second.status, 200)
  assert.notEqual(second.body.data.refresh_token, first)
  const replayed = await call('POST', '/auth/refresh', { body: { refresh_token: first } })
  assert.equal(replayed.status, 200)
  assert.equal(replayed.body.data.refresh_token, second.body.data.refresh_token)

  app.clock.advance(11_000)
  const reused = await call('POST', '/auth/refresh', { body: { refresh_token: first } })
  assert.equal(reused.status, 401)
  assert.equal(reused.body.code, 'REFRESH_REUSE_DETECTED')
  assert.equal(
    (await call('POST', '/auth/refresh', { body: { refresh_token: second.body.data.refresh_token } })).status,
    401,
  )
  assert.equal((await call('GET', '/auth/me', { token: owner })).status, 401)
  await app.mailTo(email, /ended one of your sessions/)

  const again = await call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  const elsewhere = await call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  assert.equal((await call('POST', '/auth/logout-all', { token: again.body.data.access_token })).status, 204)
  assert.equal((await call('GET', '/auth/me', { token: elsewhere.body.data.access_token })).status, 401)
  assert.equal(
    (await call('POST', '/auth/refresh', { body: { refresh_token: elsewhere.body.data.refresh_token } })).status,
    401,
  )
})
