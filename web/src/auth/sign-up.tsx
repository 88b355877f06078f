import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { dataOf, publicApi, signedIn } from '../api/client.ts'
import { brand } from '../brand.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, UnsavedChanges, useForm } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { Link } from '../ui/link.tsx'
import { PasswordInput } from '../ui/password-input.tsx'
import { minimumLength } from '../ui/password-strength.ts'
import { AuthPage } from './auth-page.tsx'
import { CheckYourMail } from './check-your-mail.tsx'
import { emailFault } from './email.ts'

const route = getRouteApi('/sign-up')

export function passwordFault(password: string): string | undefined {
  return password.length < minimumLength
    ? `Use at least ${minimumLength} characters. Four unrelated words are easy to keep.`
    : undefined
}

export function SignUpPage() {
  const navigate = useNavigate()
  const chosen = route.useSearch()
  const [sentTo, setSentTo] = useState<string>()
  const form = useForm({
    initial: { full_name: '', email: '', password: '', tenant_name: '' },
    check: (values) => ({
      full_name: values.full_name.trim() ? undefined : 'Enter your name.',
      email: emailFault(values.email),
      password: passwordFault(values.password),
      tenant_name: values.tenant_name.trim() ? undefined : 'Name your organisation. You can change this later.',
    }),
    async submit(values) {
      const { plan, interval } = chosen
      const intent = plan && { plan, ...(interval && { interval }) }
      const body = { ...values, email: values.email.trim(), session: 'cookie' as const, ...(intent && { intent }) }
      const answer = await dataOf(publicApi.POST('/auth/register', { body }))
      form.reset(values)
      if ('verification_required' in answer) return setSentTo(body.email)
      signedIn(answer.tokens)
      const params = { tenant: answer.tenant.slug }
      await navigate(
        chosen.plan
          ? { to: '/t/$tenant/billing/plans', params, search: chosen, ignoreBlocker: true }
          : { to: '/t/$tenant', params, ignoreBlocker: true },
      )
    },
    words: (problem) =>
      problem.code === 'EMAIL_TAKEN' ? (
        <>
          There is an account for this address already.{' '}
          <Link to="/sign-in" search={{ email: form.values.email, ...chosen }}>
            Sign in
          </Link>{' '}
          with it.
        </>
      ) : undefined,
  })

  if (sentTo) return <CheckYourMail email={sentTo} chosen={chosen} />
  return (
    <AuthPage
      title="Create your account"
      intro={
        chosen.plan
          ? 'First you and your organisation, then the plan that you chose.'
          : `You and your organisation, on ${brand.name} in a minute.`
      }
      foot={
        <>
          Have an account?{' '}
          <Link to="/sign-in" search={chosen}>
            Sign in
          </Link>
        </>
      }
    >
      <FormFrame form={form} className="flex flex-col gap-4">
        <Field label="Full name" error={form.errors.full_name}>
          <Input {...form.bind('full_name')} autoComplete="name" autoFocus />
        </Field>
        <Field label="Work e-mail" error={form.errors.email}>
          <Input {...form.bind('email')} type="email" autoComplete="email" />
        </Field>
        <Field label="Password" error={form.errors.password}>
          <PasswordInput {...form.bind('password')} autoComplete="new-password" showStrength />
        </Field>
        <Field label="Organisation" error={form.errors.tenant_name} hint="Your company or team, as colleagues know it.">
          <Input {...form.bind('tenant_name')} autoComplete="organization" />
        </Field>
        <FormFailure form={form} />
        <Button type="submit" look="primary" wide pending={form.sending}>
          Create account
        </Button>
      </FormFrame>
      <UnsavedChanges when={form.values.password !== '' && form.dirty && !form.sending && !form.failure} />
    </AuthPage>
  )
}
