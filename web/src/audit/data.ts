import { infiniteQueryOptions } from '@tanstack/react-query'
import { apiFor, dataOf } from '../api/client.ts'

export interface AuditFilter {
  action?: string | undefined
  actor?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** Days as they are chosen, in the person's own time zone; the server leaves out the instant that `to` names. */
function instants({ from, to }: AuditFilter) {
  const midnight = (day: string, daysLater: number) => {
    const at = new Date(`${day}T00:00:00`)
    at.setDate(at.getDate() + daysLater)
    return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
  }
  return { from: from && midnight(from, 0), to: to && midnight(to, 1) }
}

export const auditQuery = (tenant: string, filter: AuditFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [tenant, 'audit', filter, limit],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        apiFor(tenant).GET('/audit-events', {
          params: {
            query: {
              limit,
              action: filter.action,
              actor: filter.actor,
              ...instants(filter),
              cursor: pageParam || undefined,
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
