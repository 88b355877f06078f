import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { apiOfVisitor, dataOf, ownApi, publicApi, signedIn, signOut } from '../api/client.ts'
import type { InvitationLookup } from '../api/contract.ts'
import { ApiProblem } from '../api/problem.ts'
import { AuthPage } from '../auth/auth-page.tsx'
import { passwordFault } from '../auth/sign-up.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, useForm } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { ButtonLink, Link } from '../ui/link.tsx'
import { PasswordInput } from '../ui/password-input.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { roleLabel } from './roles.ts'

const route = getRouteApi('/invitations/accept')

interface StepProps {
  token: string
  invitation: InvitationLookup
}

/** One link, four states: which one is the server's to say. */
export function AcceptInvitationPage() {
  const { token = '' } = route.useSearch()
  const lookup = useQuery({
    queryKey: ['invitation', token],
    queryFn: async () => {
      const api = await apiOfVisitor()
      return dataOf(api.GET('/invitations/lookup', { params: { query: { token } } }))
    },
    enabled: token !== '',
    retry: false,
  })

  if (lookup.isSuccess) {
    const invitation = lookup.data
    const role = roleLabel(invitation.role).toLowerCase()
    return (
      <AuthPage
        key={invitation.state}
        title={`Join ${invitation.tenant.name}`}
        intro={
          <>
            <strong className="font-medium text-ink">{invitation.email}</strong> is invited as {role}.
          </>
        }
      >
        {invitation.state === 'new_account' && <NewAccount token={token} invitation={invitation} />}
        {invitation.state === 'sign_in' && <SignInFirst token={token} invitation={invitation} />}
        {invitation.state === 'ready' && <Ready token={token} invitation={invitation} />}
        {invitation.state === 'wrong_account' && (
          <WrongAccount invitation={invitation} onSignedOut={() => lookup.refetch()} />
        )}
      </AuthPage>
    )
  }
  const refused = lookup.error instanceof ApiProblem && lookup.error.status >= 400 && lookup.error.status < 429
  if (!token || refused) {
    return (
      <AuthPage
        title="This invitation no longer works"
        intro="It was used, withdrawn or is too old. Ask whoever invited you to send it again."
        foot={<Link to="/">Go to the start page</Link>}
      />
    )
  }
  if (lookup.isError) {
    return (
      <AuthPage title="Your invitation">
        <ErrorState compact error={lookup.error} onRetry={() => lookup.refetch()} />
      </AuthPage>
    )
  }
  return (
    <AuthPage title="Your invitation">
      <Skeleton className="h-4 w-3/4" />
    </AuthPage>
  )
}

function useEnter() {
  const navigate = useNavigate()
  return async (tokens: Parameters<typeof signedIn>[0]) => {
    signedIn(tokens)
    await (tokens.tenant
      ? navigate({ to: '/t/$tenant', params: { tenant: tokens.tenant.slug } })
      : navigate({ to: '/' }))
  }
}

/** Whoever is invited can do nothing about the plan; who invited them can. */
function fullWords(problem: ApiProblem): string | undefined {
  return problem.code === 'LIMIT_REACHED'
    ? 'Every seat of this organisation is taken. Ask whoever invited you to make room; the link goes on working.'
    : undefined
}

function NewAccount({ token, invitation }: StepProps) {
  const enter = useEnter()
  const form = useForm({
    initial: { full_name: '', password: '' },
    check: (values) => ({
      full_name: values.full_name.trim() ? undefined : 'Enter your name.',
      password: passwordFault(values.password),
    }),
    async submit(values) {
      const body = { token, ...values, session: 'cookie' as const }
      await enter(await dataOf(publicApi.POST('/invitations/accept', { body })))
    },
    words: fullWords,
  })
  return (
    <FormFrame form={form} className="flex flex-col gap-4">
      {/* Password managers keep the address with the password. */}
      <input type="email" autoComplete="username" value={invitation.email} readOnly hidden />
      <Field label="Full name" error={form.errors.full_name}>
        <Input {...form.bind('full_name')} autoComplete="name" autoFocus />
      </Field>
      <Field label="Choose a password" error={form.errors.password}>
        <PasswordInput {...form.bind('password')} autoComplete="new-password" showStrength />
      </Field>
      <FormFailure form={form} />
      <Button type="submit" look="primary" wide pending={form.sending}>
        Create account and join
      </Button>
    </FormFrame>
  )
}

function SignInFirst({ token, invitation }: StepProps) {
  const enter = useEnter()
  const form = useForm({
    initial: { password: '' },
    check: (values) => ({ password: values.password ? undefined : 'Enter your password.' }),
    async submit({ password }) {
      const body = { email: invitation.email, password, session: 'cookie' as const }
      signedIn(await dataOf(publicApi.POST('/auth/login', { body })))
      await enter(await dataOf(ownApi.POST('/invitations/accept', { body: { token, session: 'cookie' } })))
    },
    words: (problem) =>
      problem.code === 'INVALID_CREDENTIALS' ? 'This is not the password of that account.' : fullWords(problem),
  })
  return (
    <FormFrame form={form} className="flex flex-col gap-4">
      <p className="text-base text-muted">You have an account. Sign in to join.</p>
      <input type="email" autoComplete="username" value={invitation.email} readOnly hidden />
      <Field
        label="Password"
        error={form.errors.password}
        aside={
          <Link to="/forgot-password" search={{ email: invitation.email }}>
            Forgot it?
          </Link>
        }
      >
        <PasswordInput {...form.bind('password')} autoComplete="current-password" autoFocus />
      </Field>
      <FormFailure form={form} />
      <Button type="submit" look="primary" wide pending={form.sending}>
        Sign in and join
      </Button>
    </FormFrame>
  )
}

function Ready({ token, invitation }: StepProps) {
  const enter = useEnter()
  const form = useForm({
    initial: {},
    async submit() {
      await enter(await dataOf(ownApi.POST('/invitations/accept', { body: { token, session: 'cookie' } })))
    },
    words: fullWords,
  })
  return (
    <FormFrame form={form} className="flex flex-col gap-4">
      <FormFailure form={form} />
      <Button type="submit" look="primary" wide pending={form.sending}>
        Join {invitation.tenant.name} as {roleLabel(invitation.role).toLowerCase()}
      </Button>
      <ButtonLink to="/" look="quiet" wide>
        Not now
      </ButtonLink>
    </FormFrame>
  )
}

function WrongAccount({ invitation, onSignedOut }: { invitation: InvitationLookup; onSignedOut: () => void }) {
  const me = useQuery({ queryKey: ['', 'me'], queryFn: () => dataOf(ownApi.GET('/auth/me')) })
  return (
    <div className="flex flex-col gap-4">
      <p className="text-base text-muted">
        You are signed in as <strong className="font-medium text-ink">{me.data?.user.email ?? 'somebody else'}</strong>.
        Only <strong className="font-medium text-ink">{invitation.email}</strong> can accept this invitation.
      </p>
      <Button look="primary" onClick={() => signOut().then(onSignedOut)}>
        Sign out and go on
      </Button>
      <ButtonLink to="/" look="quiet" wide>
        Stay signed in
      </ButtonLink>
    </div>
  )
}
