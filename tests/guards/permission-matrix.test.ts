import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { authorize, requires, type TenantScope } from '#access'
import { Refusal } from '#platform/errors.ts'
import type { Account } from '../support/app.ts'
import { type GuardedApp, startGuardedApp } from './guarded-app.ts'
import { executeMatrix } from './matrix.ts'
import { makeTenancy, type Tenancy } from './two-tenants.ts'

test('every role may do exactly what the table of permissions says, operation by operation', async (t) => {
  const app = await startGuardedApp()
  try {
    const { operations, cells, findings } = await executeMatrix(app, await makeTenancy(app, 'm'))
    t.diagnostic(`operations ${operations}, cells ${cells}, findings ${findings.length}`)
    assert.deepEqual(findings, [])
    assert.ok(operations > 0)
    assert.equal(cells, operations * 4)
  } finally {
    await app.close()
  }
})

test('a planted operation that asks for something else than it declares is found, and so is one that acts first', async () => {
  const viewer = { kind: 'tenant', role: 'viewer' } as TenantScope
  const app = await startGuardedApp({
    extend: async (server) => {
      const schema = { summary: 'Planted' }
      await server.register(
        async (routes) => {
          routes.get('/planted/stricter', { config: { access: requires('projects.read') }, schema }, async () => {
            authorize(viewer, 'members.invite')
          })
          const vague = new Refusal(403, 'NO', 'No.')
          routes.get(
            '/planted/vague',
            { config: { access: requires('audit.read') }, schema, onRequest: (_request, _reply, done) => done(vague) },
            async () => ({}),
          )
          const gated = { access: requires('projects.read', { feature: 'analytics' }) }
          // Asks for the plan by itself, and looks at somebody else's.
          routes.get('/planted/own-gate', { config: { access: requires('projects.read') }, schema }, async () => {
            throw new Refusal(402, 'PLAN_UPGRADE_REQUIRED', 'No.')
          })
          routes.get(
            '/planted/early-gate',
            {
              config: gated,
              schema,
              onRequest: (_request, _reply, done) => done(new Refusal(402, 'SUBSCRIPTION_REQUIRED', 'No.')),
            },
            async () => ({}),
          )
          routes.get('/planted/gated', { config: gated, schema }, async () => ({}))
        },
        { prefix: '/api/v1' },
      )
    },
  })
  try {
    const { findings } = await executeMatrix(app, await makeTenancy(app, 'm'))
    for (const beginning of [
      'GET /api/v1/planted/stricter answers 403 to a viewer, who holds the permission',
      'GET /api/v1/planted/stricter answers 403 to a owner, who holds the permission',
      'GET /api/v1/planted/vague answers 403 NO to a member, who lacks the permission',
      'GET /api/v1/planted/own-gate answers 402 to a viewer, who holds the permission',
      'GET /api/v1/planted/early-gate answers 402 SUBSCRIPTION_REQUIRED to a viewer without the feature',
    ]) {
      assert.ok(
        findings.some((finding) => finding.startsWith(beginning)),
        `${beginning}\n${findings.join('\n')}`,
      )
    }
    assert.ok(
      findings.every((finding) => finding.includes('/planted/') && !finding.includes('/planted/gated')),
      findings.join('\n'),
    )
  } finally {
    await app.close()
  }
})

describe('nobody rises above themselves', () => {
  let app: GuardedApp
  let tenancy: Tenancy
  let admin: Account
  let member: Account
  let viewer: Account

  before(async () => {
    app = await startGuardedApp()
    tenancy = await makeTenancy(app, 'r')
    ;[admin, member, viewer] = tenancy.people as [Account, Account, Account]
  })
  after(() => app.close())

  const as = (who: Account, method: string, path: string, body?: unknown) =>
    app.request(method, path, { token: who.access, body })

  const roleOf = async ({ userId }: Account) => (await as(tenancy.owner, 'GET', `/users/${userId}`)).body.data.role

  async function assertForbidden(answer: Promise<{ status: number; body: { code?: string } }>, what: string) {
    const { status, body } = await answer
    assert.deepEqual([status, body.code], [403, 'FORBIDDEN'], what)
  }

  test('nobody makes themselves owner, or somebody else more than they are', async () => {
    for (const who of [admin, member, viewer]) {
      await assertForbidden(as(who, 'PATCH', `/users/${who.userId}/role`, { role: 'owner' }), who.role)
      await assertForbidden(as(who, 'PATCH', `/users/${viewer.userId}/role`, { role: 'owner' }), who.role)
      await assertForbidden(
        as(who, 'POST', '/users', { email: `second@${tenancy.mark}.example.com`, role: 'owner' }),
        who.role,
      )
      assert.equal(await roleOf(who), who.role)
    }
    await assertForbidden(as(viewer, 'PATCH', `/users/${viewer.userId}/role`, { role: 'member' }), 'viewer')
    await assertForbidden(as(member, 'PATCH', `/users/${member.userId}/role`, { role: 'admin' }), 'member')
  })

  test('an admin does not touch an owner, whether active, deactivated or only invited', async () => {
    const { owner } = tenancy
    const second = await app.invite(owner, 'owner', `second-owner@${tenancy.mark}.example.com`)
    await assertForbidden(as(admin, 'PATCH', `/users/${second.userId}/role`, { role: 'viewer' }), 'demote')
    await assertForbidden(as(admin, 'DELETE', `/users/${second.userId}`), 'deactivate')
    assert.equal(await roleOf(second), 'owner')

    assert.equal((await as(owner, 'DELETE', `/users/${second.userId}`)).status, 204)
    await assertForbidden(as(admin, 'POST', `/users/${second.userId}/reactivate`), 'reactivate')
    await assertForbidden(as(admin, 'PATCH', `/users/${second.userId}/role`, { role: 'viewer' }), 'demote while away')

    const third = await as(owner, 'POST', '/users', { email: `third@${tenancy.mark}.example.com`, role: 'owner' })
    await assertForbidden(as(admin, 'DELETE', `/invitations/${third.body.data.id}`), 'revoke')
    await assertForbidden(as(admin, 'POST', `/invitations/${third.body.data.id}/resend`), 'resend')
  })

  test('the last owner stays: nobody demotes or deactivates them, not even they themselves', async () => {
    const { owner } = tenancy
    for (const answer of [
      await as(owner, 'PATCH', `/users/${owner.userId}/role`, { role: 'admin' }),
      await as(owner, 'DELETE', `/users/${owner.userId}`),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [409, 'LAST_OWNER'])
    }
    assert.equal(await roleOf(owner), 'owner')
  })

  test('a role is one of four words and nothing else', async () => {
    const nonsense = [
      'owner,admin',
      ['owner'],
      'OWNER',
      'owner ',
      '',
      'root',
      '__proto__',
      'constructor',
      null,
      3,
      { $ne: 1 },
    ]
    for (const role of nonsense) {
      const changed = await as(tenancy.owner, 'PATCH', `/users/${viewer.userId}/role`, { role })
      assert.deepEqual([changed.status, changed.body.code], [400, 'VALIDATION_ERROR'], JSON.stringify(role))
      const invited = await as(tenancy.owner, 'POST', '/users', { email: `x@${tenancy.mark}.example.com`, role })
      assert.deepEqual([invited.status, invited.body.code], [400, 'VALIDATION_ERROR'], JSON.stringify(role))
    }
    assert.equal(await roleOf(viewer), 'viewer')
  })

  test('a member who was demoted or deactivated loses the power with the next request', async () => {
    const { owner } = tenancy
    const passing = await app.invite(owner, 'admin', `passing@${tenancy.mark}.example.com`)
    assert.equal((await as(passing, 'GET', '/invitations')).status, 200)
    await as(owner, 'PATCH', `/users/${passing.userId}/role`, { role: 'viewer' })
    await assertForbidden(as(passing, 'GET', '/invitations'), 'demoted')
    await as(owner, 'DELETE', `/users/${passing.userId}`)
    assert.equal((await as(passing, 'GET', '/projects')).body.code, 'MEMBERSHIP_DEACTIVATED')
  })
})
