import clsx from 'clsx'

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={clsx('skeleton block', className)} />
}

interface SkeletonRowsProps {
  rows?: number
  /** With a picture at the beginning of each. */
  lead?: boolean
  /** Of two lines each. */
  tall?: boolean
}

/** Rows of the true height, so that nothing moves when the answer comes. */
export function SkeletonRows({ rows = 6, lead, tall }: SkeletonRowsProps) {
  return (
    <div role="status" aria-label="Loading" className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={row} className={clsx('flex items-center gap-4 px-4', tall ? 'h-13' : 'h-row')}>
          {lead && <Skeleton className="size-7 shrink-0 rounded-full" />}
          <Skeleton className={clsx('h-3', ['w-2/5', 'w-1/3', 'w-1/2'][row % 3])} />
          <Skeleton className="ml-auto h-3 w-16" />
          <Skeleton className="h-3 w-20 max-md:hidden" />
        </div>
      ))}
    </div>
  )
}
