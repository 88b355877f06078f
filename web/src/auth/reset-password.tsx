import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { publicApi } from '../api/client.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, useForm } from '../ui/form.tsx'
import { ButtonLink, Link } from '../ui/link.tsx'
import { PasswordInput } from '../ui/password-input.tsx'
import { AuthPage } from './auth-page.tsx'
import { passwordFault } from './sign-up.tsx'

const route = getRouteApi('/reset-password')

export function ResetPasswordPage() {
  const { token } = route.useSearch()
  const [done, setDone] = useState(false)
  const form = useForm({
    initial: { password: '' },
    check: (values) => ({ password: passwordFault(values.password) }),
    async submit({ password }) {
      await publicApi.POST('/auth/password/reset', { body: { token: token ?? '', password } })
      setDone(true)
    },
    words: (problem) =>
      problem.details.length === 0 && problem.status >= 400 && problem.status < 429 ? (
        <>
          {problem.message} <Link to="/forgot-password">Ask for a new link</Link>.
        </>
      ) : undefined,
  })
  if (!token) {
    return (
      <AuthPage title="This link is incomplete" intro="Open it from the mail itself, or ask for a new one.">
        <ButtonLink to="/forgot-password" look="primary">
          Ask for a new link
        </ButtonLink>
      </AuthPage>
    )
  }
  if (done) {
    return (
      <AuthPage title="Your password is new" intro="Every device has been signed out. Sign in with the new password.">
        <ButtonLink to="/sign-in" look="primary">
          Sign in
        </ButtonLink>
      </AuthPage>
    )
  }
  return (
    <AuthPage title="Choose a new password" intro="This also signs out every device.">
      <FormFrame form={form} className="flex flex-col gap-4">
        <Field label="New password" error={form.errors.password}>
          <PasswordInput {...form.bind('password')} autoComplete="new-password" showStrength autoFocus />
        </Field>
        <FormFailure form={form} />
        <Button type="submit" look="primary" wide pending={form.sending}>
          Save the password
        </Button>
      </FormFrame>
    </AuthPage>
  )
}
