import { queryClient } from '../api/queries.ts'
import { useMe } from '../auth/me.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, UnsavedChanges, useForm } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { toast } from '../ui/toast.tsx'

export function ProfileForm() {
  const { me, api } = useMe()
  const form = useForm({
    isRecord: true,
    initial: { full_name: me.user.full_name },
    check: ({ full_name }) => ({ full_name: full_name.trim() ? undefined : 'Enter your name.' }),
    async submit({ full_name }) {
      const name = full_name.trim()
      await api.PATCH('/auth/me', { body: { full_name: name } })
      form.reset({ full_name: name })
      await queryClient.invalidateQueries({ predicate: (query) => query.queryKey[1] === 'me' })
      toast.done('Saved your profile.')
    },
  })
  return (
    <FormFrame form={form}>
      <Card
        foot={
          <>
            <span />
            <Button type="submit" look="primary" pending={form.sending}>
              Save changes
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          <Field label="Full name" error={form.errors.full_name}>
            <Input {...form.bind('full_name')} autoComplete="name" />
          </Field>
          <Field
            label="E-mail"
            aside={
              me.user.email_verified ? (
                <Badge tone="success">Confirmed</Badge>
              ) : (
                <Badge tone="warning">Not confirmed</Badge>
              )
            }
          >
            <Input value={me.user.email} readOnly />
          </Field>
          <FormFailure form={form} />
        </div>
      </Card>
      <UnsavedChanges when={form.dirty && !form.sending} />
    </FormFrame>
  )
}
