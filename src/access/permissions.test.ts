import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '#platform/errors.ts'
import { authorize, permissions, permissionsOf } from './permissions.ts'
import { canGrant, type Role, roles } from './roles.ts'
import type { TenantScope } from './scopes.ts'

const scopeOf = (role: Role): TenantScope => ({
  kind: 'tenant',
  tenantId: 't',
  userId: 'u',
  sessionId: 's',
  role,
  authenticatedAt: null,
  request: { requestId: 'r', ip: '127.0.0.1', userAgent: 'test' },
})

test('a stronger role holds everything that a weaker one holds', () => {
  for (const [index, role] of roles.entries()) {
    for (const weaker of roles.slice(0, index)) {
      for (const permission of permissionsOf(weaker)) assert.ok(permissionsOf(role).includes(permission))
    }
  }
  assert.deepEqual(permissionsOf('owner'), permissions)
})

test('a permission that the role lacks is refused with 403 and says which', () => {
  authorize(scopeOf('admin'), 'members.invite')
  assert.throws(
    () => authorize(scopeOf('viewer'), 'members.invite'),
    (error) => error instanceof Refusal && error.status === 403 && error.message.includes('members.invite'),
  )
})

test('nobody can grant more than they hold', () => {
  assert.equal(canGrant('admin', 'owner'), false)
  assert.equal(canGrant('admin', 'admin'), true)
  assert.equal(canGrant('owner', 'owner'), true)
  assert.equal(canGrant('viewer', 'member'), false)
})
