import type { ProjectStatus } from '../api/contract.ts'
import { Badge } from '../ui/badge.tsx'

export const statusLabels: Record<ProjectStatus, string> = {
  active: 'Active',
  paused: 'Paused',
  archived: 'Archived',
}

const tones = { active: 'success', paused: 'warning', archived: 'neutral' } as const

export const statusChoices = (Object.keys(statusLabels) as ProjectStatus[]).map((value) => ({
  value,
  label: statusLabels[value],
}))

export function StatusBadge({ status }: { status: ProjectStatus }) {
  return (
    <Badge tone={tones[status]} dot>
      {statusLabels[status]}
    </Badge>
  )
}
