import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router'
import { dataOf, publicApi, signedIn } from '../api/client.ts'
import { ownPath } from '../frame/search-params.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, useForm } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { Link } from '../ui/link.tsx'
import { PasswordInput } from '../ui/password-input.tsx'
import { AuthPage } from './auth-page.tsx'
import { DemoAccounts } from './demo-accounts.tsx'
import { emailFault } from './email.ts'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { return_to, email, ...chosen } = route.useSearch()
  const navigate = useNavigate()
  const router = useRouter()
  const form = useForm({
    initial: { email: email ?? '', password: '' },
    check: (values) => ({
      email: emailFault(values.email),
      password: values.password ? undefined : 'Enter your password.',
    }),
    async submit({ email, password }) {
      const tokens = await dataOf(
        publicApi.POST('/auth/login', { body: { email: email.trim(), password, session: 'cookie' } }),
      )
      signedIn(tokens)
      if (chosen.plan && tokens.tenant) {
        await navigate({ to: '/t/$tenant/billing/plans', params: { tenant: tokens.tenant.slug }, search: chosen })
        return
      }
      router.history.push(ownPath(return_to) ?? (tokens.tenant ? `/t/${tokens.tenant.slug}` : '/new-tenant'))
    },
    words: (problem) =>
      problem.code === 'INVALID_CREDENTIALS'
        ? 'The address or the password is wrong. Check both and try again.'
        : undefined,
  })
  return (
    <AuthPage
      title="Sign in"
      intro={
        return_to
          ? 'Your session has ended. Sign in to go on where you were.'
          : chosen.plan && 'Then you go on with the plan that you chose.'
      }
      foot={
        <>
          New here?{' '}
          <Link to="/sign-up" search={chosen}>
            Create an account
          </Link>
        </>
      }
    >
      <FormFrame form={form} className="flex flex-col gap-4">
        <Field label="E-mail" error={form.errors.email}>
          <Input {...form.bind('email')} type="email" autoComplete="username" autoFocus={!email} />
        </Field>
        <Field
          label="Password"
          error={form.errors.password}
          aside={
            <Link to="/forgot-password" search={form.values.email ? { email: form.values.email } : {}}>
              Forgot it?
            </Link>
          }
        >
          <PasswordInput {...form.bind('password')} autoComplete="current-password" autoFocus={Boolean(email)} />
        </Field>
        <FormFailure form={form} />
        <Button type="submit" look="primary" wide pending={form.sending}>
          Sign in
        </Button>
      </FormFrame>
      <DemoAccounts onChoose={(email, password) => form.reset({ email, password })} />
    </AuthPage>
  )
}
