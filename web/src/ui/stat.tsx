import { createLink } from '@tanstack/react-router'
import type { ComponentProps, ReactNode } from 'react'
import { Skeleton } from './skeleton.tsx'

interface StatProps {
  label: ReactNode
  /** Undefined while it loads. */
  value: ReactNode | undefined
  note?: ReactNode
}

export function Stat({ label, value, note }: StatProps) {
  return (
    <div className="relative flex min-w-0 flex-col gap-1 px-4 py-3.5 transition-colors has-[a:hover]:bg-paper">
      <dt className="truncate text-sm text-muted">{label}</dt>
      <dd className="text-2xl font-semibold tabular-nums tracking-tight">
        {value === undefined ? <Skeleton className="my-1 h-5 w-10" /> : value}
      </dd>
      {note && <dd className="truncate text-xs text-faint">{note}</dd>}
    </div>
  )
}

function StatAnchor({ children, ...rest }: ComponentProps<'a'>) {
  return (
    <a
      {...rest}
      className="outline-none after:absolute after:inset-0 after:rounded-card hover:text-ink focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
    >
      {children}
      <span className="sr-only">, see the list</span>
    </a>
  )
}

/** For the label of a number: the whole tile leads to what is counted. */
export const StatLink = createLink(StatAnchor)
