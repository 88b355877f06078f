import { useNavigate } from '@tanstack/react-router'
import { dataOf, ownApi, rememberedTenant, session } from '../api/client.ts'
import { queryClient } from '../api/queries.ts'
import { AuthPage } from '../auth/auth-page.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, useForm } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { Link } from '../ui/link.tsx'

export function NewTenantPage() {
  const navigate = useNavigate()
  const last = rememberedTenant()
  const form = useForm({
    initial: { name: '' },
    check: (values) => ({ name: values.name.trim() ? undefined : 'Name your organisation.' }),
    async submit({ name }) {
      const tenant = await dataOf(ownApi.POST('/tenants', { body: { name: name.trim() } }))
      session.drop(tenant.slug)
      // Every tenant's list of memberships has one more now.
      await queryClient.invalidateQueries({ predicate: (query) => query.queryKey[1] === 'me' })
      await navigate({ to: '/t/$tenant', params: { tenant: tenant.slug } })
    },
  })
  return (
    <AuthPage
      title="New organisation"
      intro="It has its own members, projects and settings. You will be its owner."
      foot={
        last ? (
          <Link to="/t/$tenant" params={{ tenant: last }}>
            Back to where you were
          </Link>
        ) : (
          <Link to="/account">Your account</Link>
        )
      }
    >
      <FormFrame form={form} className="flex flex-col gap-4">
        <Field label="Name" error={form.errors.name} hint="Your company or team, as colleagues know it.">
          <Input {...form.bind('name')} autoComplete="organization" autoFocus />
        </Field>
        <FormFailure form={form} />
        <Button type="submit" look="primary" wide pending={form.sending}>
          Create the organisation
        </Button>
      </FormFrame>
    </AuthPage>
  )
}
