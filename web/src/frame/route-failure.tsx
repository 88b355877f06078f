import { type ErrorComponentProps, useParams, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { forgetTenant } from '../api/client.ts'
import { ApiProblem } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { ButtonLink } from '../ui/link.tsx'
import { ErrorState } from '../ui/states.tsx'
import { usePageTitle } from '../ui/title.ts'

/** A page that could not be opened. A new release removes old code files, so a failed import asks for a reload. */
export function RouteFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const { tenant } = useParams({ strict: false })
  const noAccess = error instanceof ApiProblem && (error.status === 403 || error.status === 404)
  usePageTitle(noAccess ? 'No access' : 'Something failed')

  useEffect(() => {
    if (noAccess && tenant) forgetTenant(tenant)
  }, [noAccess, tenant])

  const isOldRelease = /dynamically imported module|module script/i.test(String(error))
  const retry = () => {
    if (isOldRelease) return window.location.reload()
    queryClient.removeQueries({ predicate: (query) => query.state.status === 'error' })
    reset()
    router.invalidate()
  }
  return (
    <main className="flex min-h-[70dvh] items-center justify-center">
      <ErrorState
        isPage
        error={noAccess ? new Error() : error}
        title={
          noAccess
            ? `You have no access to “${tenant}”`
            : isOldRelease
              ? 'There is a new version of this app'
              : 'This page could not be opened'
        }
        words={
          noAccess
            ? error.code === 'MEMBERSHIP_DEACTIVATED'
              ? error.message
              : 'There may be no such organisation, or you may no longer belong to it. Ask an owner to invite you.'
            : isOldRelease
              ? 'Load the page again to use it.'
              : undefined
        }
        onRetry={retry}
        action={noAccess && <ButtonLink to="/">Go to the start</ButtonLink>}
      />
    </main>
  )
}
