import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { rememberTenant, session, versionedDataOf } from '../api/client.ts'
import type { Tenant } from '../api/contract.ts'
import { ApiProblem } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Section } from '../ui/card.tsx'
import { CopyId } from '../ui/copy-id.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, UnsavedChanges, useForm } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { LocalDate } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast.tsx'
import { tenantQuery } from './data.ts'

export function SettingsPage() {
  const { key, can } = useMe()
  const record = useQuery(tenantQuery(key))
  return (
    <Page title="Settings" purpose="How your organisation is called and found.">
      {!can('tenant.update') && <Banner>You can read these settings. Admins and owners can change them.</Banner>}
      <div>
        <Section title="General" description="The name is what members see; the address is where they find it.">
          {record.isError ? (
            <Card>
              <ErrorState compact error={record.error} onRetry={() => record.refetch()} />
            </Card>
          ) : record.isPending ? (
            <GeneralFormLoading canSave={can('tenant.update')} />
          ) : (
            // A form starts from what was read, so another record needs another form.
            <GeneralForm key={record.data.data.id} tenant={record.data.data} etag={record.data.etag} />
          )}
        </Section>
        <Section title="Reference" description="What support and the API call this organisation.">
          <Card flush>
            <dl className="divide-y divide-line">
              <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 px-4 py-1">
                <dt className="text-muted">Id</dt>
                <dd className="min-w-0">
                  {record.data ? (
                    <CopyId id={record.data.data.id} label="organisation id" />
                  ) : (
                    <Skeleton className="h-3 w-48" />
                  )}
                </dd>
              </div>
              <div className="flex min-h-11 items-center justify-between gap-4 px-4 py-1">
                <dt className="text-muted">Created</dt>
                <dd>
                  {record.data ? <LocalDate at={record.data.data.created_at} /> : <Skeleton className="h-3 w-20" />}
                </dd>
              </div>
            </dl>
          </Card>
        </Section>
      </div>
    </Page>
  )
}

/** As high as the form, so that what stands below stays where it is. */
function GeneralFormLoading({ canSave }: { canSave: boolean }) {
  return (
    <Card foot={canSave && <Skeleton className="ml-auto h-control w-28 max-md:w-full" />}>
      <div className="flex flex-col gap-4">
        {['name', 'address'].map((field) => (
          <div key={field} className="flex flex-col gap-1.5">
            <Skeleton className="my-[3.25px] h-3 w-16" />
            <Skeleton className="h-control w-full" />
            {field === 'address' && <Skeleton className="my-[3.25px] h-3 w-40" />}
          </div>
        ))}
      </div>
    </Card>
  )
}

interface GeneralFormProps {
  tenant: Tenant
  etag: string | undefined
}

function GeneralForm({ tenant, etag: readEtag }: GeneralFormProps) {
  const { key, api, can } = useMe()
  const navigate = useNavigate()
  const [etag, setEtag] = useState(readEtag)
  const [theirs, setTheirs] = useState<Tenant>()
  const form = useForm({
    isRecord: true,
    initial: { name: tenant.name, slug: tenant.slug },
    check: ({ name, slug }) => ({
      name: name.trim() ? undefined : 'An organisation needs a name.',
      slug: /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) ? undefined : 'Use small letters, digits and single hyphens.',
    }),
    async submit({ name, slug }) {
      try {
        const saved = await versionedDataOf(
          api.PATCH('/tenant', {
            body: { name: name.trim(), slug },
            ...(etag ? { headers: { 'if-match': etag } } : {}),
          }),
        )
        setEtag(saved.etag)
        setTheirs(undefined)
        form.reset({ name: saved.data.name, slug: saved.data.slug })
        await afterSaving(saved.data.slug)
        toast.done('Saved the settings.')
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 412) throw error
        const latest = await versionedDataOf(api.GET('/tenant'))
        setEtag(latest.etag)
        setTheirs(latest.data)
      }
    },
  })

  async function afterSaving(slug: string) {
    if (slug === key) {
      await queryClient.invalidateQueries({
        predicate: (query) => ['me', 'tenant'].includes(String(query.queryKey[1])),
      })
      return
    }
    session.drop(key)
    rememberTenant(slug)
    await navigate({ to: '/t/$tenant/settings', params: { tenant: slug }, replace: true, ignoreBlocker: true })
    queryClient.removeQueries({ queryKey: [key] })
  }

  const readOnly = !can('tenant.update')
  return (
    <FormFrame form={form}>
      <Card
        foot={
          readOnly ? undefined : (
            <>
              <span className="text-sm text-faint">
                {form.values.slug !== tenant.slug && 'Links to the old address stop working.'}
              </span>
              <Button type="submit" look="primary" pending={form.sending}>
                Save changes
              </Button>
            </>
          )
        }
      >
        <div className="flex flex-col gap-4">
          {theirs && (
            <Banner
              tone="warning"
              title="Somebody else changed these settings"
              action={
                <Button
                  onClick={() => {
                    form.reset({ name: theirs.name, slug: theirs.slug })
                    setTheirs(undefined)
                  }}
                >
                  Load their version
                </Button>
              }
            >
              They are now “{theirs.name}” at “{theirs.slug}”. Load them and lose your changes, or save again to replace
              them.
            </Banner>
          )}
          <Field label="Name" error={form.errors.name}>
            <Input {...form.bind('name')} autoComplete="off" readOnly={readOnly} />
          </Field>
          <Field label="Address" error={form.errors.slug} hint={`${window.location.host}/t/${form.values.slug || '…'}`}>
            <Input {...form.bind('slug')} autoComplete="off" spellCheck={false} readOnly={readOnly} />
          </Field>
          <FormFailure form={form} />
        </div>
      </Card>
      <UnsavedChanges when={form.dirty && !form.sending} />
    </FormFrame>
  )
}
