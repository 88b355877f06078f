import { queryOptions } from '@tanstack/react-query'
import { dataOf, mayBeSignedIn, ownApi, session } from '../api/client.ts'
import type { Me } from '../api/contract.ts'
import { SignedOut } from '../api/problem.ts'
import { lastUsed } from '../api/session.ts'

/** Who reads a public page: somebody with an account, or null. */
export const visitorQuery = queryOptions({
  queryKey: [lastUsed, 'visitor'],
  async queryFn({ signal }): Promise<Me | null> {
    if (!mayBeSignedIn()) return null
    try {
      await session.token(lastUsed)
      return await dataOf(ownApi.GET('/auth/me', { signal }))
    } catch (error) {
      if (error instanceof SignedOut) return null
      throw error
    }
  },
})
