import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf, versionedDataOf } from '../api/client.ts'
import type { Project, ProjectStatus } from '../api/contract.ts'
import { ApiProblem } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Confirm, Dialog, DialogBody, DialogFoot } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, useForm } from '../ui/form.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast.tsx'
import { projectQuery, projectsChanged } from './data.ts'
import { statusChoices, statusLabels } from './status.tsx'

interface ProjectDialogProps {
  onClose: () => void
  onSaved?: (project: Project) => void
}

export function NewProjectDialog({ onClose, onSaved }: ProjectDialogProps) {
  const { key, api } = useMe()
  return (
    <ProjectForm
      title="New project"
      action="Create project"
      initial={{ name: '', description: '', status: 'active' }}
      onClose={onClose}
      save={async (body) => {
        const project = await dataOf(api.POST('/projects', { body }))
        await projectsChanged(key)
        toast.done(`Created ${project.name}.`)
        onSaved?.(project)
      }}
    />
  )
}

/** Reads the record first: what is edited is what the server has now, under the version it has now. */
export function EditProjectDialog({ id, onClose }: ProjectDialogProps & { id: string }) {
  const { key, api } = useMe()
  const record = useQuery({ ...projectQuery(key, id), staleTime: 0, refetchOnWindowFocus: false })
  const [etag, setEtag] = useState<string>()

  if (!record.isSuccess || (record.isFetching && !etag)) {
    return (
      <Dialog open onOpenChange={(open) => !open && onClose()} title="Edit project">
        <DialogBody>
          {record.isError ? (
            <ErrorState compact error={record.error} onRetry={() => record.refetch()} />
          ) : (
            <div className="flex flex-col gap-5">
              <Skeleton className="h-8 w-full" />
              <Skeleton className="h-24 w-full" />
            </div>
          )}
        </DialogBody>
      </Dialog>
    )
  }
  const project = record.data.data
  return (
    <ProjectForm
      title="Edit project"
      action="Save changes"
      initial={{ name: project.name, description: project.description, status: project.status }}
      onClose={onClose}
      save={async (body) => {
        const match = etag ?? record.data.etag
        await versionedDataOf(
          api.PATCH('/projects/{id}', {
            params: { path: { id } },
            ...(match ? { headers: { 'if-match': match } } : {}),
            body,
          }),
        )
        await projectsChanged(key)
        toast.done(`Saved ${body.name}.`)
      }}
      latest={async () => {
        const { data, etag: now } = await versionedDataOf(api.GET('/projects/{id}', { params: { path: { id } } }))
        setEtag(now)
        return { name: data.name, description: data.description, status: data.status }
      }}
    />
  )
}

interface Values extends Record<string, unknown> {
  name: string
  description: string
  status: ProjectStatus
}

/** What somebody else made of it, so that nobody has to load it to find out. */
function whatDiffers(theirs: Values, before: Values): string {
  const told = [
    theirs.name !== before.name && `Its name is now “${theirs.name}”.`,
    theirs.description !== before.description &&
      (theirs.description
        ? `Its description is now “${shortened(theirs.description)}”.`
        : 'It has no description now.'),
    theirs.status !== before.status && `It is ${statusLabels[theirs.status].toLowerCase()} now.`,
  ]
  return told.filter(Boolean).join(' ')
}

const shortened = (text: string) => (text.length > 120 ? `${text.slice(0, 119).trimEnd()}…` : text)

interface ProjectFormProps {
  title: string
  action: string
  initial: Values
  save: (values: Values) => Promise<void>
  /** Reads the record again, so that the next save is made against it. */
  latest?: () => Promise<Values>
  onClose: () => void
}

function ProjectForm({ title, action, initial, save, latest, onClose }: ProjectFormProps) {
  const [asking, setAsking] = useState(false)
  const [theirs, setTheirs] = useState<Values>()
  const form = useForm({
    initial,
    check: (values) => ({ name: values.name.trim() ? undefined : 'Give the project a name.' }),
    async submit(values) {
      try {
        await save({ ...values, name: values.name.trim(), description: values.description.trim() })
        onClose()
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 412 || !latest) throw error
        setTheirs(await latest())
      }
    },
  })
  const close = () => (form.dirty && !form.sending ? setAsking(true) : onClose())

  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={title}>
      <FormFrame form={form} className="flex min-h-0 flex-col">
        <DialogBody>
          {theirs && (
            <Banner
              tone="warning"
              title="Somebody else changed this project"
              action={
                <Button
                  onClick={() => {
                    form.reset(theirs)
                    setTheirs(undefined)
                  }}
                >
                  Load their version
                </Button>
              }
            >
              {whatDiffers(theirs, initial)} Load their version and lose your changes, or save again to replace it.
            </Banner>
          )}
          <Field label="Name" error={form.errors.name}>
            <Input {...form.bind('name')} autoFocus maxLength={120} />
          </Field>
          <Field label="Description" error={form.errors.description} hint="What it is for, in a sentence or two.">
            <Textarea {...form.bind('description')} maxLength={4000} />
          </Field>
          <Field label="Status" error={form.errors.status}>
            <Select
              value={form.values.status}
              onChange={(status) => form.set('status', status)}
              choices={statusChoices}
            />
          </Field>
          <FormFailure form={form} />
        </DialogBody>
        <DialogFoot>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" pending={form.sending}>
            {theirs ? 'Replace their version' : action}
          </Button>
        </DialogFoot>
      </FormFrame>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title="Discard your changes?"
        consequence="What you typed has not been saved and will be lost."
        action="Discard"
        cancel="Keep editing"
        danger
        onConfirm={onClose}
      />
    </Dialog>
  )
}
