import { useNavigate } from '@tanstack/react-router'
import { Archive, ArchiveRestore, Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Project, ProjectStatus } from '../api/contract.ts'
import { wordsOf } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { useMe } from '../auth/me.tsx'
import { IconButton } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx'
import { toast } from '../ui/toast.tsx'
import { projectQuery, projectsChanged } from './data.ts'
import { EditProjectDialog } from './project-dialog.tsx'

interface ProjectActionsProps {
  project: Project
  /** The page of the project itself has nothing to show once it is deleted. */
  leaveAfterDelete?: boolean
}

export function ProjectActions({ project, leaveAfterDelete }: ProjectActionsProps) {
  const { key, api, can } = useMe()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null)
  const [pending, setPending] = useState(false)
  const path = { id: project.id }

  async function setStatus(status: ProjectStatus, undoable: boolean) {
    try {
      await api.PATCH('/projects/{id}', { params: { path }, body: { status } })
      await projectsChanged(key)
      const words = status === 'archived' ? `Archived ${project.name}.` : `Restored ${project.name}.`
      const before = project.status
      toast.done(words, undoable ? () => setStatus(before, false) : undefined)
    } catch (error) {
      toast.failed(wordsOf(error))
    }
  }

  async function remove() {
    setPending(true)
    try {
      await api.DELETE('/projects/{id}', { params: { path } })
      setOpen(null)
      if (leaveAfterDelete) await navigate({ to: '/t/$tenant/projects', params: { tenant: key } })
      queryClient.removeQueries(projectQuery(key, project.id))
      await projectsChanged(key)
      toast.done(`Deleted ${project.name}.`)
    } catch (error) {
      toast.failed(wordsOf(error))
    } finally {
      setPending(false)
    }
  }

  if (!can('projects.update') && !can('projects.delete')) return null
  const isArchived = project.status === 'archived'
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={`Actions for ${project.name}`} />}>
        {can('projects.update') && (
          <>
            <MenuItem icon={Pencil} onSelect={() => setOpen('edit')}>
              Edit
            </MenuItem>
            <MenuItem
              icon={isArchived ? ArchiveRestore : Archive}
              onSelect={() => setStatus(isArchived ? 'active' : 'archived', true)}
            >
              {isArchived ? 'Restore' : 'Archive'}
            </MenuItem>
          </>
        )}
        {can('projects.delete') && (
          <>
            <MenuLine />
            <MenuItem icon={Trash2} danger onSelect={() => setOpen('delete')}>
              Delete
            </MenuItem>
          </>
        )}
      </Menu>
      {open === 'edit' && <EditProjectDialog id={project.id} onClose={() => setOpen(null)} />}
      <Confirm
        open={open === 'delete'}
        onOpenChange={(next) => setOpen(next ? 'delete' : null)}
        title={`Delete ${project.name}?`}
        consequence="It disappears for everybody in the organisation and cannot be brought back. Archive it to keep it out of the way instead."
        action="Delete project"
        danger
        pending={pending}
        onConfirm={remove}
      />
    </>
  )
}
