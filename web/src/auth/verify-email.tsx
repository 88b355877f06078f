import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { dataOf, mayBeSignedIn, publicApi } from '../api/client.ts'
import { ApiProblem, wordsOf } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { ButtonLink } from '../ui/link.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { AuthPage } from './auth-page.tsx'

const route = getRouteApi('/verify-email')

export function VerifyEmailPage() {
  const { token, ...chosen } = route.useSearch()
  // A query rather than a mutation, so that the link is spent once however often React mounts the page.
  const verification = useQuery({
    queryKey: ['verify-email', token],
    queryFn: async () => {
      await dataOf(publicApi.POST('/auth/email/verify', { body: { token: token ?? '' } }))
      await queryClient.invalidateQueries({ predicate: (query) => query.queryKey[1] === 'me' })
      return true
    },
    enabled: Boolean(token),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const onward = mayBeSignedIn() ? (
    <ButtonLink to={chosen.plan ? '/sign-in' : '/'} search={chosen} look="primary">
      Go on
    </ButtonLink>
  ) : (
    <ButtonLink to="/sign-in" search={chosen} look="primary">
      Sign in
    </ButtonLink>
  )

  if (!token) {
    return <AuthPage title="This link is incomplete" intro="Open it from the mail itself." />
  }
  if (verification.isSuccess) {
    return (
      <AuthPage
        key="done"
        title="Your address is confirmed"
        intro={
          chosen.plan
            ? 'Thank you. Sign in, and go on with the plan that you chose.'
            : 'Thank you. There is nothing else to do here.'
        }
      >
        {onward}
      </AuthPage>
    )
  }
  if (verification.isError) {
    const passing =
      verification.error instanceof ApiProblem && (verification.error.status === 0 || verification.error.status >= 429)
    return (
      <AuthPage
        key="failed"
        title={passing ? 'We could not check this link' : 'This link no longer works'}
        intro={
          passing
            ? wordsOf(verification.error)
            : 'It was used already, or it is too old. If your address still needs confirming, sign in and have a new link sent.'
        }
      >
        {passing ? <Button onClick={() => verification.refetch()}>Try again</Button> : onward}
      </AuthPage>
    )
  }
  return (
    <AuthPage title="Confirming your address">
      <Skeleton className="h-4 w-3/4" />
    </AuthPage>
  )
}
