import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { permissions, permissionsOf, type Role, requires, rolesMatrix } from '#access'
import type { Tenancy } from '#auth'
import { userView } from '#auth'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { listOf, ok, success } from '#platform/http/envelope.ts'
import { assertIfMatch, etagOf } from '#platform/http/etag.ts'
import { PageQuery, pageOf, windowOf } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'
import type { Credentials } from './credentials.ts'
import { changeRole, deactivateMember, membersOf, reactivateMember, readMember } from './members.ts'
import type { Member, memberSorts, Tenant } from './queries.ts'
import {
  IdParams,
  MembersQuery,
  MemberView,
  MeView,
  NewTenantBody,
  NewTenantView,
  RoleBody,
  RolesView,
  TenantChanges,
  TenantOfMine,
  TenantView,
} from './schemas.ts'
import { changeTenant, createTenant, readTenant } from './tenants.ts'

export interface TenantRoutesOptions {
  db: Database
  clock: Clock
  credentials: Credentials
  tenancy: Tenancy
}

export const tenantRoutes: FastifyPluginAsyncTypebox<TenantRoutesOptions> = async (
  app,
  { db, clock, credentials, tenancy },
) => {
  const { userOf, personOf, tenantOf } = credentials

  for (const path of ['/auth/me', '/users/me']) {
    app.get(
      path,
      {
        config: { access: 'user' },
        schema: { tags: ['Auth'], summary: 'Who I am, and what I may do here', response: { 200: success(MeView) } },
      },
      async (request) => {
        const person = personOf(request)
        const here = person.memberships.find(
          (membership) => membership.tenant_id === userOf(request).tenantId && membership.status === 'active',
        )
        return ok({
          user: userView(person),
          tenant: here ? { id: here.tenant_id, slug: here.slug, name: here.name } : null,
          role: here?.role ?? null,
          permissions: here ? [...permissionsOf(here.role)] : [],
          memberships: person.memberships.map(({ tenant_id: id, slug, name, role, status }) => ({
            tenant: { id, slug, name },
            role,
            status,
          })),
        })
      },
    )
  }

  app.get(
    '/tenants',
    {
      config: { access: 'user' },
      schema: {
        tags: ['Tenants'],
        summary: 'The organisations I belong to',
        querystring: PageQuery,
        response: { 200: listOf(TenantOfMine) },
      },
    },
    async (request) => {
      const all = personOf(request).memberships
      const { offset, limit } = windowOf(request.query)
      return ok(
        pageOf(
          request.query,
          all.length,
          all
            .slice(offset, offset + limit)
            .map(({ tenant_id: id, slug, name, role, status }) => ({ id, slug, name, role, status })),
        ),
      )
    },
  )

  app.post(
    '/tenants',
    {
      config: { access: 'user', problems: { 409: 'The slug is taken' } },
      schema: {
        tags: ['Tenants'],
        summary: 'Make another organisation',
        body: NewTenantBody,
        response: { 201: success(NewTenantView) },
      },
    },
    async (request, reply) => {
      const { name, slug } = request.body
      const tenant = await createTenant({ db, clock, tenancy }, userOf(request), { name: name.trim(), slug })
      return reply.code(201).send(ok(tenant))
    },
  )

  app.get(
    '/tenant',
    {
      config: { access: requires('tenant.read') },
      schema: { tags: ['Tenants'], summary: 'This organisation', response: { 200: success(TenantView) } },
    },
    async (request, reply) => {
      const scope = tenantOf(request)
      const tenant = await readTenant(db, scope)
      reply.header('etag', etagOf(tenant.version))
      return ok(tenantView(tenant, scope.role))
    },
  )

  app.patch(
    '/tenant',
    {
      config: {
        access: requires('tenant.update'),
        problems: { 409: 'The slug is taken', 412: 'Changed since it was read' },
      },
      schema: {
        tags: ['Tenants'],
        summary: 'Rename or set up this organisation',
        body: TenantChanges,
        response: { 200: success(TenantView) },
      },
    },
    async (request, reply) => {
      const scope = tenantOf(request)
      const { name, slug, settings } = request.body
      const tenant = await changeTenant({ db, clock }, scope, { name: name?.trim(), slug, settings }, (version) =>
        assertIfMatch(request, version),
      )
      reply.header('etag', etagOf(tenant.version))
      return ok(tenantView(tenant, scope.role))
    },
  )

  app.get(
    '/roles',
    {
      config: { access: requires('tenant.read') },
      schema: { tags: ['Tenants'], summary: 'What each role may do', response: { 200: success(RolesView) } },
    },
    async () =>
      ok({
        roles: rolesMatrix().map(({ role, permissions }) => ({ role, permissions: [...permissions] })),
        permissions,
      }),
  )

  app.get(
    '/users',
    {
      config: { access: requires('members.read') },
      schema: {
        tags: ['Members'],
        summary: 'The people of this organisation',
        querystring: MembersQuery,
        response: { 200: listOf(MemberView) },
      },
    },
    async (request) => {
      const { search, role, status, sort = 'name' } = request.query
      const { items, total } = await membersOf(
        db,
        tenantOf(request),
        {
          search,
          role,
          status,
          sort: sort.replace('-', '') as keyof typeof memberSorts,
          descending: sort.startsWith('-'),
        },
        windowOf(request.query),
      )
      return ok(pageOf(request.query, total, items.map(memberView)))
    },
  )

  app.get(
    '/users/:id',
    {
      config: { access: requires('members.read') },
      schema: { tags: ['Members'], summary: 'One member', params: IdParams, response: { 200: success(MemberView) } },
    },
    async (request) => ok(memberView(await readMember(db, tenantOf(request), request.params.id))),
  )

  app.patch(
    '/users/:id/role',
    {
      config: { access: requires('members.change_role'), problems: { 409: 'The last owner stays an owner' } },
      schema: {
        tags: ['Members'],
        summary: "Change a member's role",
        params: IdParams,
        body: RoleBody,
        response: { 200: success(MemberView) },
      },
    },
    async (request) => ok(memberView(await changeRole(db, tenantOf(request), request.params.id, request.body.role))),
  )

  app.delete(
    '/users/:id',
    {
      config: { access: requires('members.deactivate'), problems: { 409: 'The last owner stays an owner' } },
      schema: { tags: ['Members'], summary: 'Deactivate a member', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await deactivateMember({ db, clock }, tenantOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/users/:id/reactivate',
    {
      config: { access: requires('members.reactivate'), problems: { 402: 'No seat is free' } },
      schema: {
        tags: ['Members'],
        summary: 'Bring a member back',
        params: IdParams,
        response: { 200: success(MemberView) },
      },
    },
    async (request) => ok(memberView(await reactivateMember({ db, clock }, tenantOf(request), request.params.id))),
  )
}

function tenantView(tenant: Tenant, role: Role) {
  return {
    id: tenant.id,
    slug: tenant.slug,
    name: tenant.name,
    settings: tenant.settings,
    role,
    version: tenant.version,
    created_at: tenant.created_at.toISOString(),
    updated_at: tenant.updated_at.toISOString(),
  }
}

function memberView(member: Member) {
  return {
    id: member.id,
    email: member.email,
    full_name: member.full_name,
    role: member.role,
    status: member.status,
    joined_at: member.joined_at.toISOString(),
    last_active_at: member.last_active_at?.toISOString() ?? null,
  }
}
