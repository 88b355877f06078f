import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link as RouterLink } from '@tanstack/react-router'
import { Check, FolderKanban, Plus, ScrollText } from 'lucide-react'
import type { ReactNode } from 'react'
import { auditQuery } from '../audit/data.ts'
import { actionWords, actorName, subjectOf } from '../audit/words.ts'
import { useMe } from '../auth/me.tsx'
import { Page } from '../frame/page.tsx'
import { projectsQuery, recentProjects, recentProjectsQuery } from '../projects/data.ts'
import { StatusBadge } from '../projects/status.tsx'
import { invitationsQuery, membersQuery } from '../tenants/data.ts'
import { roleLabel } from '../tenants/roles.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Card } from '../ui/card.tsx'
import { appNow } from '../ui/clock.ts'
import { ButtonLink, MoreLink } from '../ui/link.tsx'
import { RelativeTime, useLocaleNumber } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Stat, StatLink } from '../ui/stat.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { greetingFor } from './greeting.ts'

// As many as stand beside the activities, and asked for once by everything that counts them.

export function HomePage() {
  const { me, key, can } = useMe()
  const firstName = me.user.full_name.split(' ')[0] ?? ''
  return (
    <Page
      name="Home"
      title={`${greetingFor(appNow().getHours())}${firstName ? `, ${firstName}` : ''}`}
      purpose={`What is going on in ${me.tenant?.name}.`}
      action={
        can('projects.create') && (
          <ButtonLink
            look="primary"
            icon={Plus}
            to="/t/$tenant/projects"
            params={{ tenant: key }}
            search={{ new: true }}
          >
            New project
          </ButtonLink>
        )
      }
    >
      <FirstSteps />
      <Numbers />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <RecentProjects />
        {can('audit.read') ? <Activity /> : <People />}
      </div>
    </Page>
  )
}

function Numbers() {
  const { key, me, can } = useMe()
  const number = useLocaleNumber()
  const count = (query: { data?: { total: number } | undefined; isError: boolean }) =>
    query.isError ? '–' : query.data && number(query.data.total)
  const active = useQuery(projectsQuery(key, { status: 'active', per_page: 1 }))
  const all = useQuery(recentProjectsQuery(key))
  const members = useQuery(membersQuery(key, { status: 'active', per_page: 1 }))
  const invitations = useQuery({ ...invitationsQuery(key), enabled: can('members.invite') })
  return (
    <dl className="grid grid-cols-2 rounded-card border border-line bg-surface md:grid-cols-4 [&>*]:border-line max-md:[&>*:nth-child(even)]:border-l max-md:[&>*:nth-child(n+3)]:border-t md:[&>*:not(:first-child)]:border-l">
      <Stat
        label={
          <StatLink to="/t/$tenant/projects" params={{ tenant: key }}>
            Projects
          </StatLink>
        }
        value={count(all)}
        note="Of every status"
      />
      <Stat
        label={
          <StatLink to="/t/$tenant/projects" params={{ tenant: key }} search={{ status: 'active' }}>
            Active projects
          </StatLink>
        }
        value={count(active)}
        note="Being worked on"
      />
      <Stat
        label={
          <StatLink to="/t/$tenant/members" params={{ tenant: key }}>
            Members
          </StatLink>
        }
        value={count(members)}
        note="Active in this organisation"
      />
      {can('members.invite') ? (
        <Stat
          label={
            <StatLink to="/t/$tenant/members" params={{ tenant: key }} search={{ tab: 'invitations' }}>
              Open invitations
            </StatLink>
          }
          value={count(invitations)}
          note={invitations.data?.total === 0 ? 'Nobody is waiting' : 'Not accepted yet'}
        />
      ) : (
        <Stat label="Your role" value={me.role ? roleLabel(me.role) : '–'} note="Set by an admin" />
      )}
    </dl>
  )
}

function RecentProjects() {
  const { key, can } = useMe()
  const recent = useQuery(recentProjectsQuery(key))
  return (
    <Card
      flush
      title="Recently changed projects"
      action={
        <MoreLink to="/t/$tenant/projects" params={{ tenant: key }}>
          All projects
        </MoreLink>
      }
    >
      {recent.isError ? (
        <ErrorState compact error={recent.error} onRetry={() => recent.refetch()} />
      ) : recent.isPending ? (
        <SkeletonRows rows={recentProjects} tall />
      ) : recent.data.items.length === 0 ? (
        <EmptyState icon={FolderKanban} title="No projects yet">
          {can('projects.create')
            ? 'Create the first one; it appears here.'
            : 'When somebody creates a project, it appears here.'}
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {recent.data.items.map((project) => (
            <li key={project.id}>
              <RouterLink
                to="/t/$tenant/projects/$project"
                params={{ tenant: key, project: project.id }}
                className="-outline-offset-2 flex min-h-13 items-center gap-3 px-4 py-2 transition-colors hover:bg-paper"
              >
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium leading-tight">{project.name}</span>
                  {project.description && (
                    <span className="block truncate text-xs text-faint">{project.description}</span>
                  )}
                </span>
                <StatusBadge status={project.status} />
                <span className="w-24 text-right text-sm text-muted max-md:hidden">
                  <RelativeTime at={project.updated_at} />
                </span>
              </RouterLink>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function Activity() {
  const { key } = useMe()
  const log = useInfiniteQuery(auditQuery(key, {}, 8))
  const events = log.data?.pages[0]?.items ?? []
  return (
    <Card
      flush
      title="Activity"
      action={
        <MoreLink to="/t/$tenant/audit" params={{ tenant: key }}>
          Audit log
        </MoreLink>
      }
    >
      {log.isError ? (
        <ErrorState compact error={log.error} onRetry={() => log.refetch()} />
      ) : log.isPending ? (
        <SkeletonRows rows={8} lead tall />
      ) : events.length === 0 ? (
        <EmptyState icon={ScrollText} title="Nothing has happened yet">
          Changes are listed here as they are made.
        </EmptyState>
      ) : (
        <ol className="px-4 py-2">
          {events.map((event) => (
            <li key={event.id} className="flex gap-3 py-2">
              <Avatar name={actorName(event)} size="small" />
              <p className="min-w-0 flex-1 text-sm">
                <span className="font-medium">{actorName(event)}</span>{' '}
                <span className="text-muted">
                  {actionWords(event.action)}
                  {subjectOf(event) && `: ${subjectOf(event)}`}
                </span>
              </p>
              <span className="shrink-0 text-xs text-faint leading-5">
                <RelativeTime at={event.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}

function People() {
  const { key } = useMe()
  const people = useQuery(membersQuery(key, { status: 'active', per_page: 6 }))
  return (
    <Card
      flush
      title="People"
      action={
        <MoreLink to="/t/$tenant/members" params={{ tenant: key }}>
          All members
        </MoreLink>
      }
    >
      {people.isError ? (
        <ErrorState compact error={people.error} onRetry={() => people.refetch()} />
      ) : people.isPending ? (
        <SkeletonRows rows={5} lead tall />
      ) : (
        <ul className="divide-y divide-line">
          {people.data.items.map((person) => (
            <li key={person.id} className="flex min-h-13 items-center gap-3 px-4">
              <Avatar name={person.full_name || person.email} />
              <span className="min-w-0 flex-1 truncate font-medium">{person.full_name || person.email}</span>
              <span className="text-sm text-muted">{roleLabel(person.role)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** For whoever sets an organisation up; gone as soon as both steps are done. */
function FirstSteps() {
  const { key, can } = useMe()
  const projects = useQuery(recentProjectsQuery(key))
  const members = useQuery(membersQuery(key, { status: 'active', per_page: 1 }))
  const invitations = useQuery({ ...invitationsQuery(key), enabled: can('members.invite') })
  if (!can('members.invite') || !projects.data || !members.data || !invitations.data) return null
  const hasProject = projects.data.total > 0
  const hasPeople = members.data.total > 1 || invitations.data.total > 0
  if (hasProject && hasPeople) return null
  return (
    <Card title="First steps" flush>
      <ol className="divide-y divide-line">
        <Step done text="Create your organisation" />
        <Step
          done={hasProject}
          text="Create a project"
          action={
            <ButtonLink to="/t/$tenant/projects" params={{ tenant: key }} search={{ new: true }}>
              New project
            </ButtonLink>
          }
        />
        <Step
          done={hasPeople}
          text="Invite the people you work with"
          action={
            <ButtonLink to="/t/$tenant/members" params={{ tenant: key }} search={{ invite: true }}>
              Invite people
            </ButtonLink>
          }
        />
      </ol>
    </Card>
  )
}

function Step({ done, text, action }: { done: boolean; text: string; action?: ReactNode }) {
  return (
    <li className="flex min-h-13 items-center gap-3 px-4 py-2">
      {done ? (
        <span className="flex size-5 items-center justify-center rounded-full bg-accent text-accent-ink">
          <Check size={12} strokeWidth={3} aria-label="Done" />
        </span>
      ) : (
        <span className="size-5 rounded-full border-[1.5px] border-line-control" />
      )}
      <span className={done ? 'flex-1 text-muted' : 'flex-1 font-medium'}>{text}</span>
      {!done && action}
    </li>
  )
}
