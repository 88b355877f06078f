import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ApiProblem } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { personQuery } from '../tenants/data.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyId } from '../ui/copy-id.tsx'
import { ButtonLink, UpLink } from '../ui/link.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { ProjectActions } from './actions.tsx'
import { projectQuery } from './data.ts'
import { EditProjectDialog } from './project-dialog.tsx'
import { StatusBadge } from './status.tsx'

const route = getRouteApi('/t/$tenant/projects/$project')

export function ProjectPage() {
  const { tenant, project: id } = route.useParams()
  const { key, can } = useMe()
  const [editing, setEditing] = useState(false)
  const record = useQuery(projectQuery(key, id))
  const project = record.data?.data
  const creator = useQuery({ ...personQuery(key, project?.created_by ?? ''), enabled: Boolean(project?.created_by) })
  const above = (
    <UpLink to="/t/$tenant/projects" params={{ tenant }}>
      Projects
    </UpLink>
  )

  if (record.isError) {
    const gone = record.error instanceof ApiProblem && record.error.status === 404
    return (
      <Page title={gone ? 'Project not found' : 'Project'} above={above}>
        <Card>
          <ErrorState
            title={gone ? 'There is no such project' : 'The project could not be loaded'}
            error={record.error}
            words={gone ? 'It may have been deleted, or it belongs to another organisation.' : undefined}
            {...(gone ? {} : { onRetry: () => record.refetch() })}
            action={
              <ButtonLink to="/t/$tenant/projects" params={{ tenant }}>
                All projects
              </ButtonLink>
            }
          />
        </Card>
      </Page>
    )
  }

  return (
    <Page
      title={project?.name ?? 'Project'}
      above={above}
      mark={project && <StatusBadge status={project.status} />}
      action={
        project && (
          <>
            {can('projects.update') && (
              <Button look="primary" icon={Pencil} onClick={() => setEditing(true)}>
                Edit
              </Button>
            )}
            <ProjectActions project={project} leaveAfterDelete />
          </>
        )
      }
    >
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_300px]">
        <Card title="Description">
          {project ? (
            project.description ? (
              <p className="max-w-prose whitespace-pre-wrap [overflow-wrap:anywhere]">{project.description}</p>
            ) : (
              <p className="text-faint">Nobody has described this project yet.</p>
            )
          ) : (
            <Skeleton className="h-4 w-2/3" />
          )}
        </Card>
        <Card title="Details" flush>
          <dl className="divide-y divide-line">
            <Fact label="Created">{project && <RelativeTime at={project.created_at} />}</Fact>
            <Fact label="Created by">
              {project && (creator.isPending ? undefined : (creator.data?.full_name ?? 'A former member'))}
            </Fact>
            <Fact label="Updated">{project && <RelativeTime at={project.updated_at} />}</Fact>
            <Fact label="Version">{project?.version}</Fact>
            <Fact label="Id">{project && <CopyId id={project.id} label="project id" short />}</Fact>
          </dl>
        </Card>
      </div>
      {editing && <EditProjectDialog id={id} onClose={() => setEditing(false)} />}
    </Page>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex min-h-10 items-center justify-between gap-4 px-4">
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 truncate">{children ?? <Skeleton className="h-3 w-20" />}</dd>
    </div>
  )
}
