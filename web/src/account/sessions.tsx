import { queryOptions, useQuery } from '@tanstack/react-query'
import { Monitor, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { dataOf, ownApi, session } from '../api/client.ts'
import type { DeviceSession } from '../api/contract.ts'
import { wordsOf } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast.tsx'
import { deviceOf } from './device.ts'

const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => {
    const { items } = await dataOf(ownApi.GET('/auth/sessions', { signal }))
    return items.toSorted(
      (a, b) => Number(b.current) - Number(a.current) || b.last_used_at.localeCompare(a.last_used_at),
    )
  },
})

export function Sessions() {
  const list = useQuery(sessionsQuery)
  const [asking, setAsking] = useState(false)
  const [pending, setPending] = useState(false)

  async function endAll() {
    setPending(true)
    try {
      await ownApi.POST('/auth/logout-all')
      session.end()
    } catch (error) {
      toast.failed(wordsOf(error))
      setPending(false)
    }
  }

  return (
    <Card
      flush
      foot={
        <>
          <span className="text-sm text-faint">Signing out everywhere includes this browser.</span>
          <Button look="danger-quiet" onClick={() => setAsking(true)}>
            Sign out everywhere
          </Button>
        </>
      }
    >
      {list.isError ? (
        <ErrorState compact error={list.error} onRetry={() => list.refetch()} />
      ) : list.isPending ? (
        <SkeletonRows rows={2} />
      ) : (
        <ul className="divide-y divide-line">
          {list.data.map((device) => (
            <Device key={device.id} device={device} />
          ))}
        </ul>
      )}
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title="Sign out everywhere?"
        consequence="Every device, this one too, has to sign in again."
        action="Sign out everywhere"
        danger
        pending={pending}
        onConfirm={endAll}
      />
    </Card>
  )
}

function Device({ device }: { device: DeviceSession }) {
  const [pending, setPending] = useState(false)
  const { name, kind } = deviceOf(device.user_agent)
  const Icon = kind === 'phone' ? Smartphone : Monitor

  async function end() {
    setPending(true)
    try {
      await ownApi.DELETE('/auth/sessions/{id}', { params: { path: { id: device.id } } })
      await queryClient.invalidateQueries(sessionsQuery)
      toast.done(`Signed out ${name}.`)
    } catch (error) {
      toast.failed(wordsOf(error))
      setPending(false)
    }
  }

  return (
    <li className="flex min-h-14 items-center gap-3 px-4 py-2">
      <Icon size={18} className="shrink-0 text-faint" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2 leading-tight">
          <span className="truncate font-medium">{name}</span>
          {device.current && <Badge tone="accent">This device</Badge>}
        </div>
        <div className="truncate text-xs text-faint">
          {device.ip} · last used <RelativeTime at={device.last_used_at} />
        </div>
      </div>
      {!device.current && (
        <Button pending={pending} onClick={end}>
          Sign out
        </Button>
      )}
    </li>
  )
}
