import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import { type Api, apiFor, dataOf } from '../api/client.ts'
import type { Me, Permission } from '../api/contract.ts'

export const meQuery = (key: string) =>
  queryOptions({
    queryKey: [key, 'me'],
    queryFn: ({ signal }) => dataOf(apiFor(key).GET('/auth/me', { signal })),
    staleTime: 60_000,
  })

interface Caller {
  /** The tenant of the URL, or `lastUsed` outside of any; the first part of every query key. */
  key: string
  me: Me
  api: Api
  can: (permission: Permission) => boolean
}

const Context = createContext<Caller | null>(null)

interface SignedInProps {
  tenant: string
  children: ReactNode
}

/** Everything below runs as the signed-in person, in one tenant. */
export function SignedIn({ tenant, children }: SignedInProps) {
  const { data: me } = useSuspenseQuery(meQuery(tenant))
  const caller: Caller = {
    key: tenant,
    me,
    api: apiFor(tenant),
    can: (permission) => me.permissions.includes(permission),
  }
  return <Context value={caller}>{children}</Context>
}

export function useMe(): Caller {
  const caller = useContext(Context)
  if (!caller) throw new Error('useMe needs SignedIn above it')
  return caller
}
