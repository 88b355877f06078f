import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { publicApi } from '../api/client.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, useForm } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { Link } from '../ui/link.tsx'
import { AuthPage } from './auth-page.tsx'
import { emailFault } from './email.ts'
import { MailboxHint } from './mailbox-hint.tsx'

const route = getRouteApi('/forgot-password')

export function ForgotPasswordPage() {
  const { email } = route.useSearch()
  const [sentTo, setSentTo] = useState<string>()
  const form = useForm({
    initial: { email: email ?? '' },
    check: (values) => ({ email: emailFault(values.email) }),
    async submit({ email }) {
      await publicApi.POST('/auth/password/forgot', { body: { email: email.trim() } })
      setSentTo(email.trim())
    },
  })
  const back = <Link to="/sign-in">Back to sign in</Link>
  if (sentTo) {
    return (
      <AuthPage
        title="Check your mail"
        intro={
          <>
            If there is an account for <strong className="font-medium text-ink">{sentTo}</strong>, a link to choose a
            new password is on its way. It works once, for an hour.
          </>
        }
        foot={back}
      >
        <MailboxHint />
      </AuthPage>
    )
  }
  return (
    <AuthPage title="Forgot your password" intro="We send you a link to choose a new one." foot={back}>
      <FormFrame form={form} className="flex flex-col gap-4">
        <Field label="E-mail" error={form.errors.email}>
          <Input {...form.bind('email')} type="email" autoComplete="username" autoFocus />
        </Field>
        <FormFailure form={form} />
        <Button type="submit" look="primary" wide pending={form.sending}>
          Send the link
        </Button>
      </FormFrame>
    </AuthPage>
  )
}
