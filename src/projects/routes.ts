import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { requires, type TenantScope } from '#access'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/db/database.ts'
import { listOf, ok, success } from '#platform/http/envelope.ts'
import { assertIfMatch, etagOf } from '#platform/http/etag.ts'
import { pageOf, windowOf } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'
import { IdParams } from '#tenants'
import { changeProject, createProject, projectsOf, readProject, removeProject } from './projects.ts'
import type { Project, ProjectSort } from './queries.ts'
import { NewProject, ProjectChanges, ProjectsQuery, ProjectView } from './schemas.ts'

export interface ProjectRoutesOptions {
  db: Database
  clock: Clock
  tenantOf: (request: FastifyRequest) => TenantScope
}

export const projectRoutes: FastifyPluginAsyncTypebox<ProjectRoutesOptions> = async (app, { db, clock, tenantOf }) => {
  const context = { db, clock }

  app.get(
    '/projects',
    {
      config: { access: requires('projects.read') },
      schema: {
        tags: ['Projects'],
        summary: 'Search projects',
        querystring: ProjectsQuery,
        response: { 200: listOf(ProjectView) },
      },
    },
    async (request) => {
      const { search, status, sort = '-created_at' } = request.query
      const { items, total } = await projectsOf(
        context,
        tenantOf(request),
        { search, status, sort: sort.replace('-', '') as ProjectSort, descending: sort.startsWith('-') },
        windowOf(request.query),
      )
      return ok(pageOf(request.query, total, items.map(view)))
    },
  )

  app.post(
    '/projects',
    {
      config: { access: requires('projects.create'), problems: { 402: 'As many as the plan allows' } },
      schema: {
        tags: ['Projects'],
        summary: 'Create a project',
        body: NewProject,
        response: { 201: success(ProjectView) },
      },
    },
    async (request, reply) => {
      const { name, ...rest } = request.body
      const project = await createProject(context, tenantOf(request), { ...rest, name: name.trim() })
      return reply
        .code(201)
        .header('etag', etagOf(project.version))
        .send(ok(view(project)))
    },
  )

  app.get(
    '/projects/:id',
    {
      config: { access: requires('projects.read') },
      schema: {
        tags: ['Projects'],
        summary: 'One project',
        params: IdParams,
        response: { 200: success(ProjectView) },
      },
    },
    async (request, reply) => {
      const project = await readProject(context, tenantOf(request), request.params.id)
      reply.header('etag', etagOf(project.version))
      return ok(view(project))
    },
  )

  app.patch(
    '/projects/:id',
    {
      config: { access: requires('projects.update'), problems: { 412: 'Changed since it was read' } },
      schema: {
        tags: ['Projects'],
        summary: 'Change a project',
        params: IdParams,
        body: ProjectChanges,
        response: { 200: success(ProjectView) },
      },
    },
    async (request, reply) => {
      const { name, ...rest } = request.body
      const changes = name === undefined ? rest : { ...rest, name: name.trim() }
      const project = await changeProject(context, tenantOf(request), request.params.id, changes, (version) =>
        assertIfMatch(request, version),
      )
      reply.header('etag', etagOf(project.version))
      return ok(view(project))
    },
  )

  app.delete(
    '/projects/:id',
    {
      config: { access: requires('projects.delete'), problems: { 412: 'Changed since it was read' } },
      schema: {
        tags: ['Projects'],
        summary: 'Delete a project',
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await removeProject(context, tenantOf(request), request.params.id, (version) => assertIfMatch(request, version))
      return reply.code(204).send(null)
    },
  )
}

function view(project: Project) {
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    status: project.status,
    created_by: project.created_by,
    created_at: project.created_at.toISOString(),
    updated_at: project.updated_at.toISOString(),
    version: project.version,
  }
}
