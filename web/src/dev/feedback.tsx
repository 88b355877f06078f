import { FolderKanban } from 'lucide-react'
import { ApiProblem } from '../api/problem.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast.tsx'
import { Group, Specimen } from './specimen.tsx'

const failure = new ApiProblem({
  status: 500,
  code: 'INTERNAL_ERROR',
  detail: '',
  requestId: '0199a3e2-7c41-7b3e-9d52-1f0c6a8e4b77',
})

export function Feedback() {
  return (
    <Group title="Feedback">
      <Banner>You can read these settings. Admins and owners can change them.</Banner>
      <Banner tone="success">The chain holds: 1,204 entries.</Banner>
      <Banner tone="warning" title="Somebody else changed this project" action={<Button>Load their version</Button>}>
        Load it and lose your changes, or save again to replace it.
      </Banner>
      <Banner tone="danger">The address or the password is wrong.</Banner>
      <Specimen name="Toast">
        <Button onClick={() => toast.done('Saved the settings.')}>Done</Button>
        <Button onClick={() => toast.done('Archived Harbour warehouse.', () => toast.done('Restored it.'))}>
          With undo
        </Button>
        <Button onClick={() => toast.failed('The server did not answer.')}>Failed</Button>
      </Specimen>
      <Card title="Skeleton" flush>
        <SkeletonRows rows={3} lead />
      </Card>
      <Card flush>
        <EmptyState icon={FolderKanban} title="No projects yet" action={<Button look="primary">Create one</Button>}>
          A project holds one piece of work that your organisation shares.
        </EmptyState>
      </Card>
      <Card flush>
        <ErrorState error={failure} onRetry={() => undefined} />
      </Card>
    </Group>
  )
}
