import type { ReactNode } from 'react'
import { Skeleton } from './skeleton.tsx'

interface StatProps {
  label: string
  /** Undefined while it loads. */
  value: ReactNode | undefined
  note?: ReactNode
}

export function Stat({ label, value, note }: StatProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1 px-4 py-3.5">
      <dt className="truncate text-sm text-muted">{label}</dt>
      <dd className="text-2xl font-semibold tabular-nums tracking-tight">
        {value === undefined ? <Skeleton className="my-1 h-5 w-10" /> : value}
      </dd>
      {note && <dd className="truncate text-xs text-faint">{note}</dd>}
    </div>
  )
}
