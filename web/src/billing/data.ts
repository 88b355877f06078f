import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { apiFor, dataOf, publicApi } from '../api/client.ts'
import { queryClient } from '../api/queries.ts'
import type { Change, PlanOffer } from './contract.ts'

export const invoicesPerPage = 20

export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }): Promise<PlanOffer[]> => dataOf(publicApi.GET('/billing/plans', { signal })),
  staleTime: 10 * 60_000,
})

export const subscriptionQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, 'billing', 'subscription'],
    queryFn: ({ signal }) => dataOf(apiFor(tenant).GET('/billing/subscription', { signal })),
  })

export const invoicesQuery = (tenant: string, page = 1, perPage = invoicesPerPage) =>
  queryOptions({
    queryKey: [tenant, 'billing', 'invoices', page, perPage],
    queryFn: ({ signal }) =>
      dataOf(apiFor(tenant).GET('/billing/invoices', { params: { query: { page, per_page: perPage } }, signal })),
    placeholderData: keepPreviousData,
  })

export const usageQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, 'billing', 'usage'],
    queryFn: ({ signal }) => dataOf(apiFor(tenant).GET('/billing/usage', { signal })),
  })

/** Asked anew each time it is shown: what it says is charged a moment later. */
export const previewQuery = (tenant: string, change: Change) =>
  queryOptions({
    queryKey: [tenant, 'preview', change],
    queryFn: ({ signal }) => dataOf(apiFor(tenant).POST('/billing/preview', { body: change, signal })),
    staleTime: 5 * 60_000,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })

/** A plan changes what a tenant may do, not only what it pays. */
export async function billingChanged(tenant: string): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey: [key, what] }) => key === tenant && what !== 'preview',
  })
}
