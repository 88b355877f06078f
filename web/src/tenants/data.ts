import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { apiFor, dataOf, versionedDataOf } from '../api/client.ts'
import type { MemberStatus, Role } from '../api/contract.ts'
import { queryClient } from '../api/queries.ts'
import type { MemberSort } from './sorts.ts'

export const perPage = 20

export interface MemberFilter {
  search?: string | undefined
  role?: Role | undefined
  status?: MemberStatus | undefined
  sort?: MemberSort | undefined
  page?: number | undefined
  per_page?: number
}

export const membersQuery = (tenant: string, filter: MemberFilter) =>
  queryOptions({
    queryKey: [tenant, 'members', filter],
    queryFn: ({ signal }) =>
      dataOf(apiFor(tenant).GET('/users', { params: { query: { per_page: perPage, ...filter } }, signal })),
    placeholderData: keepPreviousData,
  })

export const personQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [tenant, 'person', id],
    queryFn: ({ signal }) => dataOf(apiFor(tenant).GET('/users/{id}', { params: { path: { id } }, signal })),
    staleTime: 5 * 60_000,
    retry: false,
  })

export interface InvitationFilter {
  search?: string | undefined
  page?: number | undefined
}

/** Those that can still be accepted or sent again. */
export const invitationsQuery = (tenant: string, filter: InvitationFilter = {}) =>
  queryOptions({
    queryKey: [tenant, 'invitations', filter],
    queryFn: ({ signal }) =>
      dataOf(apiFor(tenant).GET('/invitations', { params: { query: { per_page: perPage, ...filter } }, signal })),
    placeholderData: keepPreviousData,
  })

export const tenantQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, 'tenant'],
    queryFn: ({ signal }) => versionedDataOf(apiFor(tenant).GET('/tenant', { signal })),
  })

export async function membersChanged(tenant: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: [tenant, 'members'] }),
    queryClient.invalidateQueries({ queryKey: [tenant, 'invitations'] }),
    // Members take seats, whose numbers the rail shows.
    queryClient.invalidateQueries({ queryKey: [tenant, 'billing', 'subscription'] }),
  ])
}
