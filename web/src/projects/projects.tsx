import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link as RouterLink } from '@tanstack/react-router'
import { FolderKanban, Plus, SearchX } from 'lucide-react'
import type { Project, ProjectStatus } from '../api/contract.ts'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { oneOf } from '../frame/search-params.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { SearchInput } from '../ui/input.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Select } from '../ui/select.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { type Column, Pagination, Table } from '../ui/table.tsx'
import { Tooltip } from '../ui/tooltip.tsx'
import { ProjectActions } from './actions.tsx'
import { perPage, projectsQuery } from './data.ts'
import { NewProjectDialog } from './project-dialog.tsx'
import { newestChange, projectSorts } from './sorts.ts'
import { StatusBadge, statusChoices } from './status.tsx'

const route = getRouteApi('/t/$tenant/projects')

export function ProjectsPage() {
  const { key, can } = useMe()
  const { new: isNew, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(projectsQuery(key, filter))
  const isFiltered = Boolean(filter.search || filter.status)
  const mayCreate = can('projects.create')

  // Another filter starts on its first page; typing replaces the entry, so that Back leaves the list at once.
  const refine = (change: Partial<typeof filter>) =>
    navigate({ search: { ...filter, page: undefined, ...change }, replace: true })
  const openNew = (open: boolean) => navigate({ search: { ...filter, new: open || undefined }, replace: true })

  return (
    <Page
      title="Projects"
      purpose="The work of your organisation, in one list."
      action={<NewProjectButton allowed={mayCreate} onPress={() => openNew(true)} />}
    >
      <div className="flex flex-col gap-3">
        <div className="flex gap-2">
          <SearchInput
            label="Search projects"
            value={filter.search ?? ''}
            onSearch={(search) => refine({ search: search || undefined })}
            className="min-w-0 flex-1 md:max-w-72"
          />
          <Select
            label="Status"
            value={filter.status ?? 'all'}
            onChange={(status) => refine({ status: status === 'all' ? undefined : (status as ProjectStatus) })}
            choices={[{ value: 'all', label: 'Any status' }, ...statusChoices]}
            className="w-32! shrink-0"
          />
        </div>
        <Card
          flush
          foot={
            list.data && list.data.total > 0 ? (
              <Pagination
                page={list.data.page}
                pages={list.data.pages}
                perPage={perPage}
                total={list.data.total}
                noun={list.data.total === 1 ? 'project' : 'projects'}
                onPage={(page) => navigate({ search: { ...filter, page: page > 1 ? page : undefined } })}
              />
            ) : undefined
          }
        >
          {list.isError ? (
            <ErrorState title="Your projects could not be loaded" error={list.error} onRetry={() => list.refetch()} />
          ) : list.isPending || list.data.items.length > 0 ? (
            <Table
              caption="Projects"
              columns={columns(key)}
              rows={list.data?.items}
              rowKey={(project) => project.id}
              sort={filter.sort ?? newestChange}
              onSort={(sort) => refine({ sort: sort === newestChange ? undefined : oneOf(sort, projectSorts) })}
              dim={list.isPlaceholderData}
            />
          ) : isFiltered ? (
            <EmptyState
              icon={SearchX}
              title="Nothing matches"
              action={
                <Button onClick={() => refine({ search: undefined, status: undefined })}>Clear the filters</Button>
              }
            >
              No project has these words and this status.
            </EmptyState>
          ) : (
            <EmptyState
              icon={FolderKanban}
              title="No projects yet"
              action={
                <NewProjectButton allowed={mayCreate} onPress={() => openNew(true)} words="Create the first project" />
              }
            >
              A project holds one piece of work that your organisation shares. Everybody who belongs to it can see it.
            </EmptyState>
          )}
        </Card>
      </div>
      {isNew && mayCreate && <NewProjectDialog onClose={() => openNew(false)} />}
    </Page>
  )
}

interface NewProjectButtonProps {
  allowed: boolean
  onPress: () => void
  words?: string
}

function NewProjectButton({ allowed, onPress, words = 'New project' }: NewProjectButtonProps) {
  return (
    <Tooltip text={allowed ? '' : 'Viewers cannot create projects. Ask an admin for another role.'} side="bottom">
      {/* A disabled button takes no pointer, so what explains it sits around it. */}
      <span className="inline-flex">
        <Button look="primary" icon={Plus} onClick={onPress} disabled={!allowed}>
          {words}
        </Button>
      </span>
    </Tooltip>
  )
}

function columns(tenant: string): Column<Project>[] {
  return [
    {
      key: 'name',
      head: 'Name',
      sort: 'name',
      className: 'relative w-full max-w-0',
      cell: (project) => (
        <div className="flex min-w-0 flex-col md:flex-row md:items-baseline md:gap-3">
          <RouterLink
            to="/t/$tenant/projects/$project"
            params={{ tenant, project: project.id }}
            className="truncate rounded-tag font-medium after:absolute after:inset-0 hover:underline hover:decoration-line-control hover:underline-offset-3 md:shrink-0"
          >
            {project.name}
          </RouterLink>
          {project.description && (
            <span className="min-w-0 truncate text-faint max-md:hidden">{project.description}</span>
          )}
          <span className="text-xs text-faint md:hidden">
            <RelativeTime at={project.updated_at} />
          </span>
        </div>
      ),
    },
    { key: 'status', head: 'Status', cell: (project) => <StatusBadge status={project.status} /> },
    {
      key: 'updated',
      head: 'Updated',
      sort: 'updated_at',
      wide: true,
      className: 'text-muted pr-4!',
      cell: (project) => <RelativeTime at={project.updated_at} />,
    },
    {
      key: 'actions',
      head: 'Actions',
      hideHead: true,
      align: 'end',
      className: 'w-12 pr-2!',
      cell: (project) => <ProjectActions project={project} />,
    },
  ]
}
