import { dataOf, signedIn } from '../api/client.ts'
import { queryClient } from '../api/queries.ts'
import { useMe } from '../auth/me.tsx'
import { passwordFault } from '../auth/sign-up.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, UnsavedChanges, useForm } from '../ui/form.tsx'
import { Link } from '../ui/link.tsx'
import { PasswordInput } from '../ui/password-input.tsx'
import { toast } from '../ui/toast.tsx'

const empty = { current_password: '', new_password: '' }

export function PasswordForm() {
  const { me, api } = useMe()
  const form = useForm({
    initial: empty,
    check: (values) => ({
      current_password: values.current_password ? undefined : 'Enter your current password.',
      new_password: passwordFault(values.new_password),
    }),
    async submit(values) {
      const tokens = await dataOf(api.POST('/auth/password/change', { body: { ...values, session: 'cookie' } }))
      signedIn(tokens)
      form.reset(empty)
      await queryClient.invalidateQueries({ queryKey: ['sessions'] })
      toast.done('Changed your password. Every other device was signed out.')
    },
  })
  return (
    <FormFrame form={form}>
      <Card
        foot={
          <>
            <span className="text-sm max-md:[&_a]:inline-flex max-md:[&_a]:min-h-11 max-md:[&_a]:items-center">
              <Link to="/forgot-password" search={{ email: me.user.email }}>
                Forgot your current password?
              </Link>
            </span>
            <Button type="submit" look="primary" pending={form.sending}>
              Change password
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          <input type="email" autoComplete="username" value={me.user.email} readOnly hidden />
          <Field label="Current password" error={form.errors.current_password}>
            <PasswordInput {...form.bind('current_password')} autoComplete="current-password" />
          </Field>
          <Field label="New password" error={form.errors.new_password}>
            <PasswordInput {...form.bind('new_password')} autoComplete="new-password" showStrength />
          </Field>
          <FormFailure form={form} />
        </div>
      </Card>
      <UnsavedChanges when={form.dirty && !form.sending} />
    </FormFrame>
  )
}
