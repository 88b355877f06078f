import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { apiFor, dataOf, versionedDataOf } from '../api/client.ts'
import type { ProjectStatus } from '../api/contract.ts'
import { queryClient } from '../api/queries.ts'
import { newestChange, type ProjectSort } from './sorts.ts'

export const perPage = 20

export interface ProjectFilter {
  search?: string | undefined
  status?: ProjectStatus | undefined
  sort?: ProjectSort | undefined
  page?: number | undefined
  per_page?: number
}

export const projectsQuery = (tenant: string, filter: ProjectFilter) =>
  queryOptions({
    queryKey: [tenant, 'projects', 'list', filter],
    queryFn: ({ signal }) =>
      dataOf(
        apiFor(tenant).GET('/projects', {
          params: { query: { per_page: perPage, ...filter, sort: filter.sort ?? newestChange } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

/** As many as the first page shows. */
export const recentProjects = 8
export const recentProjectsQuery = (tenant: string) => projectsQuery(tenant, { per_page: recentProjects })

/** With the ETag that an edit has to send back. */
export const projectQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [tenant, 'projects', 'one', id],
    queryFn: ({ signal }) =>
      versionedDataOf(apiFor(tenant).GET('/projects/{id}', { params: { path: { id } }, signal })),
  })

/** Projects count against the plan, whose numbers the rail shows. */
export async function projectsChanged(tenant: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: [tenant, 'projects'] }),
    queryClient.invalidateQueries({ queryKey: [tenant, 'billing', 'subscription'] }),
  ])
}
