import { queryOptions } from '@tanstack/react-query'
import { apiFor, dataOf } from '../api/client.ts'

export const dashboardQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, 'analytics'],
    queryFn: ({ signal }) => dataOf(apiFor(tenant).GET('/analytics/dashboard', { signal })),
    staleTime: 60_000,
  })
